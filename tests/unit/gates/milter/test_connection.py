"""Connections answer in order, bound what waits, and end their session whatever happens."""

import asyncio

import pytest
from milter_house import Reception, answering, refused

from pforte.gates.milter import connection as module
from pforte.gates.milter.wire import Command, packet


def run(act, reception=None, **settings):
    reception = reception or Reception()

    async def main():
        async with answering(reception, **settings) as (gate, connect):
            return await act(connect, gate)

    return asyncio.run(asyncio.wait_for(main(), 20)), reception


async def ended(line):
    """Wait for the end of a connection."""
    try:
        return await line.hear() is None
    except ConnectionError:
        return True


def test_two_mails_on_one_connection():
    async def act(connect, _):
        line = await connect()
        await line.begin()
        answers = await line.mail() + await line.mail()
        line.say(Command.QUIT)
        assert await ended(line)
        return answers

    answers, reception = run(act)
    assert answers == [(b"c", b"")] * 6
    assert reception.names()[-1] == "closed"
    assert reception.names().count("closed") == 1


def test_packets_may_arrive_octet_by_octet():
    async def act(connect, _):
        line = await connect()
        await line.begin()
        for octet in packet(b"M", b"<a@example.net>\0"):
            line.writer.write(bytes((octet,)))
            await line.writer.drain()
            await asyncio.sleep(0)
        return await line.hear()

    assert run(act)[0] == (b"c", b"")


def test_many_sessions_at_once_do_not_wait_for_each_other():
    held = asyncio.Event()

    async def hold():
        await held.wait()

    def receive(session):
        return Reception(sender=hold) if str(session.address) == "192.0.2.2" else Reception()

    async def act(connect, _):
        slow, quick = await connect(), await connect()
        await slow.begin(address=b"192.0.2.2")
        slow.say(Command.MAIL, b"<a@example.net>\0")
        await quick.begin()
        answers = await quick.mail()
        held.set()
        return [*answers, await slow.hear()]

    assert run(act, receive)[0] == [(b"c", b"")] * 4


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\0", b"\0\0\0\x01X", b"\0\0\0\x02Mx"])
def test_who_speaks_something_else_is_cut_off(garbage):
    async def act(connect, _):
        line = await connect()
        line.writer.write(garbage)
        return await ended(line)

    assert run(act)[0]


def test_a_server_that_goes_away_while_its_client_is_judged_ends_the_session():
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def forever():
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    reception = Reception(sender=forever)

    async def act(connect, _):
        line = await connect()
        await line.begin()
        line.say(Command.MAIL, b"<a@example.net>\0")
        await begun.wait()
        line.close()
        await cancelled.wait()

    run(act, reception)
    assert reception.names().count("closed") == 1


def test_a_fault_of_ours_ends_the_connection_and_is_told():
    """The server must not wait for an answer that never comes."""
    told = []

    class Broken(Reception):
        def failed(self):
            raise ValueError("a fault")

    async def act(connect, _):
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
        line = await connect()
        await line.begin()
        line.say(Command.MACROS, b"R{rcpt_mailer}\0error\0")
        line.say(Command.RECIPIENT, b"<b@example.org>\0")
        return await ended(line)

    ending, reception = run(act, Broken())
    assert ending
    assert [str(each) for each in told] == ["a fault"]
    assert reception.names()[-1] == "closed"


def test_nothing_more_is_read_while_much_waits(monkeypatch):
    """Whoever sends and sends while one command is judged fills the kernel's buffers, not our memory."""
    monkeypatch.setattr(module, "MOST_WAITING", 100_000)
    held = asyncio.Event()

    async def hold():
        await held.wait()

    async def act(connect, gate):
        line = await connect()
        await line.begin()
        line.say(Command.MAIL, b"<a@example.net>\0")
        for _ in range(400):
            line.say(Command.BODY, bytes(65_535))
        for _ in range(200):
            await asyncio.sleep(0.001)
        (connection,) = gate._open
        waiting = connection._waiting_octets
        held.set()
        line.say(Command.END_OF_MESSAGE)
        return waiting, await line.hear(), await line.hear()

    (waiting, *answers), reception = run(act, Reception(sender=hold))
    assert waiting < 2_000_000
    assert answers == [(b"c", b""), (b"c", b"")]
    assert len(reception.heard[-2][1]) == 2 + 400 * 65_535


def test_who_does_not_read_answers_is_not_read_from():
    async def act(connect, gate):
        line = await connect()
        await line.begin()
        (connection,) = gate._open
        connection.pause_writing()
        line.say(Command.MAIL, b"<a@example.net>\0")
        for _ in range(50):
            await asyncio.sleep(0.001)
        silent = "sender" not in reception.names()
        connection.resume_writing()
        return silent, await line.hear()

    reception = Reception()
    (silent, answer), _ = run(act, reception)
    assert silent
    assert answer == (b"c", b"")


def test_a_refusal_is_the_last_word_on_that_mail_only():
    reception = Reception(message=refused())

    async def act(connect, _):
        line = await connect()
        await line.begin()
        first = await line.mail()
        reception.answers.clear()
        return first + await line.mail()

    kinds = [kind for kind, _ in run(act, reception)[0]]
    assert kinds == [b"c", b"c", b"y", b"c", b"c", b"c"]
