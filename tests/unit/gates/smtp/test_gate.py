"""The listener keeps its sessions within limits and closes in time."""

import asyncio

import pytest
from smtp_house import ENVELOPE, MAIL, Setup, connected, listening

from pforte.gates.gate import GateError
from pforte.gates.smtp import gate as module
from pforte.gates.smtp.gate import SmtpGate


def test_more_sessions_than_allowed_are_sent_away():
    async def run():
        async with listening(Setup(), 1) as gate, connected(gate), connected(gate, greeted=False) as second:
            return await second.rest()

    assert asyncio.run(run()) == b"421 4.3.2 too many connections; try again later\r\n"


def test_who_has_let_us_wait_for_long_makes_room(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.0)

    async def run():
        async with listening(Setup(), 2) as gate, connected(gate) as idle:
            await idle.say(ENVELOPE[0])
            async with connected(gate) as busy:
                await busy.say(*ENVELOPE)
                async with connected(gate) as third:
                    heard = await third.say(b"NOOP\r\n")
                return heard, await idle.rest(), await busy.say(b"NOOP\r\n")

    heard, idle, busy = asyncio.run(run())
    assert heard == busy == b"250 2.0.0 ok\r\n"
    assert idle.startswith(b"421 4.3.2")


def test_a_mail_under_way_is_answered_before_the_end_and_who_waits_is_sent_away():
    setup, begun, held = Setup(), asyncio.Event(), asyncio.Event()
    deliver = setup.carrier.deliver

    async def slowly(letter, raw):
        begun.set()
        await held.wait()
        return await deliver(letter, raw)

    setup.carrier.deliver = slowly

    async def run():
        async with listening(setup) as gate, connected(gate) as idle, connected(gate) as client:
            await client.say(*ENVELOPE, b"DATA\r\n")
            client.writer.write(MAIL + b".\r\n")
            await begun.wait()
            closing = asyncio.create_task(gate.close())
            away = await idle.rest()
            held.set()
            await closing
            return away, await client.rest()

    away, heard = asyncio.run(run())
    assert away == b"421 4.3.2 the service is ending; try again later\r\n"
    assert heard == b"250 2.0.0 taken\r\n" + away


def test_what_hangs_does_not_hold_up_the_end(monkeypatch):
    monkeypatch.setattr(module, "CLOSE_SECONDS", 0.05)
    setup, begun = Setup(), asyncio.Event()

    async def never(letter, raw):
        begun.set()
        await asyncio.sleep(60)

    setup.carrier.deliver = never

    async def run():
        async with listening(setup) as gate, connected(gate) as client:
            await client.say(*ENVELOPE, b"DATA\r\n")
            client.writer.write(MAIL + b".\r\n")
            await begun.wait()
            await gate.close()
            return await client.rest()

    assert asyncio.run(run()) == b"421 4.3.2 the service is ending; try again later\r\n"
    assert setup.ledger.left == 1


def test_several_addresses_and_one_that_cannot_be_used():
    async def run():
        setup = Setup()
        gate = SmtpGate(("127.0.0.1:0", "[::1]:0"), setup.house, (), 10)
        try:
            await gate.open()
        except GateError:
            pytest.skip("this machine has no IPv6 on loopback")
        assert len(gate._servers) == 2
        other = SmtpGate(("127.0.0.1:0", f"127.0.0.1:{gate.port}"), setup.house, (), 10)
        with pytest.raises(GateError, match=r"gate\.smtp\.listen: cannot listen on 127\.0\.0\.1:\d+ "):
            await other.open()
        assert other._servers == []
        await gate.close()

    asyncio.run(run())


def test_what_must_be_ready_is_opened_first():
    class Unready:
        def open(self):
            raise GateError("not ready")

    gate = SmtpGate(("127.0.0.1:0",), Setup().house, (Unready(),), 10)
    with pytest.raises(GateError, match="not ready"):
        asyncio.run(gate.open())


def test_a_session_that_fails_is_answered_and_told(caplog):
    setup = Setup()
    setup.carrier.address = None  # calling it raises

    async def run():
        async with listening(setup) as gate, connected(gate) as client:
            client.writer.write(ENVELOPE[0])
            await client.hear()
            client.writer.write(b"".join(ENVELOPE[1:]))
            await client.hear()
            return await client.rest()

    assert asyncio.run(run()) == b"421 4.3.0 something went wrong here; try again later\r\n"
    assert setup.ledger.left == 1
