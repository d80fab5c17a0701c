"""A thread of one's own for calls that may block: a disk, a mount, a database, a program that hangs."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from typing import TypeVar

import structlog

T = TypeVar("T")

_log = structlog.get_logger("pforte")


class Worker:
    """Does blocking calls one after another in a thread of its own.

    Whoever has one waits for nobody else's calls. A thread cannot be cancelled: a call that hangs keeps its worker,
    and only that one. The thread is a daemon, so that it does not keep the program from ending either.

    Args:
        name: name of the thread; it begins with the first call.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def submit(self, call: Callable[[], T]) -> "Future[T]":
        """Let a call be made after all submitted before it; what was not begun may still be cancelled."""
        future: Future[T] = Future()
        self._calls.put(partial(_fulfil, future, call))
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self.name, daemon=True)
            self._thread.start()
        return future

    def post(self, call: Callable[[], object]) -> None:
        """Let a call be made that nobody waits for; what goes wrong in it is told by the log."""
        self.submit(call).add_done_callback(self._tell)

    async def run(self, call: Callable[[], T]) -> T:
        """Make a call and return its result. Cancelling gives up the result; a call that was begun goes on."""
        return await asyncio.wrap_future(self.submit(call))

    def close(self) -> None:
        """End the thread after the calls submitted so far; none may follow."""
        self._calls.put(None)

    async def finish(self, last: Callable[[], None], seconds: float) -> bool:
        """Make a last call after all others, and close; say whether it was made within ``seconds``.

        What the calls use is let go of by the last one: it stays open behind one that hangs, so that nothing is
        closed under a thread that goes on with it.
        """
        made = asyncio.wrap_future(self.submit(last))
        self.close()
        await asyncio.wait([made], timeout=seconds)
        return made.done()

    def _tell(self, made: "Future[object]") -> None:
        if not made.cancelled() and (error := made.exception()) is not None:
            _log.error("worker.call-failed", worker=self.name, text=str(error), exc_info=error)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


def _fulfil(future: "Future[T]", call: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001  it is raised again where the result is waited for
        future.set_exception(error)
    else:
        future.set_result(result)
