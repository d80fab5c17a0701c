"""The listener over real sockets: it opens, keeps within its limits, and closes."""

import asyncio
import socket
from contextlib import suppress
from datetime import timedelta

import pytest
from http_asking import NOON, ban_of, house

from pforte.clock import SetClock
from pforte.gates.gate import GateError
from pforte.gates.http.gate import TICK_SECONDS, HttpGate

QUESTION = b"GET /nginx HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\nX-Original-URI: /\r\n\r\n"
LET_IN, REFUSED = b"HTTP/1.1 204", b"HTTP/1.1 403"


def gate_of(here, clock, connections: int = 100, listen: str = "127.0.0.1:0") -> HttpGate:
    return HttpGate(listen, here.porter, clock, connections)


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(QUESTION)
    return await reader.readuntil(b"\r\n\r\n")


def test_it_answers_until_it_is_closed():
    async def run() -> None:
        gate = gate_of(house(), SetClock(NOON))
        await gate.open()
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
        for _ in range(2):
            assert (await ask(reader, writer)).startswith(LET_IN)
        port = gate.port
        await gate.close()
        assert await reader.read() == b""
        writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)

    asyncio.run(run())


def test_it_listens_on_ipv6():
    async def run() -> None:
        gate = gate_of(house(), SetClock(NOON), listen="[::1]:0")
        try:
            await gate.open()
        except GateError as error:
            pytest.skip(f"no IPv6 here: {error}")
        reader, writer = await asyncio.open_connection("::1", gate.port)
        assert (await ask(reader, writer)).startswith(LET_IN)  # ::1 is no trusted proxy: it is the visitor
        writer.close()
        await gate.close()

    asyncio.run(run())


def test_an_address_in_use_is_named_with_its_setting():
    async def run() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            listen = f"127.0.0.1:{taken.getsockname()[1]}"
            with pytest.raises(GateError, match=rf"gate\.http\.listen: cannot listen on {listen} "):
                await gate_of(house(), SetClock(NOON), listen=listen).open()

    asyncio.run(run())


def test_bans_end_while_a_connection_stays():
    async def run() -> None:
        clock = SetClock(NOON + timedelta(seconds=3_590))
        gate = gate_of(house(ban_of("192.0.2.7")), clock)
        await gate.open()
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
        assert (await ask(reader, writer)).startswith(REFUSED)
        clock.move(timedelta(seconds=10))
        await asyncio.sleep(2 * TICK_SECONDS)
        assert (await ask(reader, writer)).startswith(LET_IN)
        writer.close()
        await gate.close()

    asyncio.run(run())


def test_a_slow_question_is_given_up():
    async def run() -> None:
        clock = SetClock(NOON)
        gate = gate_of(house(), clock)
        await gate.open()
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
        writer.write(QUESTION[:20])
        await asyncio.sleep(0.05)
        clock.move(timedelta(seconds=11))
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
        await gate.close()

    asyncio.run(run())


def test_beyond_its_connections_the_one_idle_for_longest_makes_room():
    async def run() -> None:
        clock = SetClock(NOON)
        gate = gate_of(house(), clock, connections=2)
        await gate.open()
        streams = []
        for _ in range(2):
            streams.append(await asyncio.open_connection("127.0.0.1", gate.port))
            assert (await ask(*streams[-1])).startswith(LET_IN)
            clock.move(timedelta(seconds=1))
            await asyncio.sleep(2 * TICK_SECONDS)
        streams.append(await asyncio.open_connection("127.0.0.1", gate.port))
        assert (await ask(*streams[2])).startswith(LET_IN)
        with suppress(ConnectionResetError):
            assert await streams[0][0].read() == b""
        assert (await ask(*streams[1])).startswith(LET_IN)
        for _, writer in streams:
            writer.close()
        await gate.close()

    asyncio.run(run())


def test_where_all_are_busy_a_new_one_finds_no_room():
    async def run() -> None:
        gate = gate_of(house(), SetClock(NOON), connections=1)
        await gate.open()
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
        writer.write(QUESTION[:20])
        await asyncio.sleep(0.05)
        late, late_writer = await asyncio.open_connection("127.0.0.1", gate.port)
        with suppress(ConnectionResetError):
            assert await late.read() == b""
        writer.write(QUESTION[20:])
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(LET_IN)
        writer.close()
        late_writer.close()
        await gate.close()

    asyncio.run(run())


def test_closing_waits_for_a_question_under_way():
    async def run() -> None:
        gate = gate_of(house(), SetClock(NOON))
        await gate.open()
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
        writer.write(QUESTION[:20])
        await asyncio.sleep(0.05)
        closing = asyncio.create_task(gate.close())
        await asyncio.sleep(0.05)
        writer.write(QUESTION[20:].replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert (await reader.read()).startswith(LET_IN)
        await closing
        writer.close()

    asyncio.run(run())


def test_closing_what_is_not_open_does_nothing():
    asyncio.run(gate_of(house(), SetClock(NOON)).close())
