"""The listener takes up questions when it knows what to answer, and ends in time."""

import asyncio
import json
import socket

import pytest
from bouncer_house import KEY, House, ban_of

from pforte.gates.crowdsec import listener
from pforte.gates.crowdsec.listener import CrowdsecListener
from pforte.gates.gate import GateError

HEAD = f"GET /v1/decisions/stream?startup=true HTTP/1.1\r\nHost: x\r\nX-Api-Key: {KEY}\r\nConnection: close\r\n\r\n"


def listener_of(house, listen="127.0.0.1:0"):
    return CrowdsecListener(listen, house.gate, house.answers)


async def ask(port, host="127.0.0.1"):
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(HEAD.encode())
    async with asyncio.timeout(10):
        said = await reader.read()
    writer.close()
    return said


def test_who_asks_before_the_bans_are_loaded_waits_for_them(run_in_loop):
    """Debian's firewall bouncer ends for good when its first question fails."""
    house = House()

    async def run():
        gate = listener_of(house)
        await gate.open()
        asking = asyncio.create_task(ask(gate.port))
        await asyncio.sleep(0.1)
        assert not asking.done()
        await asyncio.to_thread(house.load, ban_of("192.0.2.1"))
        said = await asking
        await gate.close()
        return said

    head, _, body = run_in_loop(run()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert b"192.0.2.1" in body


def test_who_asks_is_not_kept_waiting_for_ever(monkeypatch, run_in_loop):
    monkeypatch.setattr(listener, "PATIENCE", 0.05)
    house = House()

    async def run():
        gate = listener_of(house)
        house.gate.pullers.admit(house.store.digests)
        await gate.open()
        said = await ask(gate.port)
        await gate.close()
        return said

    assert run_in_loop(run()).startswith(b"HTTP/1.1 503 ")


def test_it_listens_on_ipv6(house, run_in_loop):
    async def run():
        gate = listener_of(house, "[::1]:0")
        await gate.open()
        said = await ask(gate.port, "::1")
        await gate.close()
        return said

    assert run_in_loop(run()).startswith(b"HTTP/1.1 200 ")


def test_an_address_that_is_taken_is_named(house, run_in_loop):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(GateError, match=rf"gate\.crowdsec\.listen: cannot listen on {listen} "):
            run_in_loop(listener_of(house, listen).open())


def test_a_long_answer_is_given_before_it_closes(house, run_in_loop):
    house.decide(*(ban_of(f"10.{n >> 8}.{n & 255}.1") for n in range(20_000)))

    async def run():
        gate = listener_of(house)
        await gate.open()
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
        idle = await asyncio.open_connection("127.0.0.1", gate.port)
        writer.write(HEAD.replace("Connection: close\r\n", "").encode())
        await reader.readuntil(b"\r\n\r\n")
        _, said = await asyncio.gather(gate.close(), reader.read())
        writer.close()
        idle[1].close()
        return said

    said = run_in_loop(run())
    assert said.endswith(b"0\r\n\r\n")
    pieces, rest = [], said
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        pieces.append(rest[: int(size, 16)])
        rest = rest[int(size, 16) + 2 :]
    assert len(json.loads(b"".join(pieces))["new"]) == 20_000


def test_closing_before_anybody_came_is_well(run_in_loop):
    async def run():
        gate = listener_of(House())
        await gate.close()
        await gate.open()
        await gate.close()
        assert gate.port == 0

    run_in_loop(run())


def test_after_the_end_the_address_is_free(house, run_in_loop):
    """A service that starts again must not find its own port taken."""

    async def run():
        gate = listener_of(house)
        await gate.open()
        port = gate.port
        assert (await ask(port)).startswith(b"HTTP/1.1 200 ")
        await gate.close()
        await asyncio.sleep(0.01)
        again = listener_of(house, f"127.0.0.1:{port}")
        await again.open()
        said = await ask(port)
        await again.close()
        return said

    assert run_in_loop(run()).startswith(b"HTTP/1.1 200 ")
