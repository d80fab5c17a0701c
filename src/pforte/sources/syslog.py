"""Syslog as a source: over UDP, TCP (RFC 6587) and a UNIX datagram socket."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, cast

import structlog

from pforte.clock import Clock
from pforte.net.unix_socket import inode_of, remove_unix
from pforte.sources.block import Block, Figures, Limits
from pforte.sources.framing import Framer
from pforte.sources.inbox import Inbox
from pforte.sources.sockets import count_kernel_drops, open_tcp, open_udp, open_unix
from pforte.sources.syslog_line import HEAD_BYTES, write_line

DATAGRAMS_AT_ONCE = 256
"""Datagrams read before others get their turn."""

LULL_SECONDS = 0.05
"""After ``close``, when nothing came for this long everything sent before is here."""

DRAIN_SECONDS = 2.0
"""How long after ``close`` a sender that does not stop is listened to."""

_log = structlog.get_logger("pforte.sources")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a syslog source lets others use up.

    Attributes:
        queue: bytes of lines that wait to be judged. A full queue drops datagrams, and lets TCP senders wait.
        connections: TCP connections at once; more are refused.
        idle: seconds after which a silent connection is closed.
    """

    queue: int = 16_777_216
    connections: int = 100
    idle: float = 600.0


class SyslogSource:
    """Receives syslog messages; each becomes a line (``syslog_line.write_line``). Nothing can be read again.

    Args:
        name: name in offences and logs.
        transport: how messages arrive; ``unix`` is a datagram socket.
        listen: address and port of ``udp`` and ``tcp``.
        path: path of the ``unix`` socket; its mode is 0660.
        limits: block and line sizes.
        clock: tells when messages arrive.
    """

    bounds = Bounds()

    def __init__(
        self,
        name: str,
        transport: Literal["udp", "tcp", "unix"],
        listen: str,
        path: str,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._name = name
        self._transport = transport
        self._listen = listen
        self._path = path
        self._limits = limits
        self._clock = clock
        self._inbox = Inbox(limits.block, self.bounds.queue)
        self._socket: socket.socket | None = None
        self._inode: tuple[int, int] | None = None
        self._server: asyncio.Server | None = None
        self._sweep: asyncio.TimerHandle | None = None
        self._connections: set[_Connection] = set()
        self._buffer = memoryview(bytearray(limits.line + HEAD_BYTES + 1))
        self._closed = False
        self._last_word = 0.0
        self._cut = self._dropped = self._kernel_dropped = self._refused = 0

    @property
    def name(self) -> str:
        """Return the name of the source."""
        return self._name

    @property
    def address(self) -> str:
        """Return where it really listens, once it does: port 0 lets the system choose one."""
        if self._socket is None:
            return ""
        found = self._socket.getsockname()
        if not isinstance(found, tuple):
            return str(found)
        return f"[{found[0]}]:{found[1]}" if ":" in found[0] else f"{found[0]}:{found[1]}"

    async def blocks(self) -> AsyncGenerator[Block, None]:
        """Yield what arrives, many messages in one block when they come fast; what was sent before ``close`` too.

        Raises:
            SourceError: the address or path cannot be used.
        """
        try:
            if not self._closed:
                await self._open()
                yield Block(self._name, b"", None, "", "")
            while True:
                if self._closed and self._clock.monotonic() >= self._last_word:
                    self._release()
                parcel = self._inbox.take()
                if parcel is not None:
                    self._let_on()
                    data = b"".join(parcel.lines)
                    yield Block(self._name, data, None, "", "", received=parcel.received)
                    # A consumer that never waits must not keep us from receiving.
                    await asyncio.sleep(0)
                elif not self._closed:
                    await self._inbox.wait()
                elif self._socket is None:
                    return
                elif await self._is_silent():
                    self._release()
        finally:
            self._closed = True
            self._release()

    def figures(self) -> Figures:
        """Return how the source stands; ``dropped`` counts what the kernel dropped as well."""
        self._look_at_kernel()
        return Figures(self._inbox.size, self._cut, self._dropped)

    def close(self) -> None:
        """End ``blocks`` once it has yielded what was sent until now, as far as this machine holds it already."""
        if not self._closed:
            self._closed = True
            self._last_word = self._clock.monotonic() + DRAIN_SECONDS
        self._inbox.wake()

    async def _is_silent(self) -> bool:
        """Wait a moment and say whether nothing came in it."""
        await asyncio.sleep(LULL_SECONDS)
        return not self._inbox.size

    def _release(self) -> None:
        """Stop receiving; a last message without its end is one."""
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in tuple(self._connections):
            connection.end()
        if self._server is not None:
            self._server.close()
        elif self._socket is not None:
            self._look_at_kernel()
            asyncio.get_running_loop().remove_reader(self._socket)
            if self._inode is not None:
                remove_unix(self._path, self._inode)
            self._socket.close()
        self._server = self._socket = None

    def receive(self, message: bytes, host: str, *, may_drop: bool) -> None:
        """Take one message in.

        Args:
            message: without framing.
            host: who sent it.
            may_drop: whether it is thrown away where the queue is full.
        """
        if may_drop and self._inbox.full:
            self.note_dropped(1)
            return
        received = self._clock.now()
        line, cut = write_line(message, self._limits.line, received, host)
        if cut:
            self.note_cut(1)
        if line:
            self._inbox.put(line, received)

    def note_cut(self, count: int) -> None:
        """Count messages cut at the limit; the log hears of the first, the second, the fourth ..."""
        before, self._cut = self._cut, self._cut + count
        if _passes_power(before, self._cut):
            _log.warning("source.line-cut", source=self._name, limit=self._limits.line, count=self._cut)

    def note_dropped(self, count: int) -> None:
        """Count messages thrown away."""
        before, self._dropped = self._dropped, self._dropped + count
        if _passes_power(before, self._dropped):
            _log.warning("source.dropped", source=self._name, waiting=self._inbox.size, count=self._dropped)

    def admit(self, connection: "_Connection") -> bool:
        """Take a connection in, or refuse it where there are too many."""
        if self._socket is None or len(self._connections) >= self.bounds.connections:
            before, self._refused = self._refused, self._refused + 1
            if _passes_power(before, self._refused):
                _log.warning("source.connection-refused", source=self._name, count=self._refused)
            return False
        self._connections.add(connection)
        return True

    def forget(self, connection: "_Connection") -> None:
        """Let a connection go that ended."""
        self._connections.discard(connection)

    def hold_up(self) -> None:
        """Let all TCP senders wait where the queue is full."""
        if self._inbox.full:
            for connection in self._connections:
                connection.pause()

    def _let_on(self) -> None:
        if self._inbox.roomy:
            for connection in self._connections:
                connection.resume()

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        if self._transport == "tcp":
            self._socket = open_tcp(self._name, self._listen)
            self._server = await loop.create_server(
                lambda: _Connection(self, Framer(self._limits.line + HEAD_BYTES), self._clock),
                sock=self._socket,
            )
            self._close_idle()
            return
        if self._transport == "unix":
            self._socket = open_unix(self._name, self._path)
            self._inode = inode_of(self._path)
        else:
            self._socket = open_udp(self._name, self._listen)
        loop.add_reader(self._socket, self._read_datagrams, self._socket)

    def _read_datagrams(self, opened: socket.socket) -> None:
        for _ in range(DATAGRAMS_AT_ONCE):
            try:
                size, sender = opened.recvfrom_into(self._buffer)
            except BlockingIOError:
                break
            except OSError as error:
                # An ICMP answer to somebody else's datagram, say; the socket itself lives on.
                _log.warning("source.receive-failed", source=self._name, text=error.strerror)
                break
            host = sender[0] if isinstance(sender, tuple) else "localhost"
            self.receive(bytes(self._buffer[:size]), host, may_drop=True)
        self._look_at_kernel()

    def _look_at_kernel(self) -> None:
        if self._socket is None or self._transport != "udp":
            return
        drops = count_kernel_drops(self._socket)
        news, self._kernel_dropped = (drops - self._kernel_dropped) % 2**32, drops
        self.note_dropped(news)

    def _close_idle(self) -> None:
        oldest = self._clock.monotonic() - self.bounds.idle
        for connection in tuple(self._connections):
            # One that we let wait is not silent: its last messages are still to be read.
            if not connection.paused and connection.heard <= oldest:
                connection.end()
        self._sweep = asyncio.get_running_loop().call_later(self.bounds.idle / 10, self._close_idle)


class _Connection(asyncio.Protocol):
    """One TCP sender."""

    def __init__(self, source: SyslogSource, framer: Framer, clock: Clock) -> None:
        self._source = source
        self._framer = framer
        self._clock = clock
        self._transport: asyncio.Transport | None = None
        self._host = ""
        self.heard = clock.monotonic()
        """When it sent last, in monotonic seconds."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes, but do what these do.
        opened = cast("asyncio.Transport", transport)
        if not self._source.admit(self):
            opened.abort()
            return
        self._transport = opened
        peer = opened.get_extra_info("peername")
        self._host = peer[0] if peer else ""
        self._source.hold_up()

    def data_received(self, data: bytes) -> None:
        self.heard = self._clock.monotonic()
        self._take(self._framer.feed(data))
        self._source.hold_up()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  the last line counts either way
        self.end()

    def end(self) -> None:
        """Take in what came and close."""
        transport, self._transport = self._transport, None
        if transport is None:
            return
        self._take(self._framer.end())
        transport.abort()
        self._source.forget(self)

    @property
    def paused(self) -> bool:
        """Tell whether it is we who let the sender wait."""
        return self._transport is not None and not self._transport.is_reading()

    def pause(self) -> None:
        """Let the sender wait."""
        if self._transport is not None and not self.paused:
            self._transport.pause_reading()

    def resume(self) -> None:
        """Go on reading."""
        if self._transport is not None and self.paused:
            self.heard = self._clock.monotonic()  # it was we who were silent
            self._transport.resume_reading()

    def _take(self, messages: list[bytes]) -> None:
        for message in messages:
            self._source.receive(message, self._host, may_drop=False)
        if self._framer.broken:
            self._source.note_dropped(self._framer.broken)
            self._framer.broken = 0


def _passes_power(before: int, now: int) -> bool:
    """Tell whether a count reached or passed a power of two."""
    return now.bit_length() > before.bit_length()
