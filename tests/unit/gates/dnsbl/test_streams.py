"""DNS over TCP: many questions on one connection, no connection for ever, and never too many."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from pforte.gates.dnsbl import streams
from pforte.gates.dnsbl.streams import Streams


def answer(raw: bytes) -> bytes | None:
    return None if raw == b"silence" else b"re: " + raw


def framed(raw: bytes) -> bytes:
    return len(raw).to_bytes(2) + raw


def converse(part: Callable[[int, Streams], Awaitable[None]], idle: float = 5.0) -> None:
    async def run() -> None:
        served = Streams(answer, idle)
        bound = socket.create_server(("127.0.0.1", 0))
        await served.open(bound)
        try:
            await part(bound.getsockname()[1], served)
        finally:
            await served.close()

    asyncio.run(run())


@pytest.mark.standard("7766:6.2.1")
def test_many_questions_on_one_connection_in_any_pieces():
    async def part(port: int, _: Streams) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for byte in framed(b"one") + framed(b"two"):
            writer.write(bytes((byte,)))
            await writer.drain()
        assert await reader.readexactly(18) == framed(b"re: one") + framed(b"re: two")
        writer.write(framed(b"three"))
        assert await reader.readexactly(11) == framed(b"re: three")
        writer.close()

    converse(part)


@pytest.mark.parametrize("sent", [framed(b"silence"), b"", b"\0"])
def test_what_gets_no_answer_ends_the_connection(sent):
    async def part(port: int, _: Streams) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()

    converse(part)


def test_a_silent_connection_ends():
    async def part(port: int, _: Streams) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\0\xff half a message")
        assert await reader.read() == b""
        writer.close()

    converse(part, idle=0.05)


def test_one_connection_too_many_is_closed_at_once(monkeypatch):
    monkeypatch.setattr(streams, "MOST_CONNECTIONS", 1)

    async def part(port: int, _: Streams) -> None:
        first, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(framed(b"one"))
        await first.readexactly(9)
        second, other = await asyncio.open_connection("127.0.0.1", port)
        assert await second.read() == b""
        writer.write(framed(b"two"))
        assert await first.readexactly(9) == framed(b"re: two")
        writer.close()
        other.close()

    converse(part)


def test_the_end_ends_open_connections():
    async def part(port: int, served: Streams) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(framed(b"one"))
        await reader.readexactly(9)
        await served.close()
        assert await reader.read() == b""
        writer.close()

    converse(part)


def test_who_reads_nothing_does_not_outlive_the_end():
    """What is still to be sent would otherwise keep the connection open for as long as its other end likes."""
    length, count = 60_000, 500

    def read_all(client: socket.socket) -> int:
        read = 0
        with suppress(ConnectionResetError):
            while got := client.recv(1 << 20):
                read += len(got)
        return read

    async def run() -> None:
        served = Streams(lambda _: bytes(length), idle=30)
        bound = socket.create_server(("127.0.0.1", 0))
        await served.open(bound)
        with socket.create_connection(bound.getsockname(), timeout=10) as client:
            client.sendall(framed(b"much") * count)
            await asyncio.sleep(0.2)
            await served.close()
            assert await asyncio.to_thread(read_all, client) % (length + 2)  # the last answer is cut

    asyncio.run(run())
