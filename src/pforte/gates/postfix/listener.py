"""A listener for Postfix: many connections that stay open, each with a dialogue of its own."""

import asyncio
from collections.abc import Callable
from typing import cast

import structlog

from pforte.gates.listening import Door, open_door
from pforte.gates.postfix.dialogue import Dialogue, QuestionError

MOST_CONNECTIONS = 1_000
"""Postfix has one for each of its server processes, which are at most 100 by default."""

IDLE_SECONDS = 1_800.0
"""Postfix itself ends a connection after 300 s without a question and 1000 s in all."""

CLOSE_SECONDS = 2.0

_log = structlog.get_logger("pforte.gates")


class Listener:
    """Listens at one address.

    Args:
        address: host and port, or the path of a UNIX socket.
        setting: the setting the address comes from.
        begin: makes the dialogue of a new connection.
    """

    def __init__(self, address: str, setting: str, begin: Callable[[], Dialogue]) -> None:
        self._address = address
        self._setting = setting
        self._begin = begin
        self._door: Door | None = None
        self._open: set[_Connection] = set()

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            GateError: the address cannot be used.
        """
        self._door = await open_door(
            self._address, self._setting, lambda: _Connection(self._begin(), self._open)
        )

    def port(self) -> int:
        """Return the port it listens at; the address may leave the choice to the system by port 0."""
        assert self._door is not None  # noqa: S101  asked between open and close only
        return self._door.port

    async def close(self) -> None:
        """Stop listening and end the connections; answers that were given still go out."""
        if self._door is None:
            return
        self._door.close()
        for connection in list(self._open):
            connection.end()
        if self._open:
            await asyncio.wait([connection.lost for connection in self._open], timeout=CLOSE_SECONDS)
        for connection in list(self._open):
            connection.abort()
        self._door = None


class _Connection(asyncio.Protocol):
    """One connection; it ends by itself when nothing is asked for long."""

    def __init__(self, dialogue: Dialogue, among: "set[_Connection]") -> None:
        self._dialogue = dialogue
        self._among = among
        self._transport: asyncio.Transport | None = None
        self._idle: asyncio.TimerHandle | None = None
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Other event loops have transports that are of this kind without saying so.
        self._transport = cast("asyncio.Transport", transport)
        if len(self._among) >= MOST_CONNECTIONS:
            _log.warning(
                "gate.full", gate="postfix", text=f"more than {MOST_CONNECTIONS} connections at once"
            )
            self._transport.abort()
            return
        self._among.add(self)
        self._wait()

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None  # noqa: S101  nothing arrives before it is made
        try:
            answers = self._dialogue.feed(data)
        except QuestionError as error:
            # Postfix then waits a second, asks again on a new connection, and goes by its own default.
            _log.warning("gate.bad-question", gate="postfix", text=str(error))
            self._transport.abort()
            return
        self._transport.write(answers)
        self._wait()

    def pause_writing(self) -> None:
        """Read no more questions of who does not read the answers."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002  whoever asked will ask again
        self._among.discard(self)
        self.lost.set_result(None)
        if self._idle is not None:
            self._idle.cancel()

    def end(self) -> None:
        """Close after the answers that are on their way."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def _wait(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self.end)
