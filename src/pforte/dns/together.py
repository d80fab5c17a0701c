"""Several questions at once: whoever may not know of event loops asks here."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")


async def ask_together(*questions: Awaitable[T]) -> list[T]:
    """Ask all questions at the same time; return their answers in the order of the questions.

    An error of one is raised once all have ended, so that none goes on unseen.
    """
    if len(questions) == 1:
        return [await questions[0]]
    answers = await asyncio.gather(*questions, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in answers if not isinstance(answer, BaseException)]


async def ask_both(first: Awaitable[T], second: Awaitable[U]) -> tuple[T, U]:
    """Ask two questions of different kinds at the same time, as :func:`ask_together` does."""
    one, other = await asyncio.gather(first, second, return_exceptions=True)
    if isinstance(one, BaseException):
        raise one
    if isinstance(other, BaseException):
        raise other
    return one, other


async def ask_within(seconds: float, question: Awaitable[T]) -> T | None:
    """Ask a question, and give it up with None where no answer comes within so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            return await question
    except TimeoutError:
        return None
