"""One connection: the first line tells which dialect is spoken."""

import asyncio
import re
import zlib
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

import zstandard
from httptools import HttpParserError, HttpRequestParser

from pforte.clock import Clock
from pforte.gates.rspamd.question import Fields, QuestionError, read_question
from pforte.gates.rspamd.report import render_error, render_json, render_rspamc, render_spamc
from pforte.gates.space import Space
from pforte.mail.message import Message
from pforte.mail.reception import Outcome
from pforte.mail.session import Envelope, Session

Examine = Callable[[Session, Envelope, bytes], Awaitable[Outcome]]
"""Judges a whole mail."""

MOST_HEAD = 131_072
"""Octets of a request's head; a thousand recipients fit in."""
ARRIVE_SECONDS = 60.0
"""How long a request may take to arrive once it has begun."""
IDLE_SECONDS = 120.0
LINGER_SECONDS = 2.0
PIECE = 65_536

Reply = tuple[int, str, bytes]
"""Status, content type and body."""

_SPAMC = re.compile(rb"([A-Z_]{1,20}) (R?SPAMC)/[0-9.]{1,8}\r?\n")
_ASKING = frozenset(("CHECK", "SYMBOLS", "REPORT", "REPORT_IFSPAM", "PROCESS", "HEADERS"))
_PATHS = frozenset((b"/checkv2", b"/check", b"/symbols"))


class TooLargeError(QuestionError):
    """A mail is larger than the setting ``gate.rspamd.max_message`` allows."""


@dataclass(slots=True)
class HttpRequest:
    """One request as far as it has come."""

    url: bytes = b""
    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    head: int = 0
    method: bytes = b""
    keeps: bool = False


class BusyError(QuestionError):
    """All mails that arrive at this time are more than is held."""


class Holding:
    """What one client's mails take of the memory that all share.

    Args:
        space: the memory.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._held = 0

    def take(self, octets: int) -> None:
        """Take some more.

        Raises:
            BusyError: there is not as much left.
        """
        if not self._space.take(octets):
            raise BusyError("too many mails at the same time")
        self._held += octets

    def give_back(self) -> None:
        """Give everything back."""
        self._space.give_back(self._held)
        self._held = 0


class HttpHearing:
    """Hears what the parser of httptools reads; clients may send requests one behind the other.

    Args:
        most: octets of a body at most.
        holding: memory for bodies.
    """

    def __init__(self, most: int, holding: Holding) -> None:
        self._holding = holding
        self.parser = HttpRequestParser(self)
        self.complete: deque[HttpRequest] = deque()
        self._most = most
        self._now = HttpRequest()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        self._now.url += url
        self._measure(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header field."""
        self._now.fields.append((name, value))
        self._measure(len(name) + len(value))

    def on_body(self, piece: bytes) -> None:
        """Take a piece of the body."""
        if len(self._now.body) + len(piece) > self._most:
            raise TooLargeError(f"a mail of more than {self._most} octets")
        self._holding.take(len(piece))
        self._now.body += piece

    def on_message_complete(self) -> None:
        """Take note that a request is here."""
        self._now.method, self._now.keeps = self.parser.get_method(), self.parser.should_keep_alive()
        self.complete.append(self._now)
        self._now = HttpRequest()

    def _measure(self, octets: int) -> None:
        self._now.head += octets
        if self._now.head > MOST_HEAD:
            raise QuestionError(f"a head of more than {MOST_HEAD} octets")


class Conversation:
    """Answers one client until it ends.

    Args:
        examine: judges mails.
        clock: measures how long that takes.
        most: octets of a mail at most.
        space: memory that all clients share.
        streams: what the client says, and what it hears.
    """

    def __init__(
        self,
        examine: Examine,
        clock: Clock,
        most: int,
        space: Space,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self._holding = Holding(space)
        self._examine, self._clock, self._most = examine, clock, most
        self._reader, self._writer = streams

    async def hold(self) -> None:
        """Answer request after request."""
        try:
            await self._answer()
        except (TimeoutError, ConnectionError):
            return  # who is gone, or says nothing, hears nothing
        finally:
            self._holding.give_back()
            self._writer.close()
            with suppress(ConnectionError):
                await self._writer.wait_closed()

    async def _answer(self) -> None:
        async with asyncio.timeout(ARRIVE_SECONDS):
            data = b""
            while b"\n" not in data[:MOST_HEAD] and len(data) < MOST_HEAD:
                piece = await self._reader.read(PIECE)
                if not piece:
                    return
                data += piece
        found = _SPAMC.match(data)
        if found is None:
            await self._answer_http(data)
        else:
            command, dialect = found[1].decode(), found[2].decode()
            await self._say(await self._answer_spamc(command, dialect, data[found.end() :]))
            await self._linger()

    async def _linger(self) -> None:
        """Say that nothing more comes, and read on what nobody wants, so that no answer is lost (RFC 9112 s9.6)."""
        with suppress(OSError):  # who is gone waits for no end
            self._writer.write_eof()
            async with asyncio.timeout(LINGER_SECONDS):
                while await self._reader.read(PIECE):
                    pass

    # SPAMC and RSPAMC: one request in a connection.

    async def _answer_spamc(self, command: str, dialect: str, data: bytes) -> bytes:
        if command == "PING":
            return b"SPAMD/1.5 0 PONG\r\n"
        if command == "SKIP":
            return b""
        if command not in _ASKING:
            return _spamd_error(69, f"{command} is not answered here; nothing is learned")
        try:
            async with asyncio.timeout(ARRIVE_SECONDS):
                fields, raw = await self._read_spamc(data)
            question = read_question(fields)
        except QuestionError as error:
            return _spamd_error(75 if isinstance(error, BusyError) else 76, str(error))
        outcome = await self._examine(question.session, question.envelope, raw)
        return render_rspamc(outcome) if dialect == "RSPAMC" else render_spamc(command, outcome, raw)

    async def _read_spamc(self, data: bytes) -> tuple[Fields, bytes]:
        while (
            b"\r\n\r\n" not in data[:MOST_HEAD]
            and b"\n\n" not in data[:MOST_HEAD]
            and not _has_no_fields(data)
        ):
            if len(data) >= MOST_HEAD:
                raise QuestionError(f"a head of more than {MOST_HEAD} octets")
            piece = await self._reader.read(PIECE)
            if not piece:
                raise QuestionError("the head has no end")
            data += piece
        head, rest = _split_head(data)
        fields = tuple(_spamc_fields(head))
        named = {name.lower(): value for name, value in fields}
        length = named.get(b"content-length", b"")
        if length and not length.isdigit():
            raise QuestionError("Content-length is no number")
        wanted = int(length[:12]) if length else None
        raw = await self._read_body(rest, wanted)
        if named.get(b"compress", b"").lower() == b"zlib":
            raw = _inflate(raw, self._most)
        return fields, raw

    async def _read_body(self, rest: bytes, wanted: int | None) -> bytes:
        """Read as many octets as were announced, or to the end where none were."""
        body = bytearray(rest)
        while wanted is None or len(body) < wanted:
            if len(body) > self._most or (wanted or 0) > self._most:
                raise TooLargeError(f"a mail of more than {self._most} octets")
            piece = await self._reader.read(PIECE)
            if not piece:
                if wanted is not None:
                    raise QuestionError(f"{len(body)} octets came, {wanted} were announced")
                break
            self._holding.take(len(piece))
            body += piece
        return bytes(body[:wanted])

    # HTTP.

    async def _answer_http(self, data: bytes) -> None:
        hearing = HttpHearing(self._most, self._holding)
        try:
            hearing.parser.feed_data(data)
            while True:
                async with asyncio.timeout(ARRIVE_SECONDS if not hearing.complete else IDLE_SECONDS):
                    while not hearing.complete:
                        piece = await self._reader.read(PIECE)
                        if not piece:
                            return
                        hearing.parser.feed_data(piece)
                request = hearing.complete.popleft()
                await self._say(_http(await self._consider(request), keeps=request.keeps))
                if not hearing.complete:
                    self._holding.give_back()
                if not request.keeps:
                    break
        except HttpParserError as error:
            cause = error.__context__  # what a callback raised
            refusal = _refusal(
                cause if isinstance(cause, QuestionError) else QuestionError("this is no HTTP")
            )
            await self._say(_http(refusal, keeps=False))
        await self._linger()

    async def _consider(self, request: HttpRequest) -> Reply:
        path = request.url.partition(b"?")[0]
        if path == b"/ping":
            return 200, "text/plain", b"pong\r\n"
        if path not in _PATHS:
            return 404, "application/json", render_error("there are /checkv2 and /ping here")
        if request.method != b"POST":
            return 405, "application/json", render_error("POST the mail")
        try:
            raw = _unpacked(request, self._most)
            question = read_question(request.fields)
        except QuestionError as error:
            return _refusal(error)
        begun = self._clock.monotonic()
        outcome = await self._examine(question.session, question.envelope, raw)
        spent = self._clock.monotonic() - begun
        return 200, "application/json", render_json(outcome, Message(raw), spent)

    async def _say(self, answer: bytes) -> None:
        self._writer.write(answer)
        async with asyncio.timeout(ARRIVE_SECONDS):
            await self._writer.drain()


def _http(reply: Reply, *, keeps: bool) -> bytes:
    status, kind, body = reply
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nServer: pforte\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: {'keep-alive' if keeps else 'close'}\r\n\r\n"
    )
    return head.encode() + body


def _has_no_fields(data: bytes) -> bool:
    """Say whether the empty line follows the first line at once."""
    return data.startswith((b"\r\n", b"\n"))


def _split_head(data: bytes) -> tuple[bytes, bytes]:
    if data.startswith(b"\r\n"):
        return b"", data[2:]
    if data.startswith(b"\n"):
        return b"", data[1:]
    long, short = data.find(b"\r\n\r\n"), data.find(b"\n\n")
    if short < 0 or 0 <= long < short:
        return data[:long], data[long + 4 :]
    return data[:short], data[short + 2 :]


def _spamc_fields(head: bytes) -> Fields:
    for line in head.splitlines():
        name, colon, value = line.partition(b":")
        if not colon:
            raise QuestionError(f"{line[:40]!r} is no header field")
        yield name.strip(), value.strip()


def _unpacked(request: HttpRequest, most: int) -> bytes:
    named = {name.lower(): value.strip().lower() for name, value in request.fields}
    packing = named.get(b"content-encoding", b"") or named.get(b"compression", b"")
    if packing in (b"", b"identity"):
        return bytes(request.body)
    if packing != b"zstd":
        raise QuestionError(f"{packing[:20]!r} is not unpacked here; send zstd, or the mail as it is")
    try:
        unpacker = zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024).stream_reader(
            bytes(request.body)
        )
        raw = unpacker.read(most + 1)
    except zstandard.ZstdError as error:
        raise QuestionError(f"broken zstd: {error}") from error
    if len(raw) > most:
        raise TooLargeError(f"a mail of more than {most} octets")
    return bytes(raw)


def _inflate(packed: bytes, most: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(packed, most + 1)
    except zlib.error as error:
        raise QuestionError(f"broken zlib: {error}") from error
    if len(raw) > most:
        raise TooLargeError(f"a mail of more than {most} octets")
    if not unpacker.eof:
        raise QuestionError("broken zlib: it has no end")
    return raw


def _refusal(error: QuestionError) -> Reply:
    status = {TooLargeError: 413, BusyError: 503}.get(type(error), 400)
    return status, "application/json", render_error(str(error))


def _spamd_error(code: int, said: str) -> bytes:
    """Return an error of SPAMC; the codes are those of sysexits.h."""
    words = {69: "EX_UNAVAILABLE", 75: "EX_TEMPFAIL", 76: "EX_PROTOCOL"}[code]
    return f"SPAMD/1.1 {code} {words}: {said}\r\n".encode("utf-8", "backslashreplace")
