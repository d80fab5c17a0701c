"""What a check of mail is: one frozen declaration with one pure function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from pforte.bans.offence import Kind
from pforte.languages import Language, Text
from pforte.mail.facts import Facts

MOST_OBSERVED = 400
"""Octets of proof that a finding keeps."""
MOST_VALUE = 120
"""Characters of one value in a reply's sentence; what is longer is cut, so that the line fits (RFC 5321 s4.5.3.1.5)."""


class Stage(IntEnum):
    """When a check can be asked first, in the order of the dialogue."""

    CONNECT = 1
    HELO = 2
    MAIL = 3
    RECIPIENT = 4
    MESSAGE = 5


class Action(StrEnum):
    """What the operator lets a finding do, mildest first."""

    OFF = "off"
    WATCH = "watch"
    """Record what would have been done."""
    MARK = "mark"
    """Say it in a header; the mail passes."""
    DEFER = "defer"
    """Refuse for now (4xx)."""
    REJECT = "reject"
    """Refuse for good (5xx)."""

    @property
    def strength(self) -> int:
        """Return its place from mild to hard."""
        return tuple(Action).index(self)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a sender is told.

    Attributes:
        code: SMTP code (RFC 5321 s4.2).
        enhanced: enhanced status code (RFC 3463).
        sentence: one clause; a name in braces is a value of the finding.
    """

    code: int
    enhanced: str
    sentence: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check saw.

    Attributes:
        check: slug of the check.
        observed: the very bytes that prove it, bounded.
        expected: what would have been right, in one clause.
        values: what the reply's sentence names.
        temporary: whether it is trouble of ours or of the DNS, which is never a verdict (law 6): the check's
            temporary reply is given, and it is no offence.
    """

    check: str
    observed: bytes
    expected: str
    values: Mapping[str, str] = field(default_factory=dict)
    temporary: bool = False


Judge = Callable[[Facts], Finding | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule about mail.

    Attributes:
        id: stable slug such as ``mail.fcrdns``: the same in settings, logs, API, SMTP reply and page address.
        stage: when it can be asked first.
        standard: RFC and section, or the clause of the house rules.
        standard_action: what the preset ``standard`` does about a finding.
        strict_action: what the preset ``strict`` does.
        reply: the reply that refuses.
        temporary: the reply where it could not be found out, or None for a check that always knows.
        summary: what it sees.
        remedy: what the sender can do.
        kind: kind of the offence that a finding is for the ladder as well, or None.
        categories: AbuseIPDB categories of a report.
        at_once: whether it is refused as soon as it is seen, whoever the mail is for. All others wait until the
            recipient is known and spare postmaster and abuse, who stay reachable for those that are refused.
        regulation: whether it enforces the visit regulation, which goes on while the mail policy only watches.
        judge: the function.
    """

    id: str
    stage: Stage
    standard: str
    standard_action: Action
    strict_action: Action
    reply: Reply
    temporary: Reply | None = None
    summary: Text
    remedy: Text
    kind: Kind | None = None
    categories: tuple[int, ...] = ()
    at_once: bool = False
    regulation: bool = False
    judge: Judge

    def action(self, preset: str) -> Action:
        """Return what a preset, ``standard`` or ``strict``, does about a finding."""
        return self.strict_action if preset == "strict" else self.standard_action

    def said(self, finding: Finding, language: Language = "en") -> str:
        """Return the clause that tells a sender what was found."""
        reply = self.temporary if finding.temporary and self.temporary else self.reply
        return reply.sentence.said(language).format_map(
            {name: _printable(value) for name, value in finding.values.items()}
        )


def finding_of(
    check: str, observed: bytes | str, expected: str, *, temporary: bool = False, **values: object
) -> Finding:
    """Make a finding, its proof and values bounded; of a text, octets that are no UTF-8 are shown as escapes."""
    if isinstance(observed, str):
        observed = observed[:MOST_OBSERVED].encode("utf-8", "backslashreplace")
    return Finding(
        check=check,
        observed=observed[:MOST_OBSERVED],
        expected=expected,
        values={name: _storable(str(value)) for name, value in values.items()},
        temporary=temporary,
    )


def _storable(value: str) -> str:
    """Return a value that any file and any screen takes: octets that are no UTF-8 were lone surrogates until here."""
    return value[:MOST_OBSERVED].encode("utf-8", "replace").decode("utf-8")


def _printable(value: str) -> str:
    """Return a value that fits into a reply: printable ASCII (RFC 5321 s4.2), bounded."""
    shown = "".join(sign if " " <= sign <= "~" else "?" for sign in value[: MOST_VALUE + 1])
    return shown if len(shown) <= MOST_VALUE else shown[: MOST_VALUE - 3] + "..."
