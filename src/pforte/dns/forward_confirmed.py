"""Forward-confirmed reverse DNS: names of an address that point back to it (iprev, RFC 8601 s3)."""

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address

from pforte.dns.resolver import Resolver, Status, Version
from pforte.dns.together import ask_together
from pforte.net.addresses import Address, fold

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
class Pointer:
    """One name of an address (PTR), and where it leads.

    Attributes:
        name: the name, in small letters without a point at the end.
        addresses: what it has, of the same IP version; of an alias: what its target has.
        confirmed: whether the address is among them.
        trouble: why nobody knows all of them, or "".
    """

    name: str
    addresses: tuple[Address, ...]
    confirmed: bool
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the names of an address are worth.

    Attributes:
        status: how it ended.
        names: the names that point back, in small letters without a point at the end; empty unless it passed.
        pointers: all names that were looked at, for an explanation; two confirmations that differ in them only
            are the same.
        more: names of the address beyond MOST_NAMES, which were not looked at.
        trouble: why the names of the address are not all known, or "".
    """

    status: Outcome
    names: tuple[str, ...] = ()
    pointers: tuple[Pointer, ...] = field(default=(), compare=False)
    more: int = field(default=0, compare=False)
    trouble: str = field(default="", compare=False)


async def confirm(resolver: Resolver, address: Address) -> Confirmation:
    """Return those names of an address whose own addresses hold it.

    A name that points back passes even where another name's look-up is in trouble; without one, trouble
    anywhere leaves it open.
    """
    real = fold(address)
    version: Version = 4 if isinstance(real, IPv4Address) else 6
    reverse = await resolver.names(real)
    if reverse.status is Status.NONE:
        return Confirmation(Outcome.PERMERROR)
    names = reverse.values[:MOST_NAMES]
    answers = await ask_together(*(resolver.addresses(name, version) for name in names))
    pointers = tuple(
        Pointer(name, answer.values, real in answer.values, answer.trouble)
        for name, answer in zip(names, answers, strict=True)
    )
    confirmed = tuple(pointer.name for pointer in pointers if pointer.confirmed)
    if confirmed:
        status = Outcome.PASS
    elif Status.TROUBLE in (reverse.status, *(answer.status for answer in answers)):
        status = Outcome.TEMPERROR
    else:
        status = Outcome.FAIL
    return Confirmation(status, confirmed, pointers, len(reverse.values) - len(names), reverse.trouble)
