"""Group commit: many sources hand in batches, one thread writes what waits in one transaction."""

from collections.abc import Sequence
from concurrent.futures import Future
from queue import Empty, Full, Queue
from threading import Lock, Thread
from types import TracebackType
from typing import Protocol, Self

from pforte.register.batch import Batch, Recorded
from pforte.register.errors import RegisterError, RegisterUnavailableError

WAITING_BATCHES = 1024
ROWS_PER_COMMIT = 5000


class WriterClosedError(RegisterError):
    """The writer takes no more batches."""


class Recorder(Protocol):
    """Writes batches; the register, or what stands for it in a test."""

    def record_all(self, batches: Sequence[Batch]) -> list[Recorded]:
        """Write several batches in one transaction."""
        ...


class Writer:
    """Writes batches in the order they come; one commit carries all that came during the one before.

    Args:
        register: where to write.
        waiting: batches that may wait; whoever hands in one more waits as well.
    """

    def __init__(self, register: Recorder, waiting: int = WAITING_BATCHES) -> None:
        self._register = register
        self._queue: Queue[tuple[Batch, Future[Recorded]] | None] = Queue(waiting)
        self._closing = Lock()
        self._closed = False
        self._thread = Thread(target=self._run, name="register-writer", daemon=True)
        self._thread.start()

    def submit(self, batch: Batch, timeout: float | None = None) -> "Future[Recorded]":
        """Hand in a batch; the future is done when the batch is on the disk, or carries the error.

        Args:
            batch: what belongs into one transaction.
            timeout: seconds to wait for room; None waits as long as it takes.

        Raises:
            WriterClosedError: after :meth:`close`.
            RegisterUnavailableError: there was no room in time.
        """
        future: Future[Recorded] = Future()
        with self._closing:
            if self._closed:
                raise WriterClosedError("the register's writer is closed; nothing can be recorded any more")
            try:
                self._queue.put((batch, future), timeout=timeout)
            except Full as error:
                raise RegisterUnavailableError(
                    f"the register does not keep up: {self._queue.maxsize} batches wait to be written"
                ) from error
        return future

    def close(self) -> None:
        """Write what waits and stop."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        last = False
        while not last:
            waiting, last = self._gather()
            started = [(batch, future) for batch, future in waiting if future.set_running_or_notify_cancel()]
            if started:
                self._write(started)

    def _gather(self) -> tuple[list[tuple[Batch, "Future[Recorded]"]], bool]:
        """Return what waits, up to a bounded number of rows, and whether it is the last."""
        gathered: list[tuple[Batch, Future[Recorded]]] = []
        rows = 0
        item = self._queue.get()
        while item is not None:
            gathered.append(item)
            rows += item[0].weight()
            if rows >= ROWS_PER_COMMIT:
                return gathered, False
            try:
                item = self._queue.get_nowait()
            except Empty:
                return gathered, False
        return gathered, True

    def _write(self, started: Sequence[tuple[Batch, "Future[Recorded]"]]) -> None:
        try:
            answers = self._register.record_all([batch for batch, _ in started])
        except RegisterUnavailableError as error:
            for _, future in started:
                future.set_exception(error)
        except Exception as error:  # noqa: BLE001  whoever handed the batch in must hear of any error
            self._write_alone(started, error)
        else:
            for (_, future), answer in zip(started, answers, strict=True):
                future.set_result(answer)

    def _write_alone(self, started: Sequence[tuple[Batch, "Future[Recorded]"]], error: Exception) -> None:
        """Write each batch by itself after a common failure, so that a bad one fails alone."""
        if len(started) == 1:
            started[0][1].set_exception(error)
            return
        for item in started:
            self._write([item])
