"""Waiting in tests for what other tasks and threads do."""

import asyncio
from collections.abc import Callable


async def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds; whoever waits longer has found a bug."""
    for _ in range(int(seconds / 0.005)):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came to hold")
