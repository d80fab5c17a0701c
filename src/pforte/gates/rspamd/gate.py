"""The listener of the gate for whole mails."""

import asyncio

from pforte.clock import Clock
from pforte.gates.listening import bind
from pforte.gates.rspamd.connection import PIECE, Conversation, Examine
from pforte.gates.space import Space

CLOSE_SECONDS = 2.0
MAILS_AT_ONCE = 4
"""Mails of the largest size that fit into memory at the same time."""


class RspamdGate:
    """Listens for mails to judge.

    Args:
        listen: address and port as in the settings.
        examine: judges mails.
        clock: measures how long that takes.
        most: octets of a mail at most.
        connections: connections held at most; others wait in the backlog of the kernel or are closed.
    """

    name = "rspamd"

    def __init__(self, listen: str, examine: Examine, clock: Clock, most: int, connections: int) -> None:
        self._listen = listen
        self._examine, self._clock = examine, clock
        self._most, self._connections = most, connections
        self._space = Space(MAILS_AT_ONCE * most)
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def port(self) -> int:
        """Return the port that is listened on: another one than in the settings where they say 0."""
        assert self._server is not None  # noqa: S101  only asked for while it is open
        return int(self._server.sockets[0].getsockname()[1])

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            GateError: the address cannot be used.
        """
        bound = bind("gate.rspamd.listen", self._listen)
        self._server = await asyncio.start_server(self._meet, sock=bound, limit=PIECE)

    async def close(self) -> None:
        """Stop listening; mails under way are answered, for at most two seconds."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        if self._open:
            await asyncio.wait(set(self._open), timeout=CLOSE_SECONDS)
        for writer in self._open.values():
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  start_server makes one for each connection
        if len(self._open) >= self._connections:
            writer.transport.abort()
            return
        self._open[task] = writer
        try:
            streams = reader, writer
            await Conversation(self._examine, self._clock, self._most, self._space, streams).hold()
        finally:
            del self._open[task]
