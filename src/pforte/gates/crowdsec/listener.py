"""The listener of the bouncers, in the service's event loop."""

import asyncio
import socket
from collections.abc import Callable

from pforte.gates.crowdsec.answers import Answers
from pforte.gates.crowdsec.connection import Connection
from pforte.gates.crowdsec.gate import CrowdsecGate
from pforte.gates.listening import bind

BACKLOG = 128
MOST_CONNECTIONS = 512
PATIENCE = 10.0
"""Seconds that those who ask before the bans are loaded are kept waiting; then they are told so (503)."""
LOOK_EVERY = 0.02
END_SECONDS = 2.0


class CrowdsecListener:
    """Answers bouncers.

    Args:
        listen: address and port, as the setting has it.
        gate: holds the bans.
        answers: what each question gets.
    """

    name = "crowdsec"

    def __init__(self, listen: str, gate: CrowdsecGate, answers: Answers) -> None:
        self._listen, self._gate, self._answers = listen, gate, answers
        self._connections: set[Connection] = set()
        self._socket: socket.socket | None = None
        self._serving: asyncio.Task[None] | None = None
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Return the port it listens on, 0 when it does not."""
        return 0 if self._socket is None else int(self._socket.getsockname()[1])

    async def open(self) -> None:
        """Begin to listen. Whoever comes before the bans are loaded waits: the firewall bouncer ends at an error.

        Raises:
            GateError: the address cannot be used.
        """
        self._socket = bind("gate.crowdsec.listen", self._listen)
        self._socket.listen(BACKLOG)
        self._serving = asyncio.create_task(self._serve(self._socket))

    async def close(self) -> None:
        """Stop listening; answers that are under way are given, for at most two seconds."""
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
        if self._server is not None:
            self._server.close()
        elif self._socket is not None:
            self._socket.close()
        self._socket = None
        for connection in tuple(self._connections):
            connection.finish()
        await _until(lambda: not self._connections, END_SECONDS)
        for connection in tuple(self._connections):
            connection.abort()

    async def _serve(self, opened: socket.socket) -> None:
        await _until(lambda: self._gate.board.loaded, PATIENCE)
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self._answers.answer, self._connections, MOST_CONNECTIONS), sock=opened
        )


async def _until(holds: Callable[[], bool], seconds: float) -> None:
    """Wait until something holds, or so many seconds. What is waited for comes about in another thread too."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while not holds() and loop.time() < until:  # noqa: ASYNC110  an event would have to be set from that thread
        await asyncio.sleep(LOOK_EVERY)
