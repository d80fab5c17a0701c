"""The gate opens, keeps its connections within limits, and closes in time."""

import asyncio
from contextlib import suppress

import pytest
from milter_house import Reception, answering

from pforte.gates.gate import GateError
from pforte.gates.milter import gate as module
from pforte.gates.milter.gate import MilterGate
from pforte.gates.milter.wire import Command
from pforte.settings.gates import MilterGateSettings


def run(act, reception=None, **settings):
    async def main():
        async with answering(reception or Reception(), **settings) as (gate, connect):
            return await act(connect, gate)

    return asyncio.run(asyncio.wait_for(main(), 20))


def test_it_answers_over_a_unix_socket(tmp_path):
    async def act(connect, _):
        line = await connect()
        await line.begin()
        return await line.mail()

    path = tmp_path / "milter"
    assert run(act, listen=str(path)) == [(b"c", b"")] * 3
    assert not path.exists()


def test_more_connections_than_allowed_are_closed():
    async def act(connect, _):
        first = await connect()
        await first.begin()
        second = await connect()
        with suppress(ConnectionError):
            assert await second.hear() is None
        return await first.mail()

    assert run(act, connections=1) == [(b"c", b"")] * 3


def test_an_address_that_cannot_be_used_is_named():
    async def act(_, gate):
        other = MilterGate(MilterGateSettings(listen=f"127.0.0.1:{gate.port}"), Reception())
        with pytest.raises(GateError, match=r"gate\.milter\.listen"):
            await other.open()
        await other.close()

    run(act)


def test_what_has_arrived_is_answered_before_the_end():
    begun, held = asyncio.Event(), asyncio.Event()

    async def hold():
        begun.set()
        await held.wait()

    async def act(connect, gate):
        line, idle = await connect(), await connect()
        await line.begin()
        await idle.begin()
        line.say(Command.MAIL, b"<a@example.net>\0")
        await begun.wait()
        closing = asyncio.create_task(gate.close())
        assert await idle.hear() is None
        held.set()
        answers = [await line.hear(), await line.hear()]
        await closing
        return answers

    assert run(act, Reception(sender=hold)) == [(b"c", b""), None]


def test_who_is_judged_for_long_does_not_hold_up_the_end(monkeypatch):
    monkeypatch.setattr(module, "CLOSE_SECONDS", 0.05)
    begun = asyncio.Event()

    async def forever():
        begun.set()
        await asyncio.Event().wait()

    reception = Reception(sender=forever)

    async def act(connect, gate):
        line = await connect()
        await line.begin()
        line.say(Command.MAIL, b"<a@example.net>\0")
        await begun.wait()
        await gate.close()

    run(act, reception)
    assert reception.names()[-1] == "closed"


def test_a_silent_connection_is_closed(monkeypatch):
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(module, "SWEEP_SECONDS", 0.01)

    async def act(connect, _):
        line = await connect()
        return await line.hear()

    assert run(act) is None


def test_a_gate_that_never_opened_closes():
    asyncio.run(MilterGate(MilterGateSettings(), Reception()).close())
