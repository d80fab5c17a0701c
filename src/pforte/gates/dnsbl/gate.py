"""The gate itself: opens the zones' sockets and lets the table answer on them."""

import asyncio
import socket
from contextlib import suppress

from pforte.clock import Clock
from pforte.gates.dnsbl.answers import Answers, Policy
from pforte.gates.dnsbl.datagrams import Datagrams
from pforte.gates.dnsbl.limiter import Limiter
from pforte.gates.dnsbl.streams import Streams
from pforte.gates.dnsbl.zones import Keeper, zones_below
from pforte.gates.gate import GateError
from pforte.gates.listening import bind
from pforte.gates.table.gate import TableGate
from pforte.settings.gates import DnsblGateSettings

_SETTING = "gate.dnsbl.listen"


class DnsblGate:
    """Answers DNS questions about addresses over UDP and TCP.

    Args:
        settings: the section ``[gate.dnsbl]``.
        clock: tells the present moment.
        table: the bans in force.
    """

    name = "dnsbl"

    def __init__(self, settings: DnsblGateSettings, clock: Clock, table: TableGate) -> None:
        self._listen, self._clock = settings.listen, clock
        keeper = Keeper(settings.servers, settings.mailbox, int(settings.negative_ttl.total_seconds()))
        policy = Policy(
            seconds=int(settings.ttl.total_seconds()), page=settings.page, on_failure=settings.on_failure
        )
        self._answers = Answers(zones_below(settings.zone), keeper, table, policy)
        self._limiter = Limiter(settings.rate) if settings.rate else None
        self._streams = Streams(self._answer_stream)
        self._datagrams: socket.socket | None = None

    @property
    def port(self) -> int:
        """Return the port it listens on; 0 while it does not."""
        return 0 if self._datagrams is None else int(self._datagrams.getsockname()[1])

    async def open(self) -> None:
        """Begin to listen, on the same port of UDP and TCP.

        Raises:
            GateError: the address cannot be used.
        """
        stream = bind(_SETTING, self._listen)
        try:
            self._datagrams = bind(_SETTING, self._listen, socket.SOCK_DGRAM, port=stream.getsockname()[1])
            carrier = Datagrams(self._datagrams, self._answers.answer, self._clock, self._limiter)
            await self._streams.open(stream)
        except GateError:
            stream.close()
            await self.close()
            raise
        asyncio.get_running_loop().add_reader(self._datagrams, carrier.serve)

    async def close(self) -> None:
        """Stop listening."""
        if self._datagrams is not None:
            with suppress(ValueError):
                asyncio.get_running_loop().remove_reader(self._datagrams)
            self._datagrams.close()
            self._datagrams = None
        await self._streams.close()

    def _answer_stream(self, raw: bytes) -> bytes | None:
        return self._answers.answer_stream(raw, self._clock.now().timestamp())
