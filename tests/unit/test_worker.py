"""A worker makes one call after another, and one that hangs holds up nobody else."""

import asyncio
import threading

import pytest
import structlog

from pforte.worker import Worker


def test_the_result_or_the_error_comes_back() -> None:
    async def main() -> None:
        worker = Worker("test")
        assert await worker.run(lambda: 3) == 3
        with pytest.raises(ZeroDivisionError):
            await worker.run(lambda: 1 // 0)
        assert await worker.run(lambda: threading.current_thread().name) == "test"
        assert await worker.finish(lambda: None, 30)

    asyncio.run(main())


def test_calls_are_made_in_their_order_by_one_thread() -> None:
    """What they use needs no lock."""
    seen: list[tuple[int, int]] = []

    async def main() -> None:
        worker = Worker("test")
        calls = [
            worker.submit(lambda number=number: seen.append((number, threading.get_ident())))
            for number in range(100)
        ]
        await worker.finish(lambda: None, 30)
        assert all(call.done() for call in calls)

    asyncio.run(main())
    assert [number for number, _ in seen] == list(range(100))
    assert len({thread for _, thread in seen}) == 1


def test_what_goes_wrong_where_nobody_waits_is_told() -> None:
    async def main() -> None:
        worker = Worker("scan")
        worker.post(lambda: None)
        worker.post(lambda: 1 // 0)
        assert await worker.finish(lambda: None, 30)

    with structlog.testing.capture_logs() as logged:
        asyncio.run(main())
    (told,) = logged
    assert (told["event"], told["worker"], told["log_level"]) == ("worker.call-failed", "scan", "error")
    assert isinstance(told["exc_info"], ZeroDivisionError)


def test_a_call_that_hangs_holds_up_nobody_else_and_its_things_stay_open() -> None:
    release, closed = threading.Event(), threading.Event()

    async def main() -> None:
        hung, other = Worker("hung"), Worker("other")
        call = hung.submit(lambda: release.wait(30))
        assert await other.run(lambda: 1) == 1
        assert not await hung.finish(closed.set, 0.05)
        assert not closed.is_set()
        release.set()
        await asyncio.wrap_future(call)
        await other.run(lambda: closed.wait(30))
        assert closed.is_set()

    asyncio.run(main())


def test_a_cancelled_caller_leaves_a_call_that_was_not_begun_unmade() -> None:
    release, made = threading.Event(), threading.Event()

    async def main() -> None:
        worker = Worker("test")
        worker.submit(lambda: release.wait(30))
        waiting = asyncio.create_task(worker.run(made.set))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        release.set()
        assert await worker.finish(lambda: None, 30)
        assert not made.is_set()

    asyncio.run(main())
