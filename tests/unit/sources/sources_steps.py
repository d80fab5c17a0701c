"""A watcher that a test drives: the source reads all there is, then waits until it is told to look again."""

import asyncio

from pforte.sources.block import Block, Limits
from pforte.sources.files import FileSource
from pforte.sources.trail import Following
from pforte.sources.watching import EVERYTHING, Changes


class Steps:
    """Stands in for inotify."""

    def __init__(self) -> None:
        self.idle = asyncio.Event()
        self.go = asyncio.Event()

    def follow(self, folders, files) -> bool:
        return False

    async def wait(self, seconds: float) -> Changes:
        if seconds > 0:
            self.idle.set()
            await self.go.wait()
            self.go.clear()
        return EVERYTHING

    def wake(self) -> None:
        self.go.set()

    def close(self) -> None:
        pass


class Reader:
    """Runs a file source step by step and keeps what it yields."""

    def __init__(self, pattern, position="", *, from_end=False, limits=None, clock=None) -> None:
        self.steps = Steps()
        self.source = FileSource(
            Following("log", str(pattern), from_end, limits or Limits()),
            position,
            clock=clock,
            watch=lambda name: self.steps,
        )
        self.blocks: list[Block] = []
        self._task: asyncio.Task | None = None

    async def drain(self) -> list[Block]:
        """Let the source read all there is and return the new blocks."""
        before = len(self.blocks)
        self.steps.idle.clear()
        if self._task is None:
            self._task = asyncio.ensure_future(self._consume())
        else:
            self.steps.go.set()
        idle = asyncio.ensure_future(self.steps.idle.wait())
        await asyncio.wait([idle, self._task], return_when=asyncio.FIRST_COMPLETED)
        idle.cancel()
        if self._task.done():
            self._task.result()
        return self.blocks[before:]

    async def stop(self) -> None:
        """Break off, as a crash would."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _consume(self) -> None:
        async for block in self.source.blocks():
            self.blocks.append(block)


def read_all(pattern, position="", **options) -> list[Block]:
    """Read all there is, once, and stop; where there was a position, the opening block is left out."""

    async def run():
        reader = Reader(pattern, position, **options)
        blocks = await reader.drain()
        await reader.stop()
        assert blocks[0].data == b""
        return blocks[1:] if position else blocks

    return asyncio.run(run())


def lines(blocks) -> list[bytes]:
    """Return the lines of some blocks."""
    return b"".join(block.data for block in blocks).splitlines(keepends=True)
