"""What arrives in one turn of the event loop is judged together, and each connection hears its own answer."""

import asyncio
from typing import cast

from pforte.gates.http.connection import Connection
from pforte.gates.http.turn import Turn


class Heard:
    """A connection that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[bytes, bool]] = []

    def settle(self, data: bytes, *, welcome: bool) -> None:
        self.told.append((data, welcome))


def take(turn: Turn, heard: Heard, data: bytes) -> None:
    turn.take(cast("Connection", heard), data)


def test_all_pieces_of_a_turn_are_judged_at_once_and_told_apart():
    calls: list[list[bytes]] = []

    def glance(pieces):
        calls.append(list(pieces))
        return {place for place, piece in enumerate(pieces) if piece == b"good"}

    async def run() -> None:
        turn, first, second = Turn(glance), Heard(), Heard()
        take(turn, first, b"good")
        take(turn, second, b"bad")
        assert (first.told, second.told) == ([], [])
        await asyncio.sleep(0)
        assert (first.told, second.told) == ([(b"good", True)], [(b"bad", False)])
        take(turn, first, b"bad")
        await asyncio.sleep(0)
        assert first.told[1:] == [(b"bad", False)]

    asyncio.run(run())
    assert calls == [[b"good", b"bad"], [b"bad"]]


def test_who_cannot_wait_settles_the_turn_early():
    async def run() -> None:
        turn, heard = Turn(lambda pieces: range(len(pieces))), Heard()
        take(turn, heard, b"one")
        turn.settle()
        assert heard.told == [(b"one", True)]
        take(turn, heard, b"two")  # before the end of the same turn
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert heard.told == [(b"one", True), (b"two", True)]

    asyncio.run(run())


def test_one_that_fails_takes_no_other_with_it():
    class Broken(Heard):
        def settle(self, data: bytes, *, welcome: bool) -> None:
            raise RuntimeError("broken")

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: failures.append(context["exception"])
        )
        turn, first, last = Turn(lambda pieces: range(len(pieces))), Heard(), Heard()
        for one in (first, Broken(), last):
            take(turn, one, b"one")
        for _ in range(3):
            await asyncio.sleep(0)
        assert (first.told, last.told) == ([(b"one", True)], [(b"one", True)])

    failures: list[BaseException] = []
    asyncio.run(run())
    assert [str(failure) for failure in failures] == ["broken"]
