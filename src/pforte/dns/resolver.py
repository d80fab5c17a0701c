"""What a resolver answers."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Generic, Literal, Protocol, TypeVar

T = TypeVar("T")
Address = IPv4Address | IPv6Address
Version = Literal[4, 6]


class Status(StrEnum):
    """How a look-up ended."""

    FOUND = "found"
    NONE = "none"
    """The name has no such record, or does not exist."""
    TROUBLE = "trouble"
    """It is not known what the name has: time-out, SERVFAIL, REFUSED, a broken answer, too much asked at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[T]):
    """The answer to one question.

    Attributes:
        status: how it ended.
        values: what was found, without doubles. Beside TROUBLE: what is known to be there nonetheless, so a
            value in it may be believed and a value that lacks may not be missed.
        ttl: seconds for which the answer holds.
        trouble: what went wrong, or "".
        nonexistent: whether the name asked for does not exist, and so nothing below it (NXDOMAIN, RFC 8020 s2);
            a name that is an alias exists, whatever its target.
    """

    status: Status
    values: tuple[T, ...] = ()
    ttl: int = 0
    trouble: str = ""
    nonexistent: bool = False


class Resolver(Protocol):
    """Answers questions about names and addresses; never raises for what a server or a name does.

    A name is written in ASCII with or without a point at its end. A text that can be no name in the DNS has
    no records: the answer is NONE.
    """

    async def addresses(self, name: str, version: Version | None = None) -> Answer[Address]:
        """Return the addresses of a host (A and AAAA), or those of one IP version; IPv4 first."""
        ...

    async def names(self, address: Address) -> Answer[str]:
        """Return the names of an address (PTR): small letters, no point at the end."""
        ...

    async def records(self, name: str, kind: str) -> Answer[str]:
        """Return the records of one type, such as ``MX``, as a zone file has them (RFC 1035 s5.1).

        A TXT record is its strings put together without spaces between (RFC 7208 s3.3), one character for
        each byte (latin-1).

        Raises:
            ValueError: ``kind`` is no record type; a mistake of the caller.
        """
        ...
