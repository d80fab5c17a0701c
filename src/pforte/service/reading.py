"""Reading the sources: each in a task of its own, opened again after trouble, closed and changed while others run."""

import asyncio
from collections.abc import Collection
from contextlib import aclosing, suppress

import structlog

from pforte.clock import Clock
from pforte.service.counting import Counts
from pforte.service.judging import Judging
from pforte.settings.source_names import name_of_source
from pforte.settings.table import Settings, SourceSettings
from pforte.sources.block import Limits, Source, SourceError
from pforte.sources.opening import open_source

SOURCE_PAUSE = 10.0
"""Seconds before a source that could not be read is tried again."""
OPEN_SECONDS = 5.0
"""How long the others wait for a source that is slow to open."""
DRAIN_SECONDS = 10.0
"""How long a source that is to end may go on handing over what it had accepted."""

_log = structlog.get_logger("pforte")


class Readers:
    """Reads the sources that the settings name and hands their blocks to judgement.

    Args:
        group: holds the tasks.
        judging: judges the blocks.
        counts: looks at what each source cuts and drops.
        clock: tells when lines arrive.
    """

    def __init__(self, group: asyncio.TaskGroup, judging: Judging, counts: Counts, clock: Clock) -> None:
        self._group = group
        self._judging = judging
        self._counts = counts
        self._clock = clock
        self._readers: dict[str, _Reader] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def names(self) -> list[str]:
        """Return the names of the sources that are read."""
        return list(self._readers)

    async def follow(self, settings: Settings) -> None:
        """Start reading sources that are new, end those that are gone or changed, leave the others alone.

        Returns when the new ones are open, so that no line is missed that is written from then on.
        """
        limits = Limits(settings.scan.block, settings.scan.line)
        wanted = {
            name_of_source(source): _Reader((source, limits), self._judging, self._counts, self._clock)
            for source in settings.source
        }
        if not wanted:
            _log.warning(
                "source.none", text="no [[source]] is set, so no log is read and nobody is judged by one"
            )
        gone = [
            name
            for name, reader in self._readers.items()
            if name not in wanted or reader.reads != wanted[name].reads
        ]
        if gone:
            await self._end(gone)
            # What they read last must be judged before anybody goes on from where they stopped.
            await self._judging.catch_up()
        new = {name: reader for name, reader in wanted.items() if name not in self._readers}
        for name, reader in new.items():
            self._readers[name] = reader
            self._tasks[name] = self._group.create_task(reader.run())
        with suppress(TimeoutError):
            async with asyncio.timeout(OPEN_SECONDS):
                for reader in new.values():
                    await reader.tried.wait()

    async def stop(self) -> None:
        """End all: what they had accepted is handed over before."""
        await self._end(list(self._readers))

    async def _end(self, names: Collection[str]) -> None:
        """End some readers; they stay known until they have ended, whoever gives up waiting for that."""
        readers = {self._tasks[name]: self._readers[name] for name in names}
        for reader in readers.values():
            reader.close()
        if readers:
            _, late = await asyncio.wait(readers, timeout=DRAIN_SECONDS)
            for task in late:
                readers[task].tell_late()
                task.cancel()
            await asyncio.wait(readers)
        for name in names:
            del self._tasks[name], self._readers[name]


class _Reader:
    """Reads one source until it ends or is closed."""

    def __init__(
        self, reads: tuple[SourceSettings, Limits], judging: Judging, counts: Counts, clock: Clock
    ) -> None:
        self.reads = reads
        """What is read, and in pieces of what size."""
        self._name = name_of_source(reads[0])
        self._judging = judging
        self._counts = counts
        self._clock = clock
        self.tried = asyncio.Event()
        """Set once the source is open, or could not be opened."""
        self._source: Source | None = None
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Let :meth:`run` end once what was accepted is handed over."""
        self._closing.set()
        if self._source is not None:
            self._source.close()

    def tell_late(self) -> None:
        """Say that the source is cut short."""
        waiting = None if self._source is None else self._source.figures().waiting
        _log.error(
            "source.cut-short",
            source=self._name,
            waiting=waiting,
            text=f"it did not end within {DRAIN_SECONDS:.0f} s",
        )

    async def run(self) -> None:
        """Take blocks from the source; when it cannot be read, say so and try again."""
        while not self._closing.is_set():
            try:
                await self._read(self._judging.positions.get(self._name, ""))
            except (SourceError, OSError) as error:
                # A disk, a mount or a journal in trouble must not take the other sources with it.
                _log.error("source.failed", source=self._name, text=str(error), again_in=SOURCE_PAUSE)
            else:
                self._tell_end()
                return
            # Reading goes on behind what is judged, so what was read before must be.
            await self._judging.catch_up()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), SOURCE_PAUSE)

    def _tell_end(self) -> None:
        if self._closing.is_set():
            _log.info("source.ended", source=self._name)
        else:
            _log.warning(
                "source.ended",
                source=self._name,
                text="nothing more comes from it: what wrote to it has ended. Start both again to go on",
            )

    async def _read(self, position: str) -> None:
        settings, limits = self.reads
        source = self._source = open_source(settings, limits, position, self._clock)
        self._counts.follow(source)
        try:
            async with aclosing(source.blocks()) as blocks:
                async for block in blocks:
                    self.tried.set()
                    await self._judging.put(settings, block)
        finally:
            self.tried.set()
            self._counts.leave(source)
