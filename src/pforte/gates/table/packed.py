"""A ban in one number: a million of them then take a fifth of the memory that objects would.

The number holds, from its low end: the last moment, the rung, where it holds, the reason's place in a list, and the
text of the reference. Numbers that are compared by :func:`end_of` need no unpacking.
"""

from math import ceil
from typing import NamedTuple

from pforte.bans.ban import Ban, Reach

_END_BITS = 40
_RUNG_BITS = 3
_REACH_BITS = 1
_REASON_BITS = 28
_END = (1 << _END_BITS) - 1
_RUNG_AT = _END_BITS
_REACH_AT = _RUNG_AT + _RUNG_BITS
_REASON_AT = _REACH_AT + _REACH_BITS
_REFERENCE_AT = _REASON_AT + _REASON_BITS
_RUNG = (1 << _RUNG_BITS) - 1
_BELOW = (1 << _REFERENCE_AT) - 1
_APPLICATION, _EVERYWHERE = Reach.APPLICATION, Reach.EVERYWHERE


class Held(NamedTuple):
    """What is known of a ban where visitors are answered; a tuple, because floods are answered from it.

    Attributes:
        ends: first second at liberty, POSIX.
        rung: 1 to 4.
        reach: where it may be enforced.
        reason: the check's slug, or the operator's words.
        reference: public code.
    """

    ends: int
    rung: int
    reach: Reach
    reason: str
    reference: str


class Packing:
    """Packs bans and unpacks them again; it keeps each reason once."""

    def __init__(self) -> None:
        self._reasons: list[str] = []
        self._places: dict[str, int] = {}

    def pack(self, ban: Ban) -> int:
        """Return the ban as a number; its end is rounded up to the second."""
        place = self._places.get(ban.reason)
        if place is None:
            place = self._places[ban.reason] = len(self._reasons)
            self._reasons.append(ban.reason)
        ends = min(max(ceil(ban.effective_end().timestamp()), 0), _END)
        return (
            ends
            | ban.rung << _RUNG_AT
            | (ban.reach is Reach.APPLICATION) << _REACH_AT
            | place << _REASON_AT
            | reference_number(ban.reference) << _REFERENCE_AT
        )

    def unpack(self, packed: int) -> Held:
        """Return what a number of :meth:`pack` says."""
        number = packed >> _REFERENCE_AT
        below = packed & _BELOW  # small numbers are shifted in a fraction of the time
        return Held(
            below & _END,
            below >> _RUNG_AT & _RUNG,
            _APPLICATION if below >> _REACH_AT & 1 else _EVERYWHERE,
            self._reasons[below >> _REASON_AT],
            number.to_bytes((number.bit_length() + 7) >> 3).decode(),
        )


def held_of(ban: Ban) -> Held:
    """Return what is known of a ban without packing it."""
    return Held(
        ends=min(max(ceil(ban.effective_end().timestamp()), 0), _END),
        rung=ban.rung,
        reach=ban.reach,
        reason=ban.reason,
        reference=ban.reference,
    )


def end_of(packed: int) -> int:
    """Return the first second at liberty, POSIX."""
    return packed & _END


def is_of(packed: int, reference: int) -> bool:
    """Say whether a number is the ban of this :func:`reference_number`."""
    return packed >> _REFERENCE_AT == reference


def reference_number(reference: str) -> int:
    """Return the text of a reference as a number."""
    return int.from_bytes(reference.encode())
