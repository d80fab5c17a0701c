"""The listener keeps its connections within limits and closes in time."""

import asyncio
from contextlib import suppress

import pytest
from rspamd_house import MAIL, Examiner, answering, post

from pforte.clock import SystemClock
from pforte.gates.gate import GateError
from pforte.gates.rspamd.gate import RspamdGate


def test_more_connections_than_allowed_are_closed():
    async def run():
        async with answering(connections=1) as (say, gate):
            _, writer = await asyncio.open_connection("127.0.0.1", gate.port)
            writer.write(b"P")
            await asyncio.sleep(0.05)
            with suppress(ConnectionError):
                assert await say(post(MAIL)) == b""
            writer.close()

    asyncio.run(run())


def test_an_address_that_cannot_be_used_is_named():
    async def run():
        async with answering() as (_, gate):
            other = RspamdGate(f"127.0.0.1:{gate.port}", Examiner(), SystemClock(), 1000, 1)
            with pytest.raises(GateError, match=r"gate\.rspamd\.listen: cannot listen on 127\.0\.0\.1:\d+ "):
                await other.open()
            await other.close()

    asyncio.run(run())


def test_a_mail_under_way_is_answered_before_the_end():
    begun, held = asyncio.Event(), asyncio.Event()
    examiner = Examiner()

    async def examine(session, envelope, raw):
        begun.set()
        await held.wait()
        return await examiner(session, envelope, raw)

    async def run():
        async with answering(examine) as (say, gate):
            heard = asyncio.create_task(say(post(MAIL)))
            await begun.wait()
            closing = asyncio.create_task(gate.close())
            await asyncio.sleep(0)
            held.set()
            await closing
            return await heard

    assert asyncio.run(run()).startswith(b"HTTP/1.1 200 OK")


def test_who_says_nothing_does_not_hold_up_the_end(monkeypatch):
    monkeypatch.setattr("pforte.gates.rspamd.gate.CLOSE_SECONDS", 0.05)

    async def run():
        async with answering() as (_, gate):
            reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
            await asyncio.sleep(0.02)
            await gate.close()
            with suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()

    asyncio.run(run())


def test_mails_that_never_end_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("pforte.gates.rspamd.gate.MAILS_AT_ONCE", 1)

    async def run():
        async with answering(most=100_000) as (say, gate):
            begun = post(b"x" * 90_000)[:-1]
            _, writer = await asyncio.open_connection("127.0.0.1", gate.port)
            writer.write(begun)
            await writer.drain()
            while gate._space.free > 20_000:  # noqa: ASYNC110  the gate tells nobody what it has read
                await asyncio.sleep(0.01)
            refused = await say(post(b"y" * 50_000))
            writer.close()
            while gate._space.free < 100_000:  # noqa: ASYNC110  as above
                await asyncio.sleep(0.01)
            return refused, await say(post(b"y" * 50_000))

    refused, taken = asyncio.run(asyncio.wait_for(run(), 30))
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert taken.startswith(b"HTTP/1.1 200 ")
