"""Lines that may wait unread: a single 404 means nothing, and most networks never come to the count that does.

Lines that can only add to a count are laid aside by client. When a client has as many as the count needs, or does
anything else of interest, its lines are read in their order, so that every offence is found at the same line as if
nothing had waited. Lines older than the window are thrown away unread.
"""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

MOST = 32_768
"""Lines laid aside, and clients that are read, at most (somewhat more while a block is judged)."""

L = TypeVar("L")


class Deferred(Generic[L]):
    """Lines laid aside by client, in two generations that each last longer than the window.

    Args:
        least: lines of one client that are read together.
        span: seconds after which a line no longer counts.
        time_of: tells the event time of a line, POSIX seconds; None where it has none.
        limit: lines laid aside at most.
    """

    def __init__(
        self, least: int, span: float, time_of: Callable[[L], float | None], limit: int = MOST
    ) -> None:
        self._least = least
        self._span = span
        self._time_of = time_of
        self._limit = limit
        self._young: dict[str, list[L]] = {}
        self._old: dict[str, list[L]] = {}
        self._read: set[str] = set()
        self._read_before: set[str] = set()
        self._began: float | None = None
        self._last: L | None = None
        self._size = 0

    def __len__(self) -> int:
        return sum(map(len, self._young.values())) + sum(map(len, self._old.values()))

    def defer(self, client: str, line: L) -> Iterable[L] | None:
        """Lay a line aside and return None, or return what must be read of this client before the line is."""
        self._last = line
        if client in self._read or client in self._read_before:
            self._read.add(client)
            return ()
        waiting = len(self._young.get(client, ())) + len(self._old.get(client, ()))
        if waiting + 1 >= self._least or len(self._read) > self._limit:
            return self.take(client)
        self._young.setdefault(client, []).append(line)
        self._size += 1
        return None

    def take(self, client: str) -> Iterable[L]:
        """Return the lines of a client that is read from now on, oldest first."""
        if client in self._read:
            return ()
        self._read.add(client)
        return (*self._old.pop(client, ()), *self._young.pop(client, ()))

    def turn(self) -> list[L]:
        """Forget what is older than the window, between two blocks; return lines to read where memory is short."""
        if self._last is None:
            return []
        now = self._time_of(self._last)
        if now is None or self._began is None:
            self._began = now
        elif abs(now - self._began) > self._span:
            self._began = now
            self._old, self._young = self._young, {}
            self._read_before, self._read = self._read, set()
            self._size = len(self)
        if self._size < self._limit:
            return []
        due = [line for waiting in (self._old, self._young) for lines in waiting.values() for line in lines]
        self._read.update(self._old, self._young)
        self._old, self._young, self._size = {}, {}, 0
        return due
