"""Forward-confirmed reverse DNS: names of an address that point back to it (iprev, RFC 8601 s3)."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address

from pforte.dns.resolver import Address, Resolver, Status, Version

MOST_NAMES = 10
"""PTR names that are looked at (the limit of RFC 7208 s4.6.4); whoever has more has them for another reason."""


class Outcome(StrEnum):
    """The results of the iprev method (RFC 8601 s2.7.3)."""

    PASS = "pass"  # noqa: S105  a result's name in the standard
    FAIL = "fail"
    """There are names, and none of them points back."""
    TEMPERROR = "temperror"
    """It could not be found out; ask again later and judge nobody by it."""
    PERMERROR = "permerror"
    """The address has no name."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the names of an address are worth.

    Attributes:
        status: how it ended.
        names: the names that point back, in small letters without a point at the end; empty unless it passed.
    """

    status: Outcome
    names: tuple[str, ...] = ()


async def confirm(resolver: Resolver, address: Address) -> Confirmation:
    """Return those names of an address whose own addresses hold it.

    A name that points back passes even where another name's look-up is in trouble; without one, trouble
    anywhere leaves it open.
    """
    real = _folded(address)
    version: Version = 4 if isinstance(real, IPv4Address) else 6
    reverse = await resolver.names(real)
    if reverse.status is Status.NONE:
        return Confirmation(Outcome.PERMERROR)
    names = reverse.values[:MOST_NAMES]
    answers = await asyncio.gather(*(resolver.addresses(name, version) for name in names))
    confirmed = tuple(name for name, answer in zip(names, answers, strict=True) if real in answer.values)
    if confirmed:
        return Confirmation(Outcome.PASS, confirmed)
    if Status.TROUBLE in (reverse.status, *(answer.status for answer in answers)):
        return Confirmation(Outcome.TEMPERROR)
    return Confirmation(Outcome.FAIL)


def _folded(address: Address) -> Address:
    """Return the IPv4 address inside a v4-mapped one (RFC 4291 s2.5.5.2)."""
    mapped = None if isinstance(address, IPv4Address) else address.ipv4_mapped
    return address if mapped is None else mapped
