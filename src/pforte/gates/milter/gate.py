"""The gate itself: it listens, and knows its connections."""

import asyncio
import socket

import structlog

from pforte.gates.milter.connection import Connection
from pforte.gates.milter.conversation import Conversation, House, Receive
from pforte.gates.milter.listening import close_socket, inode_of, open_socket
from pforte.gates.space import Space
from pforte.settings.gates import MilterGateSettings

IDLE_SECONDS = 7_200.0
"""How long a connection is kept on which nothing is said. A server is silent while a client sends a large message."""
SWEEP_SECONDS = 60.0
CLOSE_SECONDS = 2.0
MESSAGES_AT_ONCE = 8
"""How many of the largest messages find room in memory at the same time; real ones are a thousand times smaller."""

_log = structlog.get_logger("pforte.gates")


class MilterGate:
    """Answers mail servers.

    Args:
        settings: section ``[gate.milter]``.
        receive: begins a session.
    """

    name = "milter"

    def __init__(self, settings: MilterGateSettings, receive: Receive) -> None:
        self._settings = settings
        self._house = House(
            receive=receive,
            most=settings.max_message,
            space=Space(MESSAGES_AT_ONCE * settings.max_message),
            opens=settings.on_failure == "open",
        )
        self._socket: socket.socket | None = None
        self._inode: tuple[int, int] | None = None
        self._server: asyncio.Server | None = None
        self._sweeping: asyncio.TimerHandle | None = None
        self._open: set[Connection] = set()

    @property
    def port(self) -> int:
        """Return the port that is listened on: another one than in the settings where they say 0."""
        assert self._socket is not None  # noqa: S101  only asked for while it is open
        return int(self._socket.getsockname()[1])

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            GateError: the address or path cannot be used.
        """
        listen = self._settings.listen
        self._socket = open_socket(listen)
        loop = asyncio.get_running_loop()
        if listen.startswith("/"):
            self._inode = inode_of(listen)
            self._server = await loop.create_unix_server(self._meet, sock=self._socket)
        else:
            self._server = await loop.create_server(self._meet, sock=self._socket)
        self._sweep()

    async def close(self) -> None:
        """Stop listening; what has arrived is answered, for at most two seconds.

        A client whose mail is under way then hears what the server says by its own default action.
        """
        if self._server is None or self._socket is None:
            return
        if self._sweeping is not None:
            self._sweeping.cancel()
        self._server.close()
        self._server = None
        for connection in list(self._open):
            connection.close()
        await self._wait()
        for connection in list(self._open):
            connection.abort()
        await self._wait()
        close_socket(self._socket, self._settings.listen, self._inode)

    # What connections say.

    def enter(self, connection: Connection) -> bool:
        """Take a connection in, if there is room."""
        if len(self._open) >= self._settings.connections:
            _log.warning(
                "gate.full",
                gate="milter",
                text=f"more than {self._settings.connections} connections at once (gate.milter.connections)",
            )
            return False
        self._open.add(connection)
        return True

    def leave(self, connection: Connection) -> None:
        """Let go of a connection."""
        self._open.discard(connection)

    def _meet(self) -> Connection:
        return Connection(Conversation(self._house), self)

    def _sweep(self) -> None:
        """Close the connections on which nothing was said for long."""
        loop = asyncio.get_running_loop()
        for connection in list(self._open):
            if loop.time() - connection.since > IDLE_SECONDS:
                connection.close()
        self._sweeping = loop.call_later(SWEEP_SECONDS, self._sweep)

    async def _wait(self) -> None:
        if self._open:
            await asyncio.wait([connection.lost for connection in self._open], timeout=CLOSE_SECONDS)
