"""Connections stay open for many questions, and none of them can hold the others up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from pforte.gates.gate import GateError
from pforte.gates.postfix import listener
from pforte.gates.postfix.dialogue import QuestionError
from pforte.gates.postfix.listener import Listener


class Echo:
    """Says everything again, but does not bear a question mark."""

    def feed(self, data: bytes) -> bytes:
        if b"?" in data:
            raise QuestionError("a question mark")
        return data


LOOPS = [asyncio.new_event_loop]
"""The service runs on uvloop's where there is one, and its transports are of other classes."""
with suppress(ImportError):
    import uvloop

    LOOPS.append(uvloop.new_event_loop)

Talk = Callable[[Listener], Awaitable[None]]


def listening(talk: Talk) -> None:
    async def run() -> None:
        place = Listener("127.0.0.1:0", "gate.postfix.listen", Echo)
        await place.open()
        try:
            await asyncio.wait_for(talk(place), 20)
        finally:
            await place.close()

    for loop in LOOPS:
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(run())


@asynccontextmanager
async def connected(place: Listener) -> AsyncIterator[Callable[[bytes], Awaitable[bytes]]]:
    """Connect; the call says something and returns what is heard, b"" at the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", place.port())

    async def say(words: bytes) -> bytes:
        writer.write(words)
        try:
            return await reader.read(100)
        except ConnectionError:
            return b""

    try:
        yield say
    finally:
        writer.transport.abort()


def test_one_connection_carries_many_questions() -> None:
    async def talk(place: Listener) -> None:
        async with connected(place) as say:
            assert [await say(word) for word in (b"a", b"bb", b"c")] == [b"a", b"bb", b"c"]

    listening(talk)


def test_who_does_not_speak_the_protocol_is_left_and_the_others_are_not() -> None:
    async def talk(place: Listener) -> None:
        async with connected(place) as stranger, connected(place) as other:
            assert await stranger(b"?") == b""
            assert await other(b"a") == b"a"

    listening(talk)


def test_more_connections_than_can_be_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "MOST_CONNECTIONS", 1)

    async def talk(place: Listener) -> None:
        async with connected(place) as first:
            assert await first(b"a") == b"a"
            async with connected(place) as second:
                assert await second(b"b") == b""
            assert await first(b"c") == b"c"

    listening(talk)


def test_a_connection_without_questions_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "IDLE_SECONDS", 0.01)

    async def talk(place: Listener) -> None:
        async with connected(place) as say:
            assert await say(b"") == b""

    listening(talk)


def test_closing_ends_the_connections() -> None:
    async def talk(place: Listener) -> None:
        async with connected(place) as say:
            assert await say(b"a") == b"a"
            await place.close()
            assert await say(b"b") == b""
        await place.close()

    listening(talk)


def test_who_does_not_read_is_not_read_from() -> None:
    """Questions without end fill no memory while nobody takes the answers."""

    async def talk(place: Listener) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", place.port(), limit=1_000)
        writer.transport.set_write_buffer_limits(0)
        sent = 0
        try:
            while sent < 200:
                writer.write(b"x" * 100_000)
                await asyncio.wait_for(writer.drain(), 1)
                sent += 1
        except TimeoutError:
            pass
        assert sent < 200
        (connection,) = place._open
        assert connection._transport is not None
        assert connection._transport.get_write_buffer_size() < 1_000_000
        writer.transport.abort()

    listening(talk)


def test_an_address_in_use_is_told_with_its_setting() -> None:
    async def talk(place: Listener) -> None:
        other = Listener(f"127.0.0.1:{place.port()}", "gate.postfix.socketmap", Echo)
        with pytest.raises(GateError, match=r"gate\.postfix\.socketmap: .*127\.0\.0\.1:\d+"):
            await other.open()
        await other.close()

    listening(talk)
