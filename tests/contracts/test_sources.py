"""What every source promises, whatever it reads from."""

import asyncio
import gzip
import os
import socket
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pforte.clock import SetClock
from pforte.sources.block import Limits, Source
from pforte.sources.files import FileSource
from pforte.sources.journal import JournalSource
from pforte.sources.stdin import StdinSource
from pforte.sources.syslog import SyslogSource
from pforte.sources.trail import Following

SAMPLE = Path(__file__).parents[1] / "unit" / "sources" / "sample.journal.gz"
LIMITS = Limits(block=4096, line=200)


@dataclass(frozen=True)
class World:
    """A source and how something is written where it reads."""

    source: Source
    write: Callable[[], None]
    clean: Callable[[], None] = lambda: None


def of_file(folder: Path) -> World:
    log = folder / "access.log"
    log.touch()

    def write() -> None:
        with log.open("ab") as file:
            file.write(b"some visit\n" * 3)

    return World(FileSource(Following("contract", str(log), from_end=True, limits=LIMITS)), write)


def of_journal(folder: Path) -> World:
    def write() -> None:
        number = len(list(folder.iterdir()))
        (folder / f"{number}.journal").write_bytes(gzip.decompress(SAMPLE.read_bytes()))

    return World(JournalSource("contract", (), LIMITS, "", folder), write)


def of_stdin(folder: Path) -> World:
    reading, writing = os.pipe()

    def clean() -> None:
        os.close(reading)
        os.close(writing)

    return World(
        StdinSource("contract", LIMITS, reading), lambda: bool(os.write(writing, b"some visit\n" * 3)), clean
    )


def of_syslog(folder: Path) -> World:
    path = str(folder / "socket")

    def write() -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"<38>Mar  1 12:00:00 web1 sshd[77]: some visit", path)

    clock = SetClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    return World(SyslogSource("contract", "unix", "", path, LIMITS, clock), write)


@pytest.fixture(params=[of_file, of_journal, of_stdin, of_syslog], ids=["file", "journal", "stdin", "syslog"])
def world(request, tmp_path):
    world = request.param(tmp_path)
    yield world
    world.clean()


async def first_lines(world: World, blocks):
    """Write once the source is open, and return the first block with data."""
    assert (await anext(blocks)).data == b""
    world.write()
    return await anext(blocks)


def test_blocks_hold_whole_lines_under_the_name_of_the_source(world):
    async def run():
        async with aclosing(world.source.blocks()) as blocks, asyncio.timeout(30):
            return await first_lines(world, blocks)

    block = asyncio.run(run())
    assert block.source == world.source.name == "contract"
    assert block.data.endswith(b"\n")
    assert all(len(line) <= LIMITS.line for line in block.data.split(b"\n"))
    assert block.first_line is None or block.first_line >= 1


def test_closing_ends_the_blocks(world):
    async def run():
        async def consume():
            return [block async for block in world.source.blocks()]

        async with asyncio.timeout(30):
            task = asyncio.ensure_future(consume())
            await asyncio.sleep(0.05)
            world.source.close()
            world.source.close()
            await task

    asyncio.run(run())


def test_cancelling_leaves_no_descriptor(world):
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    async def run():
        before = count()

        async def consume():
            async for _ in world.source.blocks():
                pass

        task = asyncio.ensure_future(consume())
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0)
        assert count() <= before

    asyncio.run(run())


def test_figures_are_there_before_during_and_after(world):
    async def run():
        async with aclosing(world.source.blocks()) as blocks, asyncio.timeout(30):
            figures = [world.source.figures()]
            await first_lines(world, blocks)
            figures.append(world.source.figures())
        return [*figures, world.source.figures()]

    for figures in asyncio.run(run()):
        assert figures.cut >= 0
        assert figures.dropped == 0
        assert figures.waiting is None or figures.waiting >= 0


def test_a_position_is_text_that_the_register_can_keep(world):
    async def run():
        async with aclosing(world.source.blocks()) as blocks, asyncio.timeout(30):
            return await first_lines(world, blocks)

    block = asyncio.run(run())
    assert block.position == "" or block.position.isprintable()
