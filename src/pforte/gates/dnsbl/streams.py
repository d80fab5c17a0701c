"""DNS over TCP: each message has its length in front, and a connection may carry many (RFC 7766 s6.2.1)."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

MOST_CONNECTIONS = 128
"""Connections at once; the next one is closed at once, and its asker tries again or by UDP (RFC 7766 s6.2.3)."""
IDLE_SECONDS = 10.0
"""How long a connection may be silent, a message be under way, or an answer be left unread."""
LENGTH_BYTES = 2

Answer = Callable[[bytes], bytes | None]


class Streams:
    """Answers on TCP connections.

    Args:
        answer: makes an answer of a message; None ends the connection.
        idle: seconds a connection may be silent.
    """

    def __init__(self, answer: Answer, idle: float = IDLE_SECONDS) -> None:
        self._answer, self._idle = answer, idle
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def open(self, bound: socket.socket) -> None:
        """Listen on a bound socket."""
        self._server = await asyncio.start_server(self._converse, sock=bound, limit=1 << 16)

    async def close(self) -> None:
        """Stop listening and end all connections, whoever still has to read."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  each connection is a task
        self._connections.add(task)
        try:
            if len(self._connections) <= MOST_CONNECTIONS:
                with suppress(TimeoutError, OSError, asyncio.IncompleteReadError):
                    await self._answer_all(reader, writer)
        finally:
            self._connections.discard(task)
            writer.close()
            if self._server is None:
                writer.transport.abort()

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(self._idle):
                length = int.from_bytes(await reader.readexactly(LENGTH_BYTES))
                answer = self._answer(await reader.readexactly(length))
                if answer is None:
                    return
                writer.write(len(answer).to_bytes(LENGTH_BYTES) + answer)
                await writer.drain()
