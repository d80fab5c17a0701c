"""Whether a client's names lead back to its address, in words (RFC 8601 s3)."""

from dataclasses import dataclass

from pforte.dns.forward_confirmed import Confirmation, Outcome, Pointer, confirm
from pforte.dns.resolver import Resolver
from pforte.net.addresses import Address, fold

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the names of an address are worth.

    Attributes:
        result: in the words of RFC 8601 s2.7.3.
        address: the client's; for an Authentication-Results field the property ``policy.iprev``.
        why: the reason, as a clause, with what was observed.
        confirmation: everything that was observed.
    """

    result: Outcome
    address: Address
    why: str
    confirmation: Confirmation


async def check_iprev(resolver: Resolver, address: Address) -> Evaluation:
    """Look up the names of an address, and the addresses of those names.

    Args:
        resolver: answers what stands in the DNS.
        address: the client's; v4-mapped is taken as IPv4.
    """
    return evaluate(address, await confirm(resolver, address))


def evaluate(address: Address, confirmation: Confirmation) -> Evaluation:
    """Put what was observed into words.

    Args:
        address: the client's.
        confirmation: what was observed; a mail server that looked itself tells the names alone.
    """
    real = fold(address)
    status, pointers = confirmation.status, confirmation.pointers
    if status is Outcome.PASS:
        why = f"{confirmation.names[0]}, a name of {real}, has this address"
    elif status is Outcome.PERMERROR:
        why = f"{real} has no name: the DNS holds no PTR record for it"
    elif status is Outcome.TEMPERROR and confirmation.trouble:
        why = f"the names of {real} could not be looked up ({confirmation.trouble})"
    elif status is Outcome.TEMPERROR:
        why = f"whether a name of {real} leads back to it is not known: {_list(pointers, real)}"
    elif len(pointers) == 1:
        why = f"the name of {real} does not lead back to it: {_list(pointers, real)}"
    else:
        many = f"the first {len(pointers)} names" if confirmation.more else "the names"
        why = f"{many} of {real} do not lead back to it: {_list(pointers, real)}"
    return Evaluation(status, real, why, confirmation)


def _list(pointers: tuple[Pointer, ...], address: Address) -> str:
    """Tell where names lead; those in trouble first, for they are the reason where there is any."""
    ordered = sorted(pointers, key=lambda pointer: not pointer.trouble)
    told = "; ".join(_tell(pointer, address.version) for pointer in ordered[:_SHOWN])
    return told + ("; ..." if len(ordered) > _SHOWN else "")


def _tell(pointer: Pointer, version: int) -> str:
    if pointer.trouble:
        return f"{pointer.name} could not be looked up ({pointer.trouble})"
    if not pointer.addresses:
        return f"{pointer.name} has no IPv{version} address"
    shown = ", ".join(map(str, pointer.addresses[:_SHOWN])) + (
        ", ..." if len(pointer.addresses) > _SHOWN else ""
    )
    return f"{pointer.name} has {shown}"
