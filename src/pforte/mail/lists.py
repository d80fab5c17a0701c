"""DNS block lists of others (RFC 5782): asked about a client's address, and switched off while they cannot be trusted.

A list that answers "query refused" (127.255.255.0/24), names its negative test point or does not name its positive
one is out of order: its answers are errors and no listings.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network

from pforte.dns.resolver import Address, Resolver, Status
from pforte.dns.together import ask_together
from pforte.mail.facts import Listing

TEST_AGAIN = timedelta(hours=1)
"""How long the test points of a list are taken as still answered as before."""
MOST_CODES = 8
LONGEST_REASON = 200

_ANSWERS = IPv4Network("127.0.0.0/8")
_REFUSED = IPv4Network("127.255.255.0/24")
_LISTED, _NOT_LISTED = IPv4Address("127.0.0.2"), IPv4Address("127.0.0.1")

Tell = Callable[[str, str], None]
"""Told of a list (its zone) what is wrong with it, or "" when it is well again."""


@dataclass(slots=True)
class _State:
    tested: datetime | None = None
    trouble: str = ""


class BlockLists:
    """The lists that an operator asks.

    Args:
        resolver: asks the DNS.
        zones: their zones.
        tell: hears of each change of a list's state.
    """

    def __init__(
        self, resolver: Resolver, zones: Sequence[str], tell: Tell = lambda _zone, _text: None
    ) -> None:
        self._resolver = resolver
        self._states = {zone.removesuffix(".").lower(): _State() for zone in zones}
        self._tell = tell

    async def ask(self, address: Address, now: datetime) -> tuple[Listing, ...]:
        """Return the listings of an address, in the order of the lists; lists in trouble say nothing."""
        found = await ask_together(*(self._ask(zone, address, now) for zone in self._states))
        return tuple(listing for listing in found if listing is not None)

    async def _ask(self, zone: str, address: Address, now: datetime) -> Listing | None:
        if not await self._is_well(zone, now):
            return None
        name = f"{reversed_name(address)}.{zone}"
        answer = await self._resolver.addresses(name, 4)
        codes = _codes(answer.values)
        if not codes:
            return None
        if any(code in _REFUSED for code in codes):
            self._note(zone, f"it refuses our questions ({codes[0]}): use a resolver of your own, or its key")
            return None
        reason = await self._resolver.records(name, "TXT")
        text = reason.values[0] if reason.values else ""
        return Listing(
            zone=zone, codes=tuple(map(str, codes[:MOST_CODES])), reason=text.strip('"')[:LONGEST_REASON]
        )

    async def _is_well(self, zone: str, now: datetime) -> bool:
        state = self._states[zone]
        if state.tested is None or now - state.tested >= TEST_AGAIN:
            listed, unlisted = await ask_together(
                *(
                    self._resolver.addresses(f"{reversed_name(point)}.{zone}", 4)
                    for point in (_LISTED, _NOT_LISTED)
                )
            )
            codes = _codes(listed.values)
            if listed.status is Status.TROUBLE:
                self._note(zone, f"it does not answer: {listed.trouble}")
            elif not codes:
                self._note(zone, "it does not list its test point 127.0.0.2 (RFC 5782 s5)")
            elif any(code in _REFUSED for code in codes):
                self._note(zone, f"it refuses our questions ({codes[0]})")
            elif unlisted.status is Status.FOUND:
                self._note(zone, "it lists 127.0.0.1, so it lists everybody (RFC 5782 s5)")
            else:
                self._note(zone, "")
            state.tested = now  # not before the answer: meanwhile nobody believes it
        return not state.trouble

    def _note(self, zone: str, trouble: str) -> None:
        state = self._states[zone]
        if trouble != state.trouble:
            state.trouble = trouble
            self._tell(zone, trouble)


def reversed_name(address: Address) -> str:
    """Return an address as the lists want it in front of their zone (RFC 5782 s2.1, s2.4).

    >>> reversed_name(IPv4Address("192.0.2.99"))
    '99.2.0.192'
    """
    return address.reverse_pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")


def _codes(values: Sequence[Address]) -> list[IPv4Address]:
    """Return the answers that are ones of a list; anything else comes from a resolver that rewrites answers."""
    return sorted(value for value in values if isinstance(value, IPv4Address) and value in _ANSWERS)
