"""HTTP as bouncers speak it, and bounds for whoever speaks it badly."""

import asyncio
import json

import pytest
from bouncer_house import KEY, ban_of

from pforte.gates.crowdsec import connection
from pforte.gates.crowdsec.connection import Connection

ASK = f"GET /v1/decisions?ip=192.0.2.1 HTTP/1.1\r\nHost: x\r\nX-Api-Key: {KEY}\r\n\r\n".encode()
STREAM = f"GET /v1/decisions/stream?startup=true HTTP/1.1\r\nHost: x\r\nx-api-KEY: {KEY}\r\n\r\n".encode()


class Line:
    """A server of one house, and a client that speaks bytes."""

    def __init__(self, house, most=10):
        self.house, self.most, self.connections = house, most, set()

    async def __aenter__(self):
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(
            lambda: Connection(self.house.answers.answer, self.connections, self.most), "127.0.0.1", 0
        )
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.server.close()
        for each in tuple(self.connections):
            each.abort()
        await asyncio.sleep(0)

    async def open(self):
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def say(self, data):
        """Send bytes and read until the server closes."""
        reader, writer = await self.open()
        writer.write(data)
        async with asyncio.timeout(10):
            said = await reader.read()
        writer.close()
        return said


async def answer_of(reader):
    """Read one answer; return its status, headers and body."""
    async with asyncio.timeout(10):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {n.lower(): v for n, _, v in (line.partition(": ") for line in head[1:-2])}
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(await reader.readline(), 16):
                body += (await reader.readexactly(size + 2))[:-2]
            assert await reader.readline() == b"\r\n"
        else:
            body = await reader.readexactly(int(headers["content-length"]))
    return int(head[0].split()[1]), headers, body


def test_a_connection_is_kept_and_questions_are_answered_in_order(house, run_in_loop):
    house.decide(ban_of("198.51.100.1"))

    async def run():
        async with Line(house) as line:
            reader, writer = await line.open()
            writer.write(ASK + STREAM + ASK + b"GET /nope HTTP/1.1\r\nHost: x\r\n\r\n")
            found = [await answer_of(reader) for _ in range(4)]
            writer.write(ASK)
            found.append(await answer_of(reader))
            writer.close()
            return found

    found = run_in_loop(run())
    assert [status for status, _, _ in found] == [200, 200, 200, 404, 200]
    assert found[0][2] == found[4][2] == b"null"
    assert json.loads(found[1][2])["new"][0]["value"] == "198.51.100.1"
    assert found[0][1]["content-type"] == "application/json; charset=utf-8"
    assert found[0][1]["content-length"] == "4"
    assert found[0][1]["date"].endswith("GMT")
    assert "content-type" not in found[3][1]
    assert not any("content-encoding" in headers for _, headers, _ in found)


def test_a_question_may_come_byte_by_byte(house, run_in_loop):
    async def run():
        async with Line(house) as line:
            reader, writer = await line.open()
            for byte in ASK:
                writer.write(bytes((byte,)))
                await asyncio.sleep(0)
            found = await answer_of(reader)
            writer.close()
            return found

    assert run_in_loop(run())[2] == b"null"


@pytest.mark.parametrize("target", [ASK, STREAM])
def test_http_1_0_and_close_get_no_chunks_where_they_know_none_and_the_end(house, target, run_in_loop):
    async def run(data):
        async with Line(house) as line:
            return await line.say(data)

    old = run_in_loop(run(target.replace(b"HTTP/1.1", b"HTTP/1.0")))
    assert b"Connection: close" in old
    assert b"chunked" not in old
    assert b"Content-Length: " in old
    closed = run_in_loop(run(target.replace(b"Host: x", b"Connection: close")))
    assert closed.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Connection: close" in closed


def test_a_body_is_waited_for_and_asked_for(house, run_in_loop):
    head = (
        f"POST /v1/usage-metrics HTTP/1.1\r\nHost: x\r\nX-Api-Key: {KEY}\r\nContent-Length: 2\r\n"
        "Expect: 100-continue\r\n\r\n"
    ).encode()

    async def run():
        async with Line(house) as line:
            reader, writer = await line.open()
            writer.write(head)
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"{}")
            found = await answer_of(reader)
            writer.close()
            return found

    status, _, body = run_in_loop(run())
    assert (status, b"remediation_components" in body) == (400, True)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 40_000, 431),
        (b"GET /" + b"a" * 40_000, 431),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 9_000, 431),
        (
            b"POST /v1/usage-metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n"
            + b"x" * 2_000_000,
            413,
        ),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400),
    ],
    ids=["tls", "short", "version", "header", "target", "headers", "body", "length"],
)
def test_what_is_no_question_is_refused_and_the_connection_closed(house, data, status, run_in_loop):
    async def run():
        async with Line(house) as line:
            reader, writer = await line.open()
            writer.write(data)
            async with asyncio.timeout(10):
                found = await reader.readline()
                while await _more(reader):
                    pass
            writer.close()
            return found

    assert int(run_in_loop(run()).split()[1]) == status


async def _more(reader):
    try:
        return await reader.read(65_536)
    except ConnectionResetError:
        return b""


def test_a_wish_for_another_protocol_is_passed_over(house, run_in_loop):
    data = ASK.replace(b"Host: x", b"Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket")

    async def run():
        async with Line(house) as line:
            return await line.say(data)

    said = run_in_loop(run())
    assert said.count(b"HTTP/1.1") == 1
    assert said.endswith(b"null")


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHo", ASK])
def test_who_is_silent_is_let_go(house, monkeypatch, begun, run_in_loop):
    monkeypatch.setattr(connection, "ASK_SECONDS", 0.05)
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.05)

    async def run():
        async with Line(house) as line:
            reader, writer = await line.open()
            writer.write(begun)
            async with asyncio.timeout(10):
                while await _more(reader):
                    pass
            writer.close()
            await asyncio.sleep(0.01)
            return line.connections

    assert run_in_loop(run()) == set()


def test_who_takes_nothing_of_a_long_answer_is_let_go_and_its_position_stays(house, monkeypatch, run_in_loop):
    monkeypatch.setattr(connection, "SEND_SECONDS", 0.05)
    house.decide(*(ban_of(f"10.{n >> 8}.{n & 255}.1") for n in range(30_000)))

    async def run():
        async with Line(house) as line:
            _, writer = await line.open()
            writer.transport.pause_reading()
            writer.write(STREAM)
            async with asyncio.timeout(20):
                for some in (True, False):
                    while bool(line.connections) is not some:  # noqa: ASYNC110  nothing tells of it
                        await asyncio.sleep(0.01)
            writer.close()

    run_in_loop(run())
    assert not house.gate.pullers.unsaved()


def test_answers_to_who_reads_none_are_not_piled_up(house, run_in_loop):
    house.decide(*(ban_of(f"192.0.2.{n}") for n in range(200)))
    ask = ASK.replace(b"?ip=192.0.2.1", b"")

    async def run():
        async with Line(house) as line:
            reader, writer = await line.open()
            writer.transport.pause_reading()
            for _ in range(300):
                writer.write(ask)
            await asyncio.sleep(0.3)
            (held,) = line.connections
            piled = held._transport.get_write_buffer_size()
            writer.transport.resume_reading()
            found = [await answer_of(reader) for _ in range(300)]
            writer.close()
            return piled, found

    piled, found = run_in_loop(run())
    assert piled < 16_000_000
    assert all(len(json.loads(body)) == 200 for _, _, body in found)


def test_no_more_connections_than_are_let_in(house, run_in_loop):
    async def run():
        async with Line(house, most=1) as line:
            first, writer = await line.open()
            writer.write(ASK)
            await answer_of(first)
            second, other = await line.open()
            async with asyncio.timeout(10):
                refused = await _more(second)
            other.close()
            writer.write(ASK)
            found = await answer_of(first)
            writer.close()
            return refused, found[2]

    assert run_in_loop(run()) == (b"", b"null")
