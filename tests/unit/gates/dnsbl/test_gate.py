"""The gate on real sockets: UDP and TCP on one port, and the table's word at once."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import dns.asyncquery
import dns.flags
import dns.message
import dns.rcode
import pytest

from pforte.bans.ban import Ban
from pforte.clock import SetClock
from pforte.gates.dnsbl.gate import DnsblGate
from pforte.gates.gate import GateError
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import parse_network
from pforte.settings.gates import DnsblGateSettings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTINGS = DnsblGateSettings(enabled=True, listen="127.0.0.1:0", zone="dnsbl.example")
BAN = Ban(
    network=parse_network("192.0.2.1"),
    rung=1,
    starts=NOON,
    ends=NOON + timedelta(hours=1),
    reference="PF-7K3M-Q2XD",
    reason="visit.xss",
)
QUESTION = dns.message.make_query("1.2.0.192.dnsbl.example", "A")


def run(
    part: Callable[[DnsblGate, TableGate, SetClock], Awaitable[None]], settings: DnsblGateSettings = SETTINGS
) -> None:
    async def whole() -> None:
        table, clock = TableGate(), SetClock(NOON)
        table.load([BAN], NOON)
        gate = DnsblGate(settings, clock, table)
        await gate.open()
        try:
            await part(gate, table, clock)
        finally:
            await gate.close()

    asyncio.run(whole())


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "[::1]:0"])
def test_both_transports_say_the_same_until_the_ban_ends(listen):
    host = listen.rpartition(":")[0].strip("[]")

    async def part(gate: DnsblGate, _: TableGate, clock: SetClock) -> None:
        for query in (dns.asyncquery.udp, dns.asyncquery.tcp):
            answer = await query(QUESTION, host, port=gate.port, timeout=5)
            assert [record.to_text() for record in answer.answer[0]] == ["127.0.0.4"]
            assert answer.answer[0].ttl == 300
        clock.move(timedelta(hours=1))
        for query in (dns.asyncquery.udp, dns.asyncquery.tcp):
            answer = await query(QUESTION, host, port=gate.port, timeout=5)
            assert answer.rcode() == dns.rcode.NXDOMAIN

    run(part, replace(SETTINGS, listen=listen))


def test_every_setting_is_used():
    settings = replace(
        SETTINGS,
        zone="list.example",
        servers=("a.example", "b.example"),
        mailbox="keeper.example",
        ttl=timedelta(seconds=50),
        negative_ttl=timedelta(seconds=40),
        page="https://desk.example/",
        rate=1,
    )

    async def part(gate: DnsblGate, _: TableGate, __: SetClock) -> None:
        async def ask(name: str, kind: str) -> dns.message.Message:
            return await dns.asyncquery.tcp(
                dns.message.make_query(name, kind), "127.0.0.1", port=gate.port, timeout=5
            )

        assert (
            "https://desk.example/PF-7K3M-Q2XD"
            in (await ask("1.2.0.192.list.example", "TXT")).answer[0].to_text()
        )
        assert (await ask("1.2.0.192.list.example", "A")).answer[0].ttl == 50
        assert len((await ask("list.example", "NS")).answer[0]) == 2
        assert (await ask("list.example", "A")).authority[0].to_text() == (
            f"list.example. 40 IN SOA a.example. keeper.example. {int(NOON.timestamp())} 3600 600 86400 40"
        )
        question = dns.message.make_query("1.2.0.192.list.example", "A")
        first = await dns.asyncquery.udp(question, "127.0.0.1", port=gate.port, timeout=5)
        second = await dns.asyncquery.udp(question, "127.0.0.1", port=gate.port, timeout=5)
        assert [bool(answer.flags & dns.flags.TC) for answer in (first, second)] == [False, True]

    run(part, settings)


def test_nothing_listens_after_the_end():
    async def part(gate: DnsblGate, _: TableGate, __: SetClock) -> None:
        port = gate.port
        await gate.close()
        await gate.close()
        assert gate.port == 0
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(("127.0.0.1", port))

    run(part)


def test_on_failure_is_heard():
    async def part() -> None:
        for on_failure, rcode in (("closed", dns.rcode.SERVFAIL), ("open", dns.rcode.NXDOMAIN)):
            gate = DnsblGate(replace(SETTINGS, on_failure=on_failure), SetClock(NOON), TableGate())
            await gate.open()
            answer = await dns.asyncquery.udp(QUESTION, "127.0.0.1", port=gate.port, timeout=5)
            await gate.close()
            assert answer.rcode() == rcode

    asyncio.run(part())


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_an_address_in_use_is_named(kind):
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        gate = DnsblGate(replace(SETTINGS, listen=listen), SetClock(NOON), TableGate())
        with pytest.raises(
            GateError,
            match=rf"gate\.dnsbl\.listen: cannot listen on {listen} \(.*\); .*set gate\.dnsbl\.listen",
        ):
            asyncio.run(gate.open())
        assert gate.port == 0
