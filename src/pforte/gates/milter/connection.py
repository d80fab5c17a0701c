"""One connection of a mail server: bytes in, bytes out; what came is answered in its order."""

import asyncio
from collections import deque
from typing import Protocol

import structlog

from pforte.gates.milter.conversation import Conversation
from pforte.gates.milter.wire import Packet, Packets, WireError

MOST_WAITING = 262_144
"""Octets that wait for an answer to what came before; then nothing more is read."""

_log = structlog.get_logger("pforte.gates")


class Room(Protocol):
    """Where open connections are known."""

    def enter(self, connection: "Connection") -> bool:
        """Take a connection in; False where there are too many."""
        ...

    def leave(self, connection: "Connection") -> None:
        """Let go of a connection."""
        ...


class Connection(asyncio.Protocol):
    """Reads packets and writes answers.

    Args:
        conversation: knows the answers.
        room: knows the open connections.
    """

    def __init__(self, conversation: Conversation, room: Room) -> None:
        self._conversation, self._room = conversation, room
        self._packets = Packets()
        self._waiting: deque[Packet] = deque()
        self._waiting_octets = 0
        self._is_stuck = False
        self._transport: asyncio.Transport | None = None
        self._judging: asyncio.Task[bytes] | None = None
        self._is_ending = False
        self._loop = asyncio.get_running_loop()
        self.since = self._loop.time()
        """When something arrived last, in the event loop's seconds."""
        self.lost = self._loop.create_future()
        """Done once the connection is gone and nothing is judged for it any more."""

    # What the event loop says.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # streams give no other
        """Begin."""
        self._transport = transport
        if not self._room.enter(self):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Cut what came into packets and answer them in their order."""
        self.since = self._loop.time()
        try:
            self._waiting += self._packets.feed(data)
        except WireError as error:
            self._break_off(error)
            return
        self._waiting_octets += len(data)
        if self._judging is None:
            self._answer_all()
        elif self._waiting_octets > MOST_WAITING and self._transport is not None:
            self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  whatever ended it, it is over
        """End; what is being judged is of no use any more."""
        self._transport = None
        self._room.leave(self)
        if self._judging is not None:
            self._judging.cancel()
        else:
            self._end()

    def pause_writing(self) -> None:
        """Read no more from who does not read its answers."""
        self._is_stuck = True
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        self._is_stuck = False
        if self._transport is not None:
            self._transport.resume_reading()

    # Its work.

    def _answer_all(self) -> None:
        """Answer every packet that waits, up to one that has to be judged first."""
        while self._waiting and not self._conversation.is_over:
            try:
                answer = self._conversation.answer(self._waiting.popleft())
            except WireError as error:
                self._break_off(error)
                return
            if not isinstance(answer, bytes):
                self._judging = self._loop.create_task(answer)
                self._judging.add_done_callback(self._note_answer)
                return
            if answer and self._transport is not None:
                self._transport.write(answer)
        self._waiting_octets = 0
        if self._transport is None:
            return
        if self._is_ending or self._conversation.is_over:
            self._transport.close()
        elif not self._is_stuck:
            self._transport.resume_reading()

    def _note_answer(self, judging: "asyncio.Task[bytes]") -> None:
        """Hear what was judged, or that nobody wants to know it any more."""
        self._judging = None
        if self._transport is None:
            self._end()
            return
        fault = judging.exception() if not judging.cancelled() else None
        if isinstance(fault, WireError):
            self._break_off(fault)
        elif fault is not None or judging.cancelled():
            self.abort()  # the server must not wait for what never comes
            judging.result()  # a fault of ours is told by the event loop
        else:
            self._transport.write(judging.result())
            self._answer_all()

    def _end(self) -> None:
        self._conversation.close()
        if not self.lost.done():
            self.lost.set_result(None)

    def _break_off(self, error: WireError) -> None:
        # The server then goes by its own default action.
        _log.warning("gate.bad-question", gate="milter", text=str(error))
        self.abort()

    # Its end.

    def close(self) -> None:
        """Close once what has arrived is answered."""
        self._is_ending = True
        if self._judging is None and self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._is_ending = True
        if self._transport is not None:
            self._transport.abort()
