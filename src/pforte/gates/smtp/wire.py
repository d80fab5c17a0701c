"""One connection, whose octets nobody reads before they are asked for: what was said before TLS never mixes with it."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import cast

MOST_WAITING = 65_536
"""Octets that wait here before the client has to."""
HANDSHAKE_SECONDS = 30.0
WRITE_SECONDS = 300.0
"""How long the other side may leave what we said unread (RFC 5321 s4.5.3.2)."""


class Wire(asyncio.Protocol):
    """A connection of either side.

    Args:
        meet: is told once it stands.
    """

    def __init__(self, meet: "Callable[[Wire], None]" = lambda _: None) -> None:
        self._meet = meet
        self._transport: asyncio.Transport | None = None
        self._waiting = bytearray()
        self._stirred = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._is_ended = False
        self._is_paused = self._is_held = False
        self._lost = asyncio.Event()
        self.is_secured = False

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # Other event loops have transports that are of this kind without saying so.
        self._transport = cast("asyncio.Transport", transport)
        self._meet(self)

    def data_received(self, data: bytes) -> None:
        """Keep what came, and let no more come than is read."""
        self._waiting += data
        self._stirred.set()
        if len(self._waiting) >= MOST_WAITING and not self._is_paused:
            self._is_paused = True
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        """Answer on what was asked before the other side fell silent; TLS knows no half of a connection."""
        self._is_ended = True
        self._stirred.set()
        return not self.is_secured

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002  it makes no difference why
        """Wake whoever waits."""
        self._is_ended = True
        self._stirred.set()
        self._writable.set()
        self._lost.set()

    def pause_writing(self) -> None:
        """Let writers wait."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let writers go on."""
        self._writable.set()

    # What its holder calls.

    @property
    def transport(self) -> asyncio.Transport:
        """Return the transport that is in use now."""
        assert self._transport is not None  # noqa: S101  nothing is asked before it stands
        return self._transport

    @property
    def is_ended(self) -> bool:
        """Say whether nothing more will come."""
        return self._is_ended

    async def stir(self) -> None:
        """Wait until something has come, or nothing more will."""
        await self._stirred.wait()

    async def read(self) -> bytes:
        """Return what has come, as soon as there is something; b"" at the end."""
        await self.stir()
        return self.take()

    def take(self) -> bytes:
        """Return what has come until now, b"" where that is nothing."""
        data = bytes(self._waiting)
        self._waiting.clear()
        if not self._is_ended:
            self._stirred.clear()
            if self._is_paused and not self._is_held:
                self._is_paused = False
                self.transport.resume_reading()
        return data

    def wake(self) -> None:
        """Let whoever reads find nothing."""
        self._stirred.set()

    async def write(self, data: bytes) -> None:
        """Say something, and wait where the other side does not listen.

        Raises:
            ConnectionError: it is gone, or has not listened for too long.
        """
        if self.transport.is_closing():
            raise ConnectionResetError("the other side is gone")
        self.transport.write(data)
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await self._writable.wait()
        except TimeoutError:
            self.transport.abort()
            raise ConnectionAbortedError("the other side does not listen") from None

    def hold(self) -> None:
        """Let nothing more come until :meth:`secure`: it would not be encrypted."""
        self._is_held = self._is_paused = True
        self.transport.pause_reading()

    async def secure(self, context: ssl.SSLContext, *, is_server: bool, host: str | None = None) -> None:
        """Encrypt from now on; whoever calls it has held the wire and read what had come.

        Raises:
            OSError: the handshake failed (``ssl.SSLError`` is one).
        """
        loop = asyncio.get_running_loop()
        self._is_paused, self._is_held, self.is_secured = False, False, True
        transport = await loop.start_tls(
            self.transport,
            self,
            context,
            server_side=is_server,
            server_hostname=host,
            ssl_handshake_timeout=HANDSHAKE_SECONDS,
        )
        if transport is None:
            raise ConnectionResetError("the other side is gone")
        self._transport = transport

    async def linger(self, seconds: float) -> None:
        """Read on for a moment what nobody wants, so that the last answer is not lost over it."""
        self._is_held = False
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._is_ended:
                    self.take()
                    await self.stir()

    def close(self) -> None:
        """Close after what was said."""
        self.transport.close()

    async def end(self, seconds: float) -> None:
        """Close after what was said.

        Raises:
            TimeoutError: the other side does not take it.
        """
        self.transport.close()
        async with asyncio.timeout(seconds):
            await self._lost.wait()
