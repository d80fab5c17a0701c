"""The text of a mail as it arrives: behind DATA up to the point that ends it, or in the chunks of BDAT (RFC 3030)."""

from dataclasses import dataclass
from enum import Enum

from pforte.gates.smtp.oddities import find_odd, mend, oddity_at
from pforte.mail.session import Moved

_END = b"\r\n.\r\n"


class Loss(Enum):
    """Why a text was not kept."""

    TOO_LARGE = "too large"
    NO_ROOM = "no room"


@dataclass(slots=True)
class Room:
    """Memory for all texts that are under way at the same time.

    Attributes:
        free: octets that are free.
    """

    free: int

    def take(self, octets: int) -> bool:
        """Take octets, and say whether there were so many."""
        if octets > self.free:
            return False
        self.free -= octets
        return True

    def give_back(self, octets: int) -> None:
        """Give octets back."""
        self.free += octets


class Text:
    """One text. Whoever begins one must :meth:`leave` it.

    Args:
        most: octets of a text at most; a longer one is read to its end and not kept.
        room: memory for all texts.
    """

    def __init__(self, most: int, room: Room) -> None:
        # The line end of the command itself: a point at the very beginning stands behind it.
        self._octets = bytearray(b"\r\n")
        self._most, self._room = most, room
        self._held = 0
        self._checked = 2
        self._is_odd = False
        self._is_stuffed = False
        self._is_complete = False
        self.arrived = 0
        self.loss: Loss | None = None

    def take(self, incoming: bytearray) -> Moved | bool:
        """Take what belongs to a text behind DATA; say whether it is complete, or what is odd about it.

        Only CR LF, a point and CR LF end it (RFC 5321 s4.1.1.4). What follows stays in ``incoming``. An oddity is told
        once in a text; whoever goes on all the same asks again.
        """
        if self._is_complete:
            return True
        self._is_stuffed = True
        # Kept apart from the octets that arrived before, so that their number does not matter to the time it takes.
        tail = bytes(self._octets[-4:])
        end = (tail + incoming).find(_END)
        length = len(incoming) if end < 0 else end + len(_END) - len(tail)
        self._is_complete = end >= 0
        self._keep(incoming, length)
        moved = self._look()
        return self._is_complete if moved is None else moved

    def take_chunk(self, incoming: bytearray, length: int, *, is_last: bool) -> Moved | None:
        """Take so many octets of a chunk, and tell what is odd about them; ``is_last`` where none follow in the text."""
        self._is_complete = is_last
        self._keep(incoming, length)
        return self._look()

    def leave(self) -> None:
        """Give the memory back."""
        self._room.give_back(self._held)
        self._held = 0
        self._octets.clear()

    @property
    def message(self) -> bytes:
        """Return the message: without the end of the data and the points that were doubled (RFC 5321 s4.5.2)."""
        octets = bytes(self._octets)
        if self._is_stuffed:
            octets = octets[: -len(_END) + 2].replace(b"\r\n.", b"\r\n")
        return mend(octets[2:]) if self._is_odd else octets[2:]

    def _keep(self, incoming: bytearray, length: int) -> None:
        self.arrived += length
        if self.loss is None and self.arrived > self._most + len(_END):
            self.loss = Loss.TOO_LARGE
        elif self.loss is None and not self._room.take(length):
            self.loss = Loss.NO_ROOM
        elif self.loss is None:
            self._held += length
        self._octets += memoryview(incoming)[:length]
        if self.loss is not None:
            del self._octets[:-4]  # the end may still lie across two pieces
            self._room.give_back(self._held)
            self._held = 0
        del incoming[:length]

    def _look(self) -> Moved | None:
        """Look for the first oddity in what was not looked at yet."""
        if self._is_odd or self.loss is not None:
            return None
        octets = self._octets
        if self._is_complete and octets.endswith(b"\r"):
            octets = octets + b"."  # nothing follows, so this CR stands alone
        at = find_odd(octets, self._checked, len(octets))
        if at < 0:
            self._checked = len(octets) - octets.endswith(b"\r")
            return None
        self._checked = at
        moved = oddity_at(octets + b"\r\n" if self._is_complete else octets, at)
        self._is_odd = moved is not None
        return moved
