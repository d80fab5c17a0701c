"""A judged mail as it is kept: who gave what to whom, what was found and what was done; never the body by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address

from pforte.mail.checks.declaration import Action
from pforte.mail.facts import Facts
from pforte.mail.verdict import Judged, Verdict

MOST_KEPT = 65_536
"""Octets of the header that are kept."""
MOST_MESSAGE = 1_048_576
"""Octets of a message that are kept where the operator wants it."""
MOST_RECIPIENTS = 100
LONGEST_PATH = 320
"""Characters of an address that are kept: 64 before the @ and 255 behind it (RFC 5321 s4.5.3.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFinding:
    """What a check saw in a judged mail.

    Attributes:
        check: slug of the check.
        action: what was done about it.
        wanted: what the rules say; differs from ``action`` while the policy only watches.
        observed: the bytes that prove it.
        expected: what would have been right.
        values: what the reply's sentence names.
        temporary: whether it could not be found out.
    """

    check: str
    action: Action
    wanted: Action
    observed: bytes
    expected: str
    values: Mapping[str, str] = field(default_factory=dict)
    temporary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCase:
    """A judged mail, or a session that was refused before there was one.

    Attributes:
        reference: its public code; "" before it is filed.
        at: when it was judged, UTC.
        address: the client.
        helo: what it called itself.
        tls: encryption, such as ``TLSv1.3``; "" is none.
        user: who it authenticated as, or "".
        sender: reverse path; "" is the null sender or none yet.
        recipients: forward paths, at most ``MOST_RECIPIENTS``.
        queue: the MTA's name of the mail, or "".
        action: the hardest thing that was done: off, watch, mark, defer or reject.
        wanted: the hardest thing that the rules ask for.
        findings: in the order of the checks.
        header: header of the message as received, bounded; b"" before there was one.
        message: the whole message, where the operator keeps it, or b"".
    """

    reference: str = ""
    at: datetime
    address: IPv4Address | IPv6Address
    helo: str = ""
    tls: str = ""
    user: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    queue: str = ""
    action: Action
    wanted: Action
    findings: tuple[KeptFinding, ...] = ()
    header: bytes = b""
    message: bytes = b""

    @property
    def refused(self) -> bool:
        """Say whether the mail was refused."""
        return self.action in (Action.DEFER, Action.REJECT)


def case_of(facts: Facts, verdict: Verdict, *, keep_message: bool = False) -> MailCase:
    """Return what is kept of a verdict."""
    session, envelope, message = facts.session, facts.envelope, facts.message
    done = max(
        (each.action for each in verdict.judged), key=lambda action: action.strength, default=Action.OFF
    )
    return MailCase(
        at=facts.now,
        address=session.address,
        helo=session.helo[:LONGEST_PATH],
        tls=session.tls.version if session.tls else "",
        user=session.user[:LONGEST_PATH],
        sender=(envelope.sender or "")[:LONGEST_PATH],
        recipients=tuple(each[:LONGEST_PATH] for each in envelope.recipients[:MOST_RECIPIENTS]),
        queue=envelope.queue[:LONGEST_PATH],
        action=done,
        wanted=verdict.would,
        findings=tuple(map(_kept, verdict.judged)),
        header=message.raw[: min(message.body_at, MOST_KEPT)] if message else b"",
        message=message.raw[:MOST_MESSAGE] if message and keep_message else b"",
    )


def _kept(judged: Judged) -> KeptFinding:
    finding = judged.finding
    return KeptFinding(
        check=finding.check,
        action=judged.action,
        wanted=judged.wanted,
        observed=finding.observed,
        expected=finding.expected,
        values=dict(finding.values),
        temporary=finding.temporary,
    )
