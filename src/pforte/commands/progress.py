"""A progress bar where a person waits, and nothing elsewhere."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from pforte.printable import printable

if TYPE_CHECKING:
    from rich.progress import Progress

Advance = Callable[[int], None]
"""Takes the bytes that are done so far."""


def show_progress(name: str, total: int | None) -> AbstractContextManager[Advance]:
    """Return a bar on standard error where that is a terminal, and nothing elsewhere.

    Args:
        name: what is read.
        total: its size in bytes; None or 0 shows no bar.
    """
    if not total or not sys.stderr.isatty():
        return nullcontext(_say_nothing)
    return _Bar(name, total)


class _Bar(AbstractContextManager[Advance]):
    def __init__(self, name: str, total: int) -> None:
        self._progress = _progress()
        self._task = self._progress.add_task(printable(name), total=total)

    def __enter__(self) -> Advance:
        self._progress.start()
        return lambda done: self._progress.update(self._task, completed=done)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


def _progress() -> "Progress":
    from rich.console import Console  # noqa: PLC0415  slow to load, and most calls run in a pipe
    from rich.progress import (  # noqa: PLC0415  slow to load, and most calls run in a pipe
        BarColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _say_nothing(_: int) -> None:
    pass
