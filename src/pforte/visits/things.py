"""What was counted: the few different things that a count names when it becomes an offence.

They are for people: paths without their query (secrets may stand there), names that were tried, agents, each cut
short. What counts as different is decided elsewhere; nothing here convicts anybody.
"""

from collections.abc import Iterator
from math import isfinite
from struct import Struct, error

from pforte.printable import printable

MOST_NAMED = 8
"""Things that one count names at most; the latest stay."""
MOST_BYTES = 60
"""Bytes of one thing."""
_UNNAMED = b""
"""Stands for every thing that is not named: it was too many, it had no name, or it is not known any more."""
_MORE = b"..."
_HEAD = 24
"""Bytes of a long thing that stay in front of its gap: the end of a path tells as much as its beginning."""
_THING = Struct("<dB")


def thing_of(observed: bytes) -> bytes:
    """Return what is named of the bytes that a check observed: no query, and a bounded length.

    >>> thing_of(b"/wp-login.php?token=secret")
    b'/wp-login.php?...'
    """
    if len(observed) <= MOST_BYTES and b"?" not in observed:
        return observed
    bare, mark, _ = observed.partition(b"?")
    query = mark and mark + _MORE
    room = MOST_BYTES - len(query)
    if len(bare) > room:
        bare = bare[:_HEAD] + _MORE + bare[_HEAD + len(_MORE) - room :]
    return bare + query


class Things(list[tuple[bytes, float]]):
    """The things of one count, each once with the time of its finding (POSIX seconds); bounded.

    The unnamed stand first, the others in the order in which they were noted.
    """

    __slots__ = ()

    def note(self, thing: bytes, at: float, window: float) -> None:
        """Take in what a finding at ``at`` was about.

        Of two times of one thing the later counts, unless the earlier lies more than ``window`` seconds before it.
        """
        for place, (other, before) in enumerate(self):
            if other == thing:
                del self[place]
                at = before if at < before <= at + window else at
                break
        if not thing:
            self.insert(0, (thing, at))
            return
        self.append((thing, at))
        if len(self) > MOST_NAMED:
            first = 0 if self[0][0] else 1
            if len(self) > MOST_NAMED + first:
                self.note(_UNNAMED, self.pop(first)[1], window)

    def within(self, early: float, late: float) -> str:
        """Return what was counted between two moments, both included, the earliest first; ``...`` is the unnamed."""
        found = sorted((bool(thing), at, thing) for thing, at in self if early <= at <= late)
        return ", ".join(printable(thing or _MORE) for _, _, thing in found)

    def packed(self) -> bytes:
        """Return them in the form that :func:`unpack_things` reads."""
        return b"".join(_THING.pack(at, len(thing)) + thing for thing, at in self)


def unpack_things(state: bytes) -> Things:
    """Read what :meth:`Things.packed` wrote; from the first entry on that is of another form, nothing is taken."""
    things = Things()
    for thing, at in _entries(state):
        if len(things) > MOST_NAMED or len(thing) > MOST_BYTES or not isfinite(at):
            break
        things.note(thing, at, 0.0)
    return things


def unnamed(at: float) -> Things:
    """Return what is known of a count whose things were not kept; its latest finding was at ``at``."""
    return Things([(_UNNAMED, at)])


def _entries(state: bytes) -> Iterator[tuple[bytes, float]]:
    place = 0
    while place < len(state):
        try:
            at, size = _THING.unpack_from(state, place)
        except error:
            return
        place += _THING.size
        yield state[place : place + size], at
        place += size
