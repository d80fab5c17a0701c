"""The listener of the HTTP gate: it opens, keeps its connections within limits, and closes."""

import asyncio
import resource
from collections import OrderedDict
from contextlib import suppress

from pforte.clock import Clock
from pforte.gates.http.connection import Connection
from pforte.gates.http.porter import Porter
from pforte.gates.http.turn import Turn
from pforte.gates.listening import Door, open_door
from pforte.net.unix_socket import socket_path

TICK_SECONDS = 0.25
"""How old the present moment may be that answers are given by."""
CLOSE_SECONDS = 2.0
THIS_MACHINE = "127.0.0.1"
"""Stands for who asks at a UNIX socket."""
BACKLOG = 1_024
"""Connections that may wait to be taken in."""
_SPARE_FILES = 64
"""Files that the rest of the service needs at least."""


class HttpGate:
    """Listens for questions.

    Args:
        listen: address and port, or the path of a UNIX socket, as in the settings.
        porter: answers them.
        clock: tells the present moment.
        connections: connections held at most.
    """

    name = "http"

    def __init__(self, listen: str, porter: Porter, clock: Clock, connections: int) -> None:
        self._listen = listen
        self._peer = THIS_MACHINE if socket_path(listen) else ""
        self._porter = porter
        self._clock = clock
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._most = max(min(connections, soft - _SPARE_FILES), 1)
        self._turn = Turn(porter.glance)
        self._open: OrderedDict[Connection, None] = OrderedDict()
        self._door: Door | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._empty = asyncio.Event()
        self.now = clock.monotonic()

    @property
    def port(self) -> int:
        """Return the port that is listened on: another one than in the settings where they say 0."""
        assert self._door is not None  # noqa: S101  only asked for while it is open
        return self._door.port

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            GateError: the address cannot be used.
        """
        self._door = await open_door(self._listen, "gate.http.listen", self._connect, BACKLOG)
        self._ticking = asyncio.create_task(self._tick())

    async def close(self) -> None:
        """Stop listening; questions under way are answered, for at most two seconds."""
        if self._door is None or self._ticking is None:
            return
        self._door.close()
        self._ticking.cancel()
        self._empty.clear()
        self._turn.settle()
        for connection in list(self._open):
            if connection.is_idle:
                connection.close()
        if self._open:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), CLOSE_SECONDS)
        for connection in list(self._open):
            connection.abort()
        self._door = self._ticking = None

    # The room of its connections.

    def enter(self, connection: Connection) -> None:
        """Take a connection in; where there is no room, the one idle for longest leaves."""
        if len(self._open) >= self._most:
            idle = (other for other in self._open if other.is_idle)
            leaves = min(idle, key=lambda other: other.since, default=connection)
            leaves.abort()
            if leaves is connection:
                return
            self._open.pop(leaves, None)
        self._open[connection] = None

    def leave(self, connection: Connection) -> None:
        """Let go of a connection."""
        self._open.pop(connection, None)
        if not self._open:
            self._empty.set()

    def _connect(self) -> Connection:
        return Connection(self._porter, self, self._turn, self._peer)

    async def _tick(self) -> None:
        """Keep the present moment and end what waits for too long, until cancelled."""
        while True:
            self.now = self._clock.monotonic()
            self._porter.now = self._clock.now().timestamp()
            for connection in [one for one in self._open if one.is_late(self.now)]:
                connection.abort()
            await asyncio.sleep(TICK_SECONDS)
