"""The gate itself: opens the zones' sockets and lets the table answer on them."""

import asyncio
import errno
import socket
from contextlib import suppress
from ipaddress import ip_address

from pforte.clock import Clock
from pforte.gates.dnsbl.answers import Answers, Policy
from pforte.gates.dnsbl.datagrams import Datagrams
from pforte.gates.dnsbl.limiter import Limiter
from pforte.gates.dnsbl.streams import Streams
from pforte.gates.dnsbl.zones import Keeper, zones_below
from pforte.gates.gate import GateError
from pforte.gates.table.gate import TableGate
from pforte.settings.gates import DnsblGateSettings


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
        """Begin to listen, on the same port of UDP and TCP."""
        host, _, port = self._listen.rpartition(":")
        address = host.removeprefix("[").removesuffix("]")
        try:
            datagrams = _bind(socket.SOCK_DGRAM, address, int(port))
            self._datagrams = datagrams
            carrier = Datagrams(datagrams, self._answers.answer, self._clock, self._limiter)
            stream = _bind(socket.SOCK_STREAM, address, self.port)
            await self._streams.open(stream)
        except OSError as error:
            await self.close()
            raise GateError(
                f"gate.dnsbl: {self._listen} cannot be used ({_because(error)}); {_remedy(error)}"
            ) from error
        asyncio.get_running_loop().add_reader(datagrams, carrier.serve)

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


def _bind(kind: socket.SocketKind, address: str, port: int) -> socket.socket:
    v6 = ip_address(address).version == 6
    made = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, kind)
    try:
        if v6:  # "[::]" means all addresses, of IPv4 too
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        if kind is socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address, port))
    except OSError:
        made.close()
        raise
    return made


def _because(error: OSError) -> str:
    return error.strerror or str(error)


def _remedy(error: OSError) -> str:
    if error.errno in {errno.EACCES, errno.EPERM}:
        return "ports below 1024 need CAP_NET_BIND_SERVICE, or set gate.dnsbl.listen"
    return "set gate.dnsbl.listen to an address and port of this machine that nobody else uses"
