"""One connection of a proxy: questions come one after the other, each is answered as soon as it is read.

Bodies are passed over, but for questions that stand in them. Whatever cannot be read, or is longer than any honest question, is refused and the connection
closed: the question holds header fields as the visitor sent them, and an error instead of a refusal would let him
in wherever the operator lets visitors in while the gate is away.
"""

import asyncio
from typing import Protocol

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from pforte.gates.http import answers
from pforte.gates.http.nginx import START
from pforte.gates.http.questions import NAMES, Endpoint, Headers, endpoint_of
from pforte.gates.http.visitors import Asker

MOST_BYTES = 131_072
"""Bytes of one question's head, and of its body where that is read. nginx passes on 33 KiB of the visitor's at most by default, and some of it twice."""
MOST_AGAIN = 256
"""Header lines of one question that repeat a name."""
QUESTION_SECONDS = 10.0
"""How long one question may take to arrive."""
IDLE_SECONDS = 600.0
"""How long a connection is kept without a question: longer than proxies keep it, so that they close it, not we."""

_KEYS = {spelling: name.lower() for name in NAMES for spelling in (name, name.lower(), name.title())}
_UNREADABLE = answers.refused(answers.UNREADABLE)


class _TooManyLinesError(Exception):
    """A question repeats the names of its header fields more often than any honest one."""


class Answering(Protocol):
    """Who answers: the porter."""

    def asker(self, peer: str) -> Asker:
        """Return what is known of the other end of a connection."""
        ...

    def is_welcome(self, asker: Asker, target: bytes, headers: Headers) -> bool:
        """Say after a glance that the visitor may come in; False says nothing yet."""
        ...

    def answer(self, asker: Asker, method: bytes, target: bytes, headers: Headers) -> bytes:
        """Return the answer to a question."""
        ...

    def answer_log_in(self, asker: Asker, body: bytes) -> bytes:
        """Return the answer to a question about a log-in."""
        ...


class Turn(Protocol):
    """Where whole questions wait for the end of the event loop's turn."""

    def take(self, connection: "Connection", data: bytes) -> None:
        """Take what arrived on a connection; it is told what became of it."""
        ...

    def settle(self) -> None:
        """Tell all of them."""
        ...


class Room(Protocol):
    """Where open connections are known."""

    @property
    def now(self) -> float:
        """Return the seconds of a clock that never runs backwards, as of the last look."""
        ...

    def enter(self, connection: "Connection") -> None:
        """Take a connection in."""
        ...

    def leave(self, connection: "Connection") -> None:
        """Let go of a connection."""
        ...


class Connection(asyncio.Protocol):
    """Reads questions and writes answers.

    Args:
        porter: answers questions.
        room: knows the open connections.
        turn: what arrives between two questions waits there, where the proxy may write them in the usual form.
        peer: the address that stands for the other end where it has none: that of a UNIX socket.
    """

    def __init__(self, porter: Answering, room: Room, turn: Turn, peer: str = "") -> None:
        self._porter = porter
        self._is_welcome = porter.is_welcome
        self._room = room
        self._turn = turn
        self._peer = (peer,) if peer else ()
        self._asker = Asker("", trusted=False, forwards=False)
        self._parser = HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._target = b""
        self._headers: dict[bytes, bytes] = {}
        self._body: bytes | None = None
        self._size = self._again = 0
        self._is_waiting = self._is_answered = self._is_ending = False
        self.since = 0.0
        """When the last question began to arrive."""
        self.is_idle = True
        """Whether no question is under way."""

    # What the event loop says.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # TCP gives no other
        """Begin."""
        self._transport = transport
        self.since = self._room.now
        peer = self._peer or transport.get_extra_info("peername")
        if not peer:  # gone already
            transport.abort()
            return
        self._asker = self._porter.asker(peer[0])
        self._room.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  whatever ended it, it is over
        """End."""
        self._transport = None
        self._room.leave(self)

    def data_received(self, data: bytes) -> None:
        """Read what came and answer what is complete."""
        if self._is_waiting:  # for what came before it
            self._turn.settle()
        if self.is_idle:
            self.since, self._size = self._room.now, 0
            if self._asker.forwards and data.startswith(START):
                self._is_waiting = True
                self._turn.take(self, data)
                return
        self._read(data)

    def settle(self, data: bytes, *, welcome: bool) -> None:
        """Answer what the turn took.

        Args:
            data: what it took.
            welcome: whether it is one whole question whose visitor may come in.
        """
        self._is_waiting = False
        if not welcome:
            self._read(data)
        elif self._transport is not None and not self._is_ending:
            self._transport.write(answers.LET_IN)

    def pause_writing(self) -> None:
        """Read no more from who does not read its answers."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        if self._transport is not None:
            self._transport.resume_reading()

    # What the parser says.

    def on_message_begin(self) -> None:
        """Note that a question is under way, from its first octet on."""
        self.is_idle = False

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header field, if it is one that is read."""
        key = _KEYS.get(name) or _KEYS.get(name.lower())
        if key is None:
            return
        headers = self._headers
        if key in headers:
            self._again += 1
            if self._again > MOST_AGAIN:
                raise _TooManyLinesError
            value = headers[key] + b", " + value
        headers[key] = value

    def on_headers_complete(self) -> None:
        """Answer, unless the question stands in the body; what else follows is passed over."""
        if self._is_ending or self._transport is None:
            self._is_answered = True
            return
        headers = self._headers
        if self._is_welcome(self._asker, self._target, headers):
            self._answer(answers.LET_IN)
        elif endpoint_of(self._target) is Endpoint.DOVECOT:
            self._body = b""
        else:
            self._answer(self._considered(headers))

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body, if it is one that is read."""
        if self._body is not None:
            self._body += body

    def on_message_complete(self) -> None:
        """Wait for the next question; trailers of this one, which count as header fields, go with it."""
        if self._body is not None:
            self._answer(self._porter.answer_log_in(self._asker, self._body))
        self._target, self._headers, self._body = b"", {}, None
        self._again = 0
        self._is_answered, self.is_idle = False, True

    def _answer(self, answer: bytes) -> None:
        self._is_answered = True
        if self._is_ending or self._transport is None:
            return
        self._transport.write(answer)
        headers = self._headers
        # HTTP/1.0 keeps a connection only if it is told so (RFC 9112 s9.3); nobody asks for that here.
        old = b"connection" in headers and self._parser.get_http_version() == "1.0"
        if old or not self._parser.should_keep_alive():
            self.close()

    def _considered(self, headers: Headers) -> bytes:
        method = self._parser.get_method()
        answer = self._porter.answer(self._asker, method, self._target, headers)
        return answers.without_body(answer) if method == b"HEAD" else answer

    def _read(self, data: bytes) -> None:
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            self._read_on(memoryview(data)[upgrade.args[0] :])
        except HttpParserError:
            self._give_up()
        else:
            if self._size > MOST_BYTES and not self._is_answered and not self.is_idle:
                self._give_up()

    # Its end.

    def close(self) -> None:
        """Close once all answers are written; further questions are not answered."""
        self._is_ending = True
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._is_ending = True
        if self._transport is not None:
            self._transport.abort()

    def is_late(self, now: float) -> bool:
        """Say whether it has waited for too long."""
        return now - self.since > (IDLE_SECONDS if self.is_idle else QUESTION_SECONDS)

    def _read_on(self, rest: memoryview) -> None:
        """Read behind a visitor's wish for another protocol, which is not ours to fulfil: the next question follows."""
        self._parser = HttpRequestParser(self)
        try:
            while rest:
                try:
                    self._parser.feed_data(rest)
                except HttpParserUpgrade as upgrade:
                    self._parser = HttpRequestParser(self)
                    rest = rest[upgrade.args[0] :]
                else:
                    return
        except HttpParserError:
            self._give_up()

    def _give_up(self) -> None:
        """Refuse what cannot be read."""
        if self._transport is not None and not self._is_answered and not self._is_ending:
            self._transport.write(_UNREADABLE)
        self.close()
