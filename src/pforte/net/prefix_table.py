"""A table of networks that finds the longest one an address lies in.

One dict per prefix length with integer keys, longest length first: for the few lengths that real tables
hold this beat every trie that was measured, and it changes in place.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Generic, TypeVar

from pforte.net.addresses import Address, Network, number_of

V = TypeVar("V")

_MAPPED = 0xFFFF  # The upper 96 bits of a v4-mapped address (RFC 4291 s2.5.5.2).


class _Family(Generic[V]):
    """The networks of one address family: by length, and the lengths in use from long to short."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.lengths: dict[int, dict[int, tuple[Network, V]]] = {}
        self.steps: list[tuple[int, dict[int, tuple[Network, V]]]] = []

    def key(self, network: Network, length: int) -> int:
        return int(network.network_address) >> (self.bits - length)

    def table(self, length: int) -> dict[int, tuple[Network, V]]:
        table = self.lengths.get(length)
        if table is None:
            table = self.lengths[length] = {}
            self._order()
        return table

    def drop(self, length: int) -> None:
        del self.lengths[length]
        self._order()

    def _order(self) -> None:
        self.steps = [
            (self.bits - length, self.lengths[length]) for length in sorted(self.lengths, reverse=True)
        ]

    def longest(self, value: int) -> tuple[Network, V] | None:
        for shift, table in self.steps:
            found = table.get(value >> shift)
            if found is not None:
                return found
        return None


class PrefixTable(Generic[V]):
    """Networks of both families with a value each.

    An address that is v4-mapped is looked up as IPv4. Networks are taken as they are given: fold them first
    (``pforte.net.addresses.parse_network`` does).
    """

    def __init__(self) -> None:
        self._v4: _Family[V] = _Family(32)
        self._v6: _Family[V] = _Family(128)

    def set(self, network: Network, value: V) -> None:
        """Put ``value`` at exactly this network, over an older value."""
        family = self._family(network)
        family.table(network.prefixlen)[family.key(network, network.prefixlen)] = (network, value)

    def remove(self, network: Network) -> V | None:
        """Take exactly this network out and return its value, or None where it was not there."""
        family = self._family(network)
        table = family.lengths.get(network.prefixlen)
        if table is None:
            return None
        found = table.pop(family.key(network, network.prefixlen), None)
        if not table:
            family.drop(network.prefixlen)
        return None if found is None else found[1]

    def get(self, network: Network) -> V | None:
        """Return the value of exactly this network, or None."""
        family = self._family(network)
        found = family.lengths.get(network.prefixlen, {}).get(family.key(network, network.prefixlen))
        return None if found is None else found[1]

    def longest(self, address: Address) -> tuple[Network, V] | None:
        """Return the longest network the address lies in and its value, or None."""
        if isinstance(address, IPv4Address):
            return self._v4.longest(int(address))
        return self._longest_v6(int(address))

    def longest_number(self, number: int, bits: int) -> tuple[Network, V] | None:
        """Do what :meth:`longest` does for an address given as a number of 32 or 128 bits."""
        return self._v4.longest(number) if bits == self._v4.bits else self._longest_v6(number)

    def longest_text(self, text: str) -> tuple[Network, V] | None:
        """Do what :meth:`longest` does for an address as programs print it, without making an address of it.

        Brackets and a zone id are dropped. A text that is no address lies in no network: the answer is None.
        """
        at = number_of(text)
        if at is None:
            return None
        number, bits = at
        return (self._v4 if bits == self._v4.bits else self._v6).longest(number)

    def covering(self, network: Network) -> Iterator[tuple[Network, V]]:
        """Yield every network that holds all of ``network``, itself included, from long to short."""
        family = self._family(network)
        value = int(network.network_address)
        for shift, table in family.steps:
            found = table.get(value >> shift) if family.bits - shift <= network.prefixlen else None
            if found is not None:
                yield found

    def covered_by(self, network: Network) -> Iterator[tuple[Network, V]]:
        """Yield every network that lies within ``network``, itself included, from long to short."""
        family = self._family(network)
        inside = family.key(network, network.prefixlen)
        for shift, table in family.steps:
            deeper = family.bits - shift - network.prefixlen
            if deeper < 0:
                continue
            if 1 << deeper < len(table):
                first = inside << deeper
                yield from (table[key] for key in range(first, first + (1 << deeper)) if key in table)
            else:
                yield from (found for key, found in table.items() if key >> deeper == inside)

    def items(self) -> Iterator[tuple[Network, V]]:
        """Yield every network with its value: IPv4 first, from long to short."""
        for family in (self._v4, self._v6):
            for _, table in family.steps:
                yield from table.values()

    def __iter__(self) -> Iterator[Network]:
        return (network for network, _ in self.items())

    def __len__(self) -> int:
        return sum(len(table) for family in (self._v4, self._v6) for table in family.lengths.values())

    def __contains__(self, network: object) -> bool:
        if not isinstance(network, IPv4Network | IPv6Network):
            return False
        family = self._family(network)
        return family.key(network, network.prefixlen) in family.lengths.get(network.prefixlen, {})

    def _longest_v6(self, value: int) -> tuple[Network, V] | None:
        if value >> 32 == _MAPPED:
            return self._v4.longest(value & 0xFFFF_FFFF)
        return self._v6.longest(value)

    def _family(self, network: Network) -> _Family[V]:
        return self._v4 if isinstance(network, IPv4Network) else self._v6
