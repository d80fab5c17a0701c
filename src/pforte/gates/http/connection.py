"""One connection of a proxy: questions come one after the other, each is answered as soon as its head is read.

Bodies are passed over. Whatever cannot be read, or is longer than any honest question, is refused and the connection
closed: the question holds header fields as the visitor sent them, and an error instead of a refusal would let him
in wherever the operator lets visitors in while the gate is away.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from pforte.gates.http import answers
from pforte.gates.http.questions import NAMES, Headers
from pforte.gates.http.visitors import Asker

MOST_BYTES = 131_072
"""Bytes of one question's head. nginx passes on 33 KiB of the visitor's at most by default, and some of it twice."""
QUESTION_SECONDS = 10.0
"""How long one question may take to arrive."""
IDLE_SECONDS = 600.0
"""How long a connection is kept without a question: longer than proxies keep it, so that they close it, not we."""

_KEYS = {spelling: name.lower() for name in NAMES for spelling in (name, name.lower(), name.title())}
_UNREADABLE = answers.refused(answers.UNREADABLE)

Answer = Callable[[Asker, bytes, bytes, Headers], bytes]


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
        answer: answers a question.
        asker: tells who asks, by the address of the other end.
        room: knows the open connections.
    """

    def __init__(self, answer: Answer, asker: Callable[[str], Asker], room: Room) -> None:
        self._answer = answer
        self._asker_of = asker
        self._room = room
        self._asker = Asker("", trusted=False)
        self._parser = HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._target = b""
        self._headers: dict[bytes, bytes] = {}
        self._size = 0
        self._is_answered = True
        self._is_ending = False
        self.since = 0.0
        """When the question under way began, or the connection became idle."""
        self.is_idle = True
        """Whether no question is under way."""

    # What the event loop says.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # TCP gives no other
        """Begin."""
        self._transport = transport
        self.since = self._room.now
        peer = transport.get_extra_info("peername")
        if not peer:  # gone already
            transport.abort()
            return
        self._asker = self._asker_of(peer[0])
        self._room.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  whatever ended it, it is over
        """End."""
        self._transport = None
        self._room.leave(self)

    def data_received(self, data: bytes) -> None:
        """Read what came and answer what is complete."""
        if self.is_idle:
            self.is_idle, self.since, self._size = False, self._room.now, 0
        self._size += len(data)
        try:
            self._feed(data)
        except HttpParserError:
            self._give_up()
            return
        if not self._is_answered and self._size > MOST_BYTES:
            self._give_up()

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
        """Begin a question."""
        self._target, self._headers = b"", {}
        self._is_answered = False

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header field, if it is one that is read."""
        key = _KEYS.get(name) or _KEYS.get(name.lower())
        if key is not None:
            headers = self._headers
            headers[key] = value if key not in headers else headers[key] + b", " + value

    def on_headers_complete(self) -> None:
        """Answer; what follows of this question is passed over."""
        self._is_answered = True
        if self._is_ending or self._transport is None:
            return
        parser, headers = self._parser, self._headers
        method = parser.get_method()
        answer = self._answer(self._asker, method, self._target, headers)
        self._transport.write(answers.without_body(answer) if method == b"HEAD" else answer)
        # HTTP/1.0 keeps a connection only if it is told so (RFC 9112 s9.3); nobody asks for that here.
        old = b"connection" in headers and parser.get_http_version() == "1.0"
        if old or not parser.should_keep_alive():
            self.close()

    def on_message_complete(self) -> None:
        """Wait for the next question."""
        self.is_idle, self.since, self._size = True, self._room.now, 0

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

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self._parser.feed_data(data)
            except HttpParserUpgrade as upgrade:
                # The visitor's wish for another protocol is not ours to fulfil: the next question follows.
                self._parser = HttpRequestParser(self)
                data = data[upgrade.args[0] :]
            else:
                return

    def _give_up(self) -> None:
        """Refuse what cannot be read."""
        if self._transport is not None and not self._is_answered and not self._is_ending:
            self._transport.write(_UNREADABLE)
        self.close()
