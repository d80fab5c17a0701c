"""Work that may block, in a thread that is never left behind."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def run_in_thread(work: Callable[[], T], stop: Callable[[], None]) -> T:
    """Run ``work`` in a thread and return its result.

    A thread cannot be cancelled. When the caller is, ``stop`` asks the work to end and the cancellation waits for
    that, so that what the work uses can be closed afterwards.
    """
    thread = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        stop()
        await asyncio.wait([thread])
        if not thread.cancelled():
            thread.exception()  # taken, so that nobody reports it as never looked at
        raise
