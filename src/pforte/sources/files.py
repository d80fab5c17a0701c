"""Following log files: across rotation, truncation, links that turn, globs that gain files, and restarts."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable
from functools import partial

import structlog

from pforte.clock import Clock, SystemClock
from pforte.sources.block import Block, Figures
from pforte.sources.carriers import PlainFile
from pforte.sources.trail import Following, Trail
from pforte.sources.unpacking import UnpackError
from pforte.sources.volume import Part, ReplacedError, Volume
from pforte.sources.watching import LOOK_SECONDS, Timer, Watcher, open_watcher, tell_timer
from pforte.worker import Worker

SURVEY_SECONDS = 0.02
"""Least time between two looks at names; a busy folder must not keep us looking."""

CLOSE_SECONDS = 2.0
"""How long the end of a source waits for a disk that hangs."""

_log = structlog.get_logger("pforte.sources")


class FileSource:
    """Follows a path or glob.

    Everything that touches a disk is done by one thread of the source, so that a mount that hangs, or a long
    compressed file, holds up no other source and nothing is closed under a call that has not come back.

    Args:
        following: the source's name, what it follows, where unknown files are entered, and its limits.
        position: what the register holds for this source, or "".
        clock: tells how long a rotated file is quiet.
        watch: makes the watcher; given the source's name.
    """

    def __init__(
        self,
        following: Following,
        position: str = "",
        *,
        clock: Clock | None = None,
        watch: Callable[[str], Watcher] = open_watcher,
    ) -> None:
        self._following = following
        self._position = position
        self._clock = clock or SystemClock()
        self._watch = watch
        self._watcher: Watcher | None = None
        self._stop = threading.Event()  # asked by the survey's thread too
        self._trail = Trail(following, self._stop.is_set)
        self._cut = 0
        self._surveyed = 0.0
        self._worker = Worker(f"source {following.name}")

    @property
    def name(self) -> str:
        """Return the name of the source."""
        return self._following.name

    async def blocks(self) -> AsyncGenerator[Block, None]:
        """Yield the lines of the files, rotated files first, until the source is closed.

        Once the position of the opening block is recorded, nothing that is written from then on can be missed.
        """
        self._watcher = self._watch(self.name)
        try:
            if self._position:
                self._trail.restore(self._position)
            await self._worker.run(self._survey)
            yield Block(self.name, b"", None, self._trail.position(), "")
            unread = set(self._trail.volumes)
            while not self._stop.is_set():
                queue = deque(volume for volume in self._trail.volumes if volume in unread)
                unread.intersection_update(queue)
                while queue and not self._stop.is_set():
                    block = await self._next(queue, unread)
                    if block is not None:
                        yield block
                if not self._stop.is_set():
                    unread |= await self._wait(idle=not unread)
        finally:
            self._stop.set()
            if not await self._worker.finish(self._release, CLOSE_SECONDS):
                _log.warning(
                    "source.hangs", source=self.name, text="a read has not come back; it is left behind"
                )

    def figures(self) -> Figures:
        """Return how the source stands."""
        return Figures(None, self._cut, 0)

    def close(self) -> None:
        """End ``blocks`` at its next step."""
        self._stop.set()
        if self._watcher is not None:
            self._watcher.wake()

    async def _next(self, queue: deque[Volume], unread: set[Volume]) -> Block | None:
        """Read the next lines of the first volume; take it from both where nothing is left of it."""
        volume = queue.popleft()
        block = await self._worker.run(partial(self._read, volume))
        if block is None:
            unread.discard(volume)
        elif volume.retired:
            queue.appendleft(volume)  # a rotated file is finished before the one that follows it
        else:
            queue.append(volume)  # the others take turns
        if self._clock.monotonic() - self._surveyed > LOOK_SECONDS:
            queue.clear()  # it is time to look at the names
        return block

    def _read(self, volume: Volume) -> Block | None:
        part = self._read_part(volume)
        return None if part is None else self._make_block(volume, part)

    def _read_part(self, volume: Volume) -> Part | None:
        try:
            part = volume.read_on(self._following.limits)
            if part is None and volume.retired and (volume.ending or volume.is_copied):
                part = volume.finish(self._following.limits)
                if part is None:
                    self._end(volume)
        except ReplacedError:
            self._surveyed = float("-inf")
            return None
        except UnpackError as error:
            _log.warning("source.broken-archive", source=self.name, file=volume.path, text=str(error))
            self._end(volume)
            return None
        return part

    def _end(self, volume: Volume) -> None:
        gone = isinstance(volume.carrier, PlainFile) and volume.carrier.gone
        volume.sleep()
        if gone:
            self._trail.forget(volume)

    def _make_block(self, volume: Volume, part: Part) -> Block:
        if part.cut:
            self._cut += 1
            if self._cut & (self._cut - 1) == 0:
                _log.warning(
                    "source.line-cut",
                    source=self.name,
                    file=volume.path,
                    line=volume.line,
                    limit=self._following.limits.line,
                    count=self._cut,
                )
        return Block(
            self.name,
            part.data,
            part.first_line,
            self._trail.position(),
            f"{volume.origin}:{part.offset}",
            volume.path,
        )

    async def _wait(self, *, idle: bool) -> set[Volume]:
        """Wait until something may be there to read; return the volumes that may have it."""
        assert self._watcher is not None  # noqa: S101  set before the first wait
        next_look = self._surveyed + LOOK_SECONDS
        seconds = max(next_look - self._clock.monotonic(), 0.0) if idle else 0.0
        changes = await self._watcher.wait(seconds)
        if self._stop.is_set():
            return set()
        if not changes.names and self._clock.monotonic() < next_look:
            return {volume for volume in self._trail.volumes if volume.place in changes.files}
        pause = self._surveyed + SURVEY_SECONDS - self._clock.monotonic()
        if pause > 0:
            await asyncio.sleep(pause)
        await self._worker.run(self._survey)
        return set(self._trail.volumes)

    def _survey(self) -> None:
        for _ in range(3):
            self._trail.survey(self._clock.monotonic())
            self._surveyed = self._clock.monotonic()
            if not self._follow():
                return
            # Something is watched that was not: what happened just before was not told, so look once more.

    def _release(self) -> None:
        self._trail.close()
        if self._watcher is not None:
            self._watcher.close()

    def _follow(self) -> bool:
        assert self._watcher is not None  # noqa: S101  set before the first survey
        files = {
            volume.carrier.key: volume.carrier.descriptor
            for volume in self._trail.volumes
            if isinstance(volume.carrier, PlainFile)
        }
        try:
            return self._watcher.follow(self._trail.folders, files)
        except OSError as error:
            tell_timer(self.name, error)
            self._watcher.close()
            self._watcher = Timer()
            return False
