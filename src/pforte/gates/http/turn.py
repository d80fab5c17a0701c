"""What arrives in one turn of the event loop is judged together and answered together.

Reading, judging and writing by turns for each question, each of the three drives the others' code and data out of the
processor's caches: done for all questions of a turn one after the other, they take a tenth less time. Nobody waits
longer for it than for the questions before his own.
"""

import asyncio
from collections.abc import Callable, Container, Sequence

from pforte.gates.http.connection import Connection


class Turn:
    """Holds what arrived until the turn ends.

    Args:
        glance: returns the places of those pieces that are one whole question each, whose visitor may come in.
    """

    def __init__(self, glance: Callable[[Sequence[bytes]], Container[int]]) -> None:
        self._glance = glance
        self._waiting: list[tuple[Connection, bytes]] = []

    def take(self, connection: Connection, data: bytes) -> None:
        """Take what arrived on a connection, which hears what became of it before anything else arrives."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.settle)
        self._waiting.append((connection, data))

    def settle(self) -> None:
        """Judge all that wait, and tell their connections."""
        waiting, self._waiting = self._waiting, []
        welcome = self._glance([data for _, data in waiting])
        each = enumerate(waiting)
        try:
            for place, (connection, data) in each:
                connection.settle(data, welcome=place in welcome)
        finally:
            for _, (connection, data) in each:  # those behind one that failed have a turn of their own
                self.take(connection, data)
