"""Header fields that tell the recipient's software what was found, and those of others that pretend to be ours."""

from collections.abc import Iterator

from pforte.mail.facts import Facts
from pforte.mail.identity import iprev
from pforte.mail.identity.arc.validation import Result as ArcResult
from pforte.mail.identity.authres import FIELD, MethodResult, Property, Results, forged_fields, render_results
from pforte.mail.message import Message
from pforte.mail.verdict import Judged, Verdict

POLICY = "X-Pforte-Policy"
_LINE = 78
"""Characters of a line (RFC 5322 s2.1.1)."""
_OBSERVED = 60
_MOST_SIGNATURES = 4


def results_field(facts: Facts) -> tuple[str, str]:
    """Return what was found of the mail's identity as an Authentication-Results field (RFC 8601)."""
    found = Results(server=facts.house.host or "localhost", methods=tuple(_methods(facts)))
    return FIELD, render_results(found, utf8=facts.envelope.international)


def policy_fields(verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """Return one field for each finding that is marked."""
    return tuple((POLICY, _policy(judged)) for judged in verdict.marks)


def fields_to_remove(message: Message, server: str) -> tuple[int, ...]:
    """Return the indexes of the fields that only we may write: marks, and results in our name (RFC 8601 s5)."""
    name = POLICY.lower().encode()
    ours = (index for index, field in enumerate(message.fields) if field.name.rstrip(b" \t").lower() == name)
    forged = forged_fields([(field.name, field.body) for field in message.fields], [server] if server else [])
    return tuple(sorted({*ours, *forged}))


def _methods(facts: Facts) -> Iterator[MethodResult]:
    if facts.names is not None:
        evaluation = iprev.evaluate(facts.session.address, facts.names)
        yield MethodResult(
            "iprev",
            evaluation.result.value,
            properties=(Property("policy", "iprev", str(facts.session.address)),),
        )
    if facts.spf is not None:
        name = facts.spf.identity.value
        value = facts.spf.sender if name == "mailfrom" else facts.session.helo
        yield MethodResult("spf", facts.spf.result.value, properties=(Property("smtp", name, value),))
    if facts.dkim is not None:
        for checked in facts.dkim.signatures[:_MOST_SIGNATURES]:
            yield MethodResult(
                "dkim",
                checked.verdict.result.value,
                reason=checked.verdict.why if checked.verdict.result.value != "pass" else "",
                properties=(
                    Property("header", "d", checked.domain),
                    Property("header", "s", checked.selector),
                    Property("header", "a", checked.algorithm),
                    Property("header", "b", checked.start),
                ),
            )
        if not facts.dkim.signatures:
            yield MethodResult("dkim", "none")
    if facts.dmarc is not None:
        yield MethodResult(
            "dmarc",
            facts.dmarc.result.value,
            properties=(
                Property("header", "from", facts.dmarc.author_domain),
                Property("policy", "dmarc", facts.dmarc.disposition.value),
            ),
        )
    # RFC 8617 s4.4 knows no temperror; about a chain that could not be asked for nothing is said.
    if facts.arc is not None and facts.arc.result in (ArcResult.PASS, ArcResult.FAIL):
        sealer = facts.arc.sealers[-1].domain if facts.arc.sealers else ""
        properties = (Property("header", "d", sealer),) if sealer else ()
        yield MethodResult("arc", facts.arc.result.value, properties=properties)


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
