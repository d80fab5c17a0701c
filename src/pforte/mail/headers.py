"""Header fields that tell the recipient's software what was found, and those of others that pretend to be ours."""

from pforte.mail.message import Message
from pforte.mail.verdict import Judged, Verdict

POLICY = "X-Pforte-Policy"
_LINE = 78
"""Characters of a line (RFC 5322 s2.1.1)."""
_OBSERVED = 60


def policy_fields(verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """Return one field for each finding that is marked."""
    return tuple((POLICY, _policy(judged)) for judged in verdict.marks)


def forged_fields(message: Message) -> tuple[int, ...]:
    """Return the indexes of the fields that only we may write."""
    name = POLICY.lower().encode()
    return tuple(
        index for index, field in enumerate(message.fields) if field.name.rstrip(b" \t").lower() == name
    )


def _policy(judged: Judged) -> str:
    said = "".join(
        sign if " " <= sign <= "~" and sign not in '"\\' else "?"
        for sign in judged.check.said(judged.finding)
    )
    parts = (
        f"id={judged.check.id};",
        f"action={judged.action.value};",
        f'observed="{said if len(said) <= _OBSERVED else said[: _OBSERVED - 3] + "..."}"',
    )
    lines = [""]
    for part in parts:
        if lines[-1] and len(lines[-1]) + len(part) + 1 > _LINE - len(POLICY):
            lines.append("")
        lines[-1] = f"{lines[-1]} {part}".strip()
    return "\r\n ".join(lines)
