"""How many answers one network gets in a second over UDP, where anybody can ask in anybody's name.

Whoever forges the address of a victim must gain nothing from us: over the limit every second answer is cut short, which
is no longer than the question and which a true asker repeats over TCP, and every other one is left out.
"""

import sys
from enum import Enum
from socket import AF_INET6

_V4_AT, _V4_BYTES = 4, 3
_V6_AT, _V6_BYTES = 8, 7
_MAPPED = bytes(10) + b"\xff\xff"


class Share(Enum):
    """What a network still gets."""

    WHOLE = "whole"
    SHORT = "short"
    NOTHING = "nothing"


class Limiter:
    """Counts answers by network: IPv4 by /24 and IPv6 by /56, as name servers usually do.

    Its memory is that of one second.

    Args:
        rate: whole answers to one network in a second.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._second = 0
        self._given: dict[bytes, int] = {}

    def share(self, source: bytes, now: float) -> Share:
        """Count one more answer.

        Args:
            source: the asker's socket address as the kernel gives it.
            now: POSIX seconds.
        """
        if int(now) != self._second:
            self._second = int(now)
            self._given.clear()
        network = _network(source)
        given = self._given[network] = self._given.get(network, 0) + 1
        if given <= self._rate:
            return Share.WHOLE
        return Share.SHORT if (given - self._rate) % 2 else Share.NOTHING


def _network(source: bytes) -> bytes:
    if int.from_bytes(source[:2], sys.byteorder) != AF_INET6:
        return source[_V4_AT : _V4_AT + _V4_BYTES]
    address = source[_V6_AT : _V6_AT + 16]
    if address.startswith(_MAPPED):
        return address[len(_MAPPED) :][:_V4_BYTES]
    return address[:_V6_BYTES]
