"""What SPF says of a client (RFC 7208 s2.6), with everything that explains it."""

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """The results of RFC 7208 s2.6."""

    PASS = "pass"  # noqa: S105  a result, not a password
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    NONE = "none"
    TEMPERROR = "temperror"
    """It could not be found out; ask again later and judge nobody by it."""
    PERMERROR = "permerror"
    """What is published cannot be understood."""


class Identity(StrEnum):
    """Whose domain was asked, named as an Authentication-Results field does (RFC 8601 s2.7.2)."""

    MAIL_FROM = "mailfrom"
    HELO = "helo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One record that was read on the way.

    Attributes:
        domain: where it stands.
        record: its text.
        by: the term that led to it, such as ``include:_spf.example.net``; "" for the first.
        depth: includes around it.
        result: what it said by itself.
        mechanism: the term of it that matched, or "".
    """

    domain: str
    record: str
    by: str
    depth: int
    result: Result
    mechanism: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What SPF says of a client.

    Attributes:
        result: the result.
        domain: the domain that was asked, in ASCII and small letters where it can stand in the DNS.
        sender: the mailbox that was checked; ``postmaster`` at the HELO name for the null sender.
        identity: whether that came from MAIL FROM or from HELO.
        why: the reason, as a clause, with the record and term that decided.
        mechanism: the term that decided, as written, such as ``-all``; "" where none did.
        record: the text of the record in which it stands, or "".
        record_domain: where that record stands: another domain after a ``redirect``.
        explanation: what the owner of the record says to those who are refused (``exp=``), or "". Not our words:
            printable ASCII, of bounded length, to be shown as the domain's own.
        steps: all records that were read, in the order of reading.
        lookups: terms that asked the DNS.
        voids: those of them that found nothing.
    """

    result: Result
    domain: str
    sender: str
    identity: Identity
    why: str
    mechanism: str = ""
    record: str = ""
    record_domain: str = ""
    explanation: str = ""
    steps: tuple[Step, ...] = ()
    lookups: int = 0
    voids: int = 0
