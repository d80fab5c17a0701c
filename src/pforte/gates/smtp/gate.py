"""The listener of the SMTP front."""

import asyncio
from ipaddress import ip_address
from typing import Protocol

import structlog

from pforte.gates.gate import GateError
from pforte.gates.listening import bind
from pforte.gates.smtp.conversation import Conversation
from pforte.gates.smtp.house import House
from pforte.gates.smtp.replies import CROWDED, ENDING, render
from pforte.gates.smtp.wire import Wire
from pforte.net.addresses import fold

CLOSE_SECONDS = 2.0
PATIENCE_SECONDS = 10.0
"""Who has let us wait for so long, and has no mail under way, makes room where there is none."""

_log = structlog.get_logger("pforte.gates")


class Opened(Protocol):
    """What must be ready before anybody is let in, such as a folder or a certificate."""

    def open(self) -> None:
        """Get ready.

        Raises:
            GateError: it cannot.
        """
        ...


class SmtpGate:
    """Takes mail from the world.

    Args:
        listen: addresses and ports as in the settings.
        house: what all sessions share.
        ready: what is opened first.
        connections: sessions held at most.
    """

    name = "smtp"

    def __init__(
        self, listen: tuple[str, ...], house: House, ready: tuple[Opened, ...], connections: int
    ) -> None:
        self._listen, self._house, self._ready = listen, house, ready
        self._connections = connections
        self._servers: list[asyncio.Server] = []
        self._open: dict[asyncio.Task[None], Conversation] = {}

    @property
    def port(self) -> int:
        """Return the first port that is listened on: another one than in the settings where they say 0."""
        return int(self._servers[0].sockets[0].getsockname()[1])

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            GateError: an address, the folder or the certificate cannot be used.
        """
        for each in self._ready:
            each.open()
        loop = asyncio.get_running_loop()
        for address in self._listen:
            try:
                bound = bind("gate.smtp.listen", address)
            except GateError:
                await self.close()
                raise
            self._servers.append(await loop.create_server(lambda: Wire(self._meet), sock=bound))

    async def close(self) -> None:
        """Stop listening; who waits is sent away, and mails under way are answered, for at most two seconds."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        for conversation in self._open.values():
            conversation.hang_up(ENDING)
        for wanted in (CLOSE_SECONDS, 0.1):
            if self._open:
                await asyncio.wait(set(self._open), timeout=wanted)
            for task in list(self._open):
                task.cancel()

    def _meet(self, wire: Wire) -> None:
        """Begin a session; where there is no room, one that has let us wait makes it, or the new one is sent away."""
        peer = wire.transport.get_extra_info("peername")
        if peer is None:
            wire.transport.abort()  # it is gone already
            return
        if len(self._open) >= self._connections and not self._make_room():
            _log.warning(
                "gate.full", gate=self.name, text=f"more than {self._connections} connections at once"
            )
            wire.transport.write(render(CROWDED))
            wire.close()
            return
        conversation = Conversation(self._house, wire, fold(ip_address(peer[0].partition("%")[0])), peer[1])
        task = asyncio.get_running_loop().create_task(conversation.hold())
        self._open[task] = conversation
        task.add_done_callback(self._forget)

    def _make_room(self) -> bool:
        now = self._house.clock.monotonic()
        waiting = [(each.waits_since, each) for each in self._open.values() if each.waits_since is not None]
        if not waiting:
            return False
        since, longest = min(waiting, key=lambda pair: pair[0])
        if now - since < PATIENCE_SECONDS:
            return False
        longest.waits_since = None
        longest.hang_up(CROWDED)
        return True

    def _forget(self, task: "asyncio.Task[None]") -> None:
        del self._open[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("gate.session-failed", gate=self.name, exc_info=error)
