"""Cutting nested prefixes into pieces that do not overlap, each with the latest end that covers it."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network

from pforte.net.addresses import Network

_Entry = tuple[int, int, float]
"""First address, prefix length and end of one prefix."""


def cut_disjoint(ends: Mapping[Network, float], version: int) -> dict[Network, float]:
    """Return pieces that cover exactly the given prefixes without an overlap.

    A prefix inside another one appears by itself only if it ends later; the other one is then cut around it.

    Args:
        ends: for each prefix its end, as any number that grows with time.
        version: 4 or 6; prefixes of the other version are passed over.
    """
    bits = 32 if version == 4 else 128
    entries = sorted(
        (int(network.network_address), network.prefixlen, end)
        for network, end in ends.items()
        if network.version == version
    )
    make = IPv4Network if version == 4 else IPv6Network
    return {make((first, length)): end for first, length, end in _groups(entries, bits)}


def _groups(entries: list[_Entry], bits: int) -> Iterator[_Entry]:
    """Take each outermost prefix together with those inside it, which follow it in the order."""
    start = 0
    while start < len(entries):
        first, length, end = entries[start]
        stop = bisect_left(entries, (first + (1 << (bits - length)), 0, 0.0), start)
        yield from _cut((first, length, end), entries[start + 1 : stop], bits)
        start = stop


def _cut(outer: _Entry, inner: list[_Entry], bits: int) -> Iterator[_Entry]:
    first, length, end = outer
    later = [entry for entry in inner if entry[2] > end]
    if not later:
        yield outer
        return
    middle = first + (1 << (bits - length - 1))
    for half, part in (
        (first, [entry for entry in later if entry[0] < middle]),
        (middle, [entry for entry in later if entry[0] >= middle]),
    ):
        if part and part[0][:2] == (half, length + 1):
            yield from _cut(part[0], part[1:], bits)
        else:
            yield from _cut((half, length + 1, end), part, bits)
