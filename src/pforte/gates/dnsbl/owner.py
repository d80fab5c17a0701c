"""The name in front of a zone: an address backwards, four numbers or 32 hexadecimal digits (RFC 5782 s2.1, s2.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from pforte.gates.dnsbl.wire import HEADER_LENGTH

V4_BITS, V6_BITS = 32, 128

ALSO_BEGINS_V6 = HEADER_LENGTH + 8
"""Where the zone's name begins behind four numbers of one digit: the name is also the beginning of IPv6 addresses."""

LOOPBACK = 127
"""First octet of the addresses that mean this machine."""

_V4_LABELS, _V6_LABELS = 4, 32
_MAPPED = 0xFFFF  # the upper 96 bits of a v4-mapped address (RFC 4291 s2.5.5.2)
_V6_ENDS = HEADER_LENGTH + 2 * _V6_LABELS
_ONES = b"\1" * _V6_LABELS

_OCTETS = {str(number).encode(): number for number in range(256)}
_NIBBLES = frozenset(b"%x" % number for number in range(16))
# The octets of a name with their lengths in front, the first of them the address's last.
_FIRST, _SECOND, _THIRD, _FOURTH = (
    {len(text).to_bytes() + text: number << shift for text, number in _OCTETS.items()}
    for shift in (0, 8, 16, 24)
)


class Place(Enum):
    """What a name is in a zone."""

    APEX = "apex"
    ADDRESS = "address"
    WITHIN = "within"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Owner:
    """What the labels in front of a zone say.

    Attributes:
        place: the zone itself; an address; the end of an address, below which there may be addresses; nothing of ours.
        bits: length of the address.
        number: the address as a number.
    """

    place: Place
    bits: int = 0
    number: int = 0


def read_owner(labels: Sequence[bytes]) -> Owner:
    """Read the labels in front of a zone, in small letters.

    >>> read_owner([b"2", b"0", b"0", b"127"])
    Owner(place=<Place.ADDRESS: 'address'>, bits=32, number=2130706434)
    """
    if not labels:
        return Owner(Place.APEX)
    if len(labels) <= _V4_LABELS and all(label in _OCTETS for label in labels):
        if len(labels) < _V4_LABELS:
            return Owner(Place.WITHIN)
        number = 0
        for label in reversed(labels):
            number = number << 8 | _OCTETS[label]
        return Owner(Place.ADDRESS, V4_BITS, number)
    if len(labels) > _V6_LABELS or not all(label in _NIBBLES for label in labels):
        return Owner(Place.NOTHING)
    if len(labels) < _V6_LABELS:
        return Owner(Place.WITHIN)
    return Owner(Place.ADDRESS, *_folded(int(b"".join(reversed(labels)), 16)))


def leading_address(raw: bytes) -> tuple[int, int, int]:
    """Find the address that a question's name begins with: where it ends in the message, its bits, its number.

    This is the first thing done with every datagram, so it reads no more than it must: whether a zone follows is for
    the caller to see.

    Raises:
        KeyError, IndexError, ValueError: it begins with none.
    """
    if raw[HEADER_LENGTH] == 1 and raw[HEADER_LENGTH:_V6_ENDS:2] == _ONES:
        return _V6_ENDS, *_folded(int(raw[_V6_ENDS - 1 : HEADER_LENGTH : -2], 16))
    first = HEADER_LENGTH + 1 + raw[HEADER_LENGTH]
    second = first + 1 + raw[first]
    third = second + 1 + raw[second]
    ends = third + 1 + raw[third]
    number = (
        _FIRST[raw[HEADER_LENGTH:first]]
        | _SECOND[raw[first:second]]
        | _THIRD[raw[second:third]]
        | _FOURTH[raw[third:ends]]
    )
    return ends, V4_BITS, number


def _folded(number: int) -> tuple[int, int]:
    """Take a v4-mapped address as IPv4: ``::ffff:127.0.0.2`` is the test entry of IPv6 (RFC 5782 s5)."""
    return (V4_BITS, number & 0xFFFF_FFFF) if number >> V4_BITS == _MAPPED else (V6_BITS, number)
