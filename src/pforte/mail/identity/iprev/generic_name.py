"""Names that a provider made of an address by rule, such as ``dyn-203-0-113-9.example``.

Nobody gave such a name to a mail server. The name must spell this very address, so a name with numbers of its own
(``mx10-20.example``) is none; three octets of four are enough, because providers often leave out the first.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from itertools import chain

from pforte.net.addresses import Address, fold

_SEPARATORS = re.compile("[._-]+")
_FEWEST_OCTETS = 3
_FEWEST_COLONS = 2
_FEWEST_BITS_OF_HOST = 32
"""An interface identifier below this is a number that somebody chose, such as ``::25``."""


@lru_cache(maxsize=1_024)
def spelled_address(name: str, address: Address) -> str:
    """Return the part of a host name that spells its address, in decimal or hexadecimal; "" where none does.

    >>> from ipaddress import ip_address
    >>> spelled_address("dyn-203-0-113-9.example", ip_address("203.0.113.9"))
    '203-0-113-9'
    >>> spelled_address("mx9.example", ip_address("203.0.113.9"))
    ''
    """
    text = _SEPARATORS.sub("-", name.lower())
    real = fold(address)
    spellings = _of_ipv4(real) if isinstance(real, IPv4Address) else _of_ipv6(real.packed)
    return next((spelling for spelling in spellings if _stands_alone(spelling, text)), "")


def _stands_alone(spelling: str, text: str) -> bool:
    """Say whether a text holds a spelling that is not the end or the beginning of a longer number."""
    if spelling.replace("-", "").isdecimal():
        digits = "0123456789"
    else:
        digits = "0123456789abcdef" if "-" in spelling else ""  # Letters before a run of digits say nothing.
    at = text.find(spelling)
    while at >= 0:
        before, behind = text[at - 1 : at] if at else "", text[at + len(spelling) :][:1]
        if (not before or before not in digits) and (not behind or behind not in digits):
            return True
        at = text.find(spelling, at + 1)
    return False


def _of_ipv4(address: IPv4Address) -> Iterator[str]:
    """Yield how the octets of an address are written, in either order, the longest spelling first."""
    octets = address.packed
    yield from _decimals(octets)
    yield from _decimals(octets[::-1])
    for order in (octets, octets[::-1]):
        yield order.hex()
        yield order.hex("-")
    yield str(int(address))
    yield from _decimals(octets[-_FEWEST_OCTETS:])
    yield from _decimals(octets[::-1][:_FEWEST_OCTETS])


def _decimals(octets: Sequence[int]) -> Iterator[str]:
    yield "-".join(map(str, octets))
    padded = [f"{octet:03}" for octet in octets]
    yield "-".join(padded)
    yield "".join(padded)


def _of_ipv6(packed: bytes) -> Iterator[str]:
    """Yield how an address is written: whole, its network or its interface identifier."""
    compressed = str(IPv6Address(packed))
    if compressed.count(":") > _FEWEST_COLONS:
        yield _SEPARATORS.sub("-", compressed.replace(":", "-")).strip("-")
    network, host = packed[:8], packed[8:]
    parts = [packed, network]
    if int.from_bytes(host) >> _FEWEST_BITS_OF_HOST:
        parts.append(host)
    yield from chain.from_iterable(map(_hexadecimals, parts))


def _hexadecimals(octets: bytes) -> Iterator[str]:
    digits = octets.hex()
    groups = [digits[at : at + 4] for at in range(0, len(digits), 4)]
    short = [group.lstrip("0") or "0" for group in groups]
    for order in (1, -1):
        yield "-".join(groups[::order])
        yield "-".join(short[::order])
        yield digits[::order]
        yield "-".join(digits[::order])
