"""A journal that systemd writes is followed while it grows, and when its files are rotated."""

import asyncio
import os
import subprocess
from contextlib import aclosing
from pathlib import Path

import pytest

from pforte.sources.journal import FOLDERS, JournalSource

pytestmark = pytest.mark.system

REMOTE = Path("/lib/systemd/systemd-journal-remote")
NOW = 1_772_366_400_000_000

needs_remote = pytest.mark.skipif(
    not REMOTE.exists(), reason="systemd-journal-remote is absent: apt install systemd-journal-remote"
)


def entry(number: int) -> bytes:
    """Return one entry in the journal export format."""
    message = b"Failed password for user%d\xff from 192.0.2.1" % number
    return (
        b"__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=0123456789abcdef0123456789abcdef\n"
        b"_HOSTNAME=web1\nSYSLOG_IDENTIFIER=sshd\n_PID=77\n_SYSTEMD_UNIT=ssh.service\nMESSAGE\n"
        % (NOW + number * 1_000_000, number + 1)
        + len(message).to_bytes(8, "little")
        + message
        + b"\n\n"
    )


class Journald:
    """systemd-journal-remote, writing what it is given."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "system.journal"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [REMOTE, "-o", self.file, "-"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def write(self, *numbers: int) -> None:
        for number in numbers:
            self.process.stdin.write(entry(number))
        self.process.stdin.flush()

    def stop(self) -> None:
        self.process.stdin.close()
        assert self.process.wait(30) == 0

    def rotate(self) -> None:
        """Archive the file and begin a new one, as journald does."""
        self.stop()
        self.file.rename(self.file.with_name("system@0.journal"))
        self.process = self._start()


def line(number: int) -> bytes:
    minute, second = divmod(number, 60)
    return b"2026-03-01T12:%02d:%02dZ web1 sshd[77]: Failed password for user%d\xff from 192.0.2.1\n" % (
        minute,
        second,
        number,
    )


async def take(blocks, count: int) -> tuple[list[bytes], str]:
    lines: list[bytes] = []
    position = ""
    async with asyncio.timeout(60):
        while len(lines) < count:
            block = await anext(blocks)
            lines += block.data.splitlines(keepends=True)
            position = block.position
    return lines, position


@needs_remote
def test_entries_arrive_once_while_the_journal_grows_and_rotates(tmp_path: Path) -> None:
    journald = Journald(tmp_path)
    journald.write(0)

    async def first() -> str:
        # What is there before the first start is not read.
        for _ in range(1000):
            if journald.file.exists() and journald.file.stat().st_size:
                break
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        source = JournalSource("journal", ("ssh",), folder=tmp_path)
        async with aclosing(source.blocks()) as blocks:
            assert (await anext(blocks)).data == b""
            journald.write(1, 2)
            assert (await take(blocks, 2))[0] == [line(1), line(2)]
            await asyncio.to_thread(journald.rotate)
            journald.write(3, 4)
            lines, position = await take(blocks, 2)
            assert lines == [line(3), line(4)]
        return position

    async def second(position: str) -> None:
        source = JournalSource("journal", ("ssh",), position=position, folder=tmp_path)
        async with aclosing(source.blocks()) as blocks:
            assert (await take(blocks, 2))[0] == [line(5), line(6)]
            journald.write(7)
            assert (await take(blocks, 1))[0] == [line(7)]

    try:
        position = asyncio.run(first())
        journald.write(5)
        journald.rotate()
        journald.write(6)
        asyncio.run(second(position))
    finally:
        journald.stop()


@needs_remote
def test_two_thousand_entries_come_in_few_blocks(tmp_path: Path) -> None:
    journald = Journald(tmp_path)
    journald.write(*range(2000))
    journald.stop()

    async def run() -> None:
        source = JournalSource("journal", position='{"cursor": ""}', folder=tmp_path)
        async with aclosing(source.blocks()) as blocks:
            lines, _ = await take(blocks, 2000)
            assert lines == [line(number) for number in range(2000)]

    asyncio.run(run())


@pytest.mark.skipif(
    not any(path for folder in FOLDERS for path in folder.glob("*/*.journal")),
    reason="this machine keeps no systemd journal: run under systemd-journald",
)
@pytest.mark.skipif(os.geteuid() != 0, reason="the machine's journal needs root or the group systemd-journal")
def test_the_journal_of_this_machine_can_be_followed() -> None:
    async def run() -> None:
        source = JournalSource("journal")
        async with aclosing(source.blocks()) as blocks, asyncio.timeout(60):
            assert '"cursor": "s=' in (await anext(blocks)).position

    asyncio.run(run())
