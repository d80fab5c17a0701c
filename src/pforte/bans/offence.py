"""What was done, by whom, when, and how we know."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pforte.net.addresses import Address, Network


class Kind(StrEnum):
    """The three kinds of offence the visit regulation names."""

    ATTACK = "attack"
    SPAM = "spam"
    STANDARDS = "standards"


class Mode(StrEnum):
    """What the operator lets a check do."""

    OFF = "off"
    WATCH = "watch"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offence:
    """A visit that breaks a rule.

    Attributes:
        network: whom it is charged to.
        address: the very address that was seen.
        kind: attack, spam or standards.
        check: slug of the check that saw it, such as ``visit.sql-injection``.
        at: event time (from the log line, not from the reading of it), UTC.
        service: what was visited: ``http``, ``ssh``, ``smtp``, ``imap`` ...
        source: name of the source; for a file its path as configured or given.
        line: number of the line in the source, from 1; None where lines have no numbers.
        evidence: the bytes that prove it (the line, cut to a bounded length).
        mode: ``watch`` records it and climbs no ladder.
        claim: the verifiable crawler that the visitor says it is, or "" (see ``robots.crawlers``).
        exempt: why the network is never banned, or "" (recorded, climbs no ladder).
        act: what was done to the letter, so that an automatic retry of it is known (REGULATION R9), or "": for
            mail the digest of sender and recipient, or of the set of them that the check counted. Only mail has
            one, because only its clients must try again for days (RFC 5321 s4.5.4.1); a browser, a crawler or a
            log-in that does the same again does it anew. It says nothing of the client: histories are per network.
        observed: what the line alone does not show: the rule of robots.txt or of the Core Rule Set, or what was
            counted (``3 in 1h: /a, /b, /c``); "" where the line says it all. Bounded, printable, in no language,
            without queries and passwords.
    """

    network: Network
    address: Address
    kind: Kind
    check: str
    at: datetime
    service: str
    source: str
    line: int | None
    evidence: bytes
    mode: Mode = Mode.ENFORCE
    claim: str = ""
    exempt: str = ""
    act: str = ""
    observed: str = ""
