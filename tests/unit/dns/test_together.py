"""Questions that are asked together wait for each other, also when one fails."""

import asyncio

import pytest

from pforte.dns.together import ask_both, ask_together, ask_within


def test_answers_come_in_the_order_of_the_questions() -> None:
    async def run() -> list[int]:
        late = asyncio.Event()

        async def first() -> int:
            await late.wait()
            return 1

        async def second() -> int:
            late.set()
            return 2

        return await ask_together(first(), second())

    assert asyncio.run(run()) == [1, 2]


def test_an_error_is_raised_when_all_have_ended() -> None:
    ended = []

    async def fail() -> None:
        raise ValueError("no")

    async def end() -> None:
        await asyncio.sleep(0)
        ended.append(True)

    async def run() -> None:
        await ask_together(fail(), end())

    with pytest.raises(ValueError, match="no"):
        asyncio.run(run())
    assert ended == [True]


def test_two_questions_of_different_kinds_are_asked_together() -> None:
    async def number() -> int:
        return 1

    async def word() -> str:
        return "a"

    async def fail() -> str:
        raise ValueError("no")

    assert asyncio.run(ask_both(number(), word())) == (1, "a")
    with pytest.raises(ValueError, match="no"):
        asyncio.run(ask_both(fail(), number()))
    with pytest.raises(ValueError, match="no"):
        asyncio.run(ask_both(number(), fail()))


def test_a_question_is_given_up_when_its_time_is_over() -> None:
    async def answer() -> int:
        return 1

    async def run() -> tuple[int | None, int | None]:
        return await ask_within(60, answer()), await ask_within(0, asyncio.Event().wait())

    assert asyncio.run(run()) == (1, None)


def test_an_error_within_the_time_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        asyncio.run(ask_within(60, fail()))
