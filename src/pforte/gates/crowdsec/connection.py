"""One connection of a bouncer: HTTP/1.1 (RFC 9112) as far as bouncers speak it, bounded in size and time."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import cast

import httptools

from pforte.gates.crowdsec.answers import Answer, Question, Stream
from pforte.gates.crowdsec.metrics import LONGEST_BODY
from pforte.net.addresses import Address, AddressError, parse_address

LONGEST_HEAD = 32_768
"""Bytes of a request line and its headers together."""
SLICE = 16_384
ASK_SECONDS = 10.0
"""How long a request may take to arrive."""
IDLE_SECONDS = 120.0
"""How long a connection may lie still; Go's clients let go after 90 s."""
SEND_SECONDS = 60.0
"""How long a client may take nothing of a long answer."""

_PHRASES = {status.value: status.phrase for status in HTTPStatus}

Answering = Callable[[Question], Answer | Stream]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that waits for its answer.

    Attributes:
        question: the question.
        kept: the connection stays open.
        chunked: the client knows chunks, which came with HTTP/1.1.
    """

    question: Question
    kept: bool
    chunked: bool


class _RefusedError(Exception):
    """A request that is not worth reading on."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Connection(asyncio.Protocol):
    """Reads questions and writes answers, one after another.

    Args:
        answering: answers a question.
        others: all connections; this one is among them while it is open.
        most: connections that are let in.
    """

    def __init__(self, answering: Answering, others: "set[Connection]", most: int) -> None:
        self._answering, self._others, self._most = answering, others, most
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._address: Address | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: deque[_Asked] = deque()
        self._streaming: asyncio.Task[None] | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._last = False
        self._begin()

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take up a connection."""
        # uvloop's transports are none of asyncio's classes, but do what these do.
        opened = cast("asyncio.Transport", transport)
        if len(self._others) >= self._most:
            opened.abort()
            return
        self._transport = opened
        self._others.add(self)
        peer = opened.get_extra_info("peername")
        try:
            self._address = parse_address(str(peer[0]))
        except (AddressError, TypeError, IndexError):
            opened.abort()
            return
        self._wait(IDLE_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        """Let go of everything."""
        self._others.discard(self)
        self._transport = None
        self._room.set()
        self._waiting.clear()
        self._wait(None)
        if self._streaming is not None:
            self._streaming.cancel()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._last:
            return
        if self._asked == 0:
            self._wait(ASK_SECONDS)
        try:
            for begin in range(0, len(data), SLICE):
                self._read(data[begin : begin + SLICE])
        except _RefusedError as error:
            self._refuse(error.status)
        except httptools.HttpParserCallbackError as error:
            if not isinstance(error.__context__, _RefusedError):
                raise
            self._refuse(error.__context__.status)
        except httptools.HttpParserUpgrade:
            self.finish()  # it was answered as if it had not asked for another protocol (RFC 9110 s7.8)
        except httptools.HttpParserError:
            self._refuse(400)

    def pause_writing(self) -> None:
        """Wait with the next piece, and with the next question: answers are not piled up."""
        self._room.clear()
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on with the next piece, or the next question."""
        self._room.set()
        if self._transport is not None and self._streaming is None:
            self._transport.resume_reading()

    # What the parser tells.

    def on_url(self, url: bytes) -> None:
        """Take a part of the request target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; the first of a name counts."""
        self._headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1").strip())

    def on_headers_complete(self) -> None:
        """Go on to the body."""
        self._headed = True
        if self._headers.get("expect", "").lower() == "100-continue":
            self._write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._body += body
        if len(self._body) > LONGEST_BODY:
            raise _RefusedError(413)

    def on_message_complete(self) -> None:
        """Answer, after what was asked before."""
        path, _, query = self._url.decode("latin-1").partition("?")
        method = self._parser.get_method().decode("latin-1")
        question = Question(method, path, query, self._headers, bytes(self._body), self._address)
        parser = self._parser
        self._waiting.append(_Asked(question, parser.should_keep_alive(), parser.get_http_version() != "1.0"))
        self._begin()
        self._wait(IDLE_SECONDS)
        self._answer_next()

    # Answering.

    def finish(self) -> None:
        """Give the answers that are under way, and close."""
        self._last = True
        if self._streaming is None and self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def _read(self, part: bytes) -> None:
        """Parse a part that is small against what a head may hold."""
        if not self._headed:
            self._asked += len(part)
            if self._asked > LONGEST_HEAD:
                raise _RefusedError(431)
        self._parser.feed_data(part)

    def _begin(self) -> None:
        """Expect a new request."""
        self._asked, self._headed = 0, False
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body = bytearray()

    def _answer_next(self) -> None:
        while self._waiting and self._streaming is None and self._transport is not None:
            asked = self._waiting.popleft()
            answer = self._answering(asked.question)
            if isinstance(answer, Stream):
                self._transport.pause_reading()
                self._wait(None)
                self._streaming = asyncio.create_task(self._send(answer, asked))
                return
            self._write(_head(answer.status, len(answer.body), answer.headers, kept=asked.kept) + answer.body)
            if not asked.kept:
                self.finish()

    async def _send(self, stream: Stream, asked: "_Asked") -> None:
        """Send a long answer piece by piece, as fast as it is taken."""
        if asked.chunked:
            self._write(_head(200, None, (), kept=asked.kept))
            for piece in stream.pieces:
                await self._chunk(piece)
            self._write(b"0\r\n\r\n")
        else:
            body = b"".join(stream.pieces)
            self._write(_head(200, len(body), (), kept=asked.kept) + body)
        self._streaming = None
        if self._transport is None:
            return
        stream.told()
        if not asked.kept or self._last:
            self.finish()
            return
        self._wait(IDLE_SECONDS)
        self._transport.resume_reading()
        self._answer_next()

    async def _chunk(self, piece: bytes) -> None:
        if piece:  # a chunk of no length ends the body
            self._write(b"%x\r\n%b\r\n" % (len(piece), piece))
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._room.wait()
        except TimeoutError:
            self.abort()
            raise asyncio.CancelledError from None

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def _refuse(self, status: int) -> None:
        """Answer a request that cannot be read, and close."""
        self._last = True
        if self._streaming is None:
            self._write(_head(status, 0, (), kept=False))
        if self._transport is not None:
            self._transport.close()

    def _wait(self, seconds: float | None) -> None:
        """Close unless something happens within so many seconds."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if seconds is not None and self._transport is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self.abort)


def _head(status: int, length: int | None, headers: Iterable[tuple[str, str]], *, kept: bool) -> bytes:
    """Render the head of an answer; without a length the body comes in chunks (RFC 9112 s7.1)."""
    lines = [f"HTTP/1.1 {status} {_PHRASES.get(status, '')}", f"Date: {formatdate(usegmt=True)}"]
    if length != 0:
        lines.append("Content-Type: application/json; charset=utf-8")
    lines.append("Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}")
    lines += [f"{name}: {value}" for name, value in headers]
    if not kept:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
