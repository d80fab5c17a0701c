"""A connection whose octets wait until somebody asks."""

import asyncio
import ssl
from contextlib import asynccontextmanager

import pytest
from smtp_house import CERTIFICATE, leave

from pforte.gates.smtp import wire as module
from pforte.gates.smtp.wire import MOST_WAITING, Wire


@asynccontextmanager
async def met():
    """Yield a wire of the server's side, and the streams of the client's."""
    met = asyncio.get_running_loop().create_future()
    server = await asyncio.get_running_loop().create_server(lambda: Wire(met.set_result), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield await met, reader, writer
    finally:
        wire = await met
        wire.transport.abort()
        await wire.end(5)
        await leave(writer)
        server.close()


def run(talk):
    async def inside():
        async with met() as each:
            return await talk(*each)

    return asyncio.run(inside())


def test_octets_wait_and_are_taken_once():
    async def talk(wire, _reader, writer):
        assert wire.take() == b""
        writer.write(b"abc")
        await wire.stir()
        assert wire.take() == b"abc"
        writer.write(b"d")
        assert await wire.read() == b"d"
        writer.write_eof()
        assert await wire.read() == b""
        assert wire.is_ended
        await wire.write(b"late answer")

    run(talk)


def test_no_more_comes_than_is_read():
    async def talk(wire, _reader, writer):
        writer.write(b"x" * 20 * MOST_WAITING)
        total, largest = 0, 0
        while total < 20 * MOST_WAITING:
            octets = await wire.read()
            total, largest = total + len(octets), max(largest, len(octets))
            await asyncio.sleep(0)
        return largest

    assert run(talk) < 8 * MOST_WAITING


def test_who_is_woken_finds_nothing():
    async def talk(wire, _reader, _writer):
        reading = asyncio.create_task(wire.read())
        await asyncio.sleep(0)
        wire.wake()
        assert await reading == b""
        assert not wire.is_ended

    run(talk)


def test_who_does_not_listen_is_left(monkeypatch):
    monkeypatch.setattr(module, "WRITE_SECONDS", 0.05)

    async def talk(wire, _reader, _writer):
        with pytest.raises(ConnectionAbortedError):
            await wire.write(b"x" * 50_000_000)
        with pytest.raises(ConnectionResetError):
            await wire.write(b"x")

    run(talk)


def test_the_clear_and_the_encrypted_never_mix():
    async def talk(wire, reader, writer):
        writer.write(b"STARTTLS\r\n")
        assert await wire.read() == b"STARTTLS\r\n"
        wire.hold()
        writer.write(b"injected\r\n")
        await asyncio.sleep(0.02)
        assert wire.take() == b""
        with pytest.raises(OSError, match=r"(?i)ssl|wrong|http|reset"):
            await wire.secure(CERTIFICATE.context(), is_server=True)
        assert reader

    run(talk)


def test_a_handshake():
    async def talk(wire, reader, writer):
        wire.hold()
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        shaking = asyncio.create_task(writer.start_tls(context))
        await wire.secure(CERTIFICATE.context(), is_server=True)
        await shaking
        writer.write(b"secret")
        assert await wire.read() == b"secret"
        await wire.write(b"known")
        assert await reader.readexactly(5) == b"known"
        await wire.end(1)

    run(talk)


def test_lingering_lets_the_last_answer_arrive():
    """Closing with octets unread would reset the connection, and the answer be lost."""

    async def talk(wire, reader, writer):
        writer.write(b"x" * 3_000_000)
        await wire.write(b"554 no\r\n")
        lingering = asyncio.create_task(wire.linger(5))
        assert await reader.readline() == b"554 no\r\n"
        await writer.drain()
        writer.close()
        await lingering
        await wire.end(1)

    run(talk)


def test_lingering_and_ending_have_an_end():
    async def talk(wire, _reader, _writer):
        wire.transport.write(b"x" * 50_000_000)
        await wire.linger(0.05)
        with pytest.raises(TimeoutError):
            await wire.end(0.05)

    run(talk)
