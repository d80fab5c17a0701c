"""Work in a thread is never left behind."""

import asyncio
import threading

import pytest

from pforte.sources.thread import run_in_thread


def test_the_result_or_the_error_comes_back():
    assert asyncio.run(run_in_thread(lambda: 3, lambda: None)) == 3
    with pytest.raises(ZeroDivisionError):
        asyncio.run(run_in_thread(lambda: 1 // 0, lambda: None))


@pytest.mark.parametrize("fails", [False, True])
def test_a_cancelled_caller_waits_for_the_end_of_the_work(fails):
    """Otherwise a descriptor would be closed under the thread that reads it."""
    stop, begun, ended = threading.Event(), threading.Event(), threading.Event()

    def work():
        begun.set()
        stop.wait(30)
        ended.set()
        if fails:
            raise OSError("closed")

    async def run():
        task = asyncio.ensure_future(run_in_thread(work, stop.set))
        await asyncio.to_thread(begun.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()

    asyncio.run(run())
