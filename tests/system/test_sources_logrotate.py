"""Real logrotate, in each of its modes, under a writer that never stops: every line arrives exactly once."""

import asyncio
import os
import shutil
import subprocess
import threading
import time
from contextlib import aclosing
from itertools import count
from pathlib import Path

import pytest

from pforte.sources.block import Limits
from pforte.sources.files import FileSource
from pforte.sources.trail import Following

pytestmark = pytest.mark.system

LOGROTATE = shutil.which("logrotate", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
ROTATIONS = 6
MODES = {
    "create": "create",
    "create and compress": "create\n  compress",
    "create and compress later": "create\n  compress\n  delaycompress",
    "dates": "create\n  dateext\n  dateformat -%Y%m%d-%s",
    "dates before the ending": "create\n  dateext\n  dateformat -%Y%m%d-%s\n  extension .log\n  compress",
    "copytruncate": "copytruncate",
    "copytruncate and compress": "copytruncate\n  compress",
}


class Writer(threading.Thread):
    """Appends numbered lines, some of them in two halves; reopens its log when told, as nginx does."""

    def __init__(self, log: Path) -> None:
        super().__init__(daemon=True)
        self.log = log
        self.reopen = log.with_name("reopen")
        self.pause = threading.Lock()
        self.done = threading.Event()
        self.written = 0

    def run(self) -> None:
        file = self.log.open("ab", buffering=0)
        for number in count():
            if self.done.is_set():
                break
            if self.reopen.exists():
                self.reopen.unlink()
                file.close()
                file = self.log.open("ab", buffering=0)
            line = b"line %d of the log\n" % number
            with self.pause:
                half = number % len(line) if number % 3 == 0 else 0
                file.write(line[:half])
                file.write(line[half:])
                self.written = number + 1
            self.done.wait(0.0005)
        file.close()


def configure(tmp_path: Path, log: Path, mode: str) -> list[str]:
    config = tmp_path / "logrotate.conf"
    config.write_text(
        f"{log} {{\n  su root root\n  rotate 100\n  missingok\n  {MODES[mode]}\n"
        f"  postrotate\n    touch {log.with_name('reopen')}\n  endscript\n}}\n"
    )
    config.chmod(0o644)
    return [str(LOGROTATE), "--force", "--state", str(tmp_path / "state"), str(config)]


async def follow(log: Path, position: str, enough, record) -> None:
    """Read until there is enough, giving each block to ``record``."""
    source = FileSource(Following("log", str(log), False, Limits(block=4096)), position)
    async with aclosing(source.blocks()) as blocks:
        async for block in blocks:
            record(block)
            if enough():
                return


@pytest.mark.skipif(LOGROTATE is None, reason="logrotate is absent: apt install logrotate")
@pytest.mark.skipif(os.geteuid() != 0, reason="logrotate's su needs root")
@pytest.mark.parametrize("mode", MODES)
def test_every_line_arrives_once(tmp_path: Path, mode: str) -> None:
    """The reader is broken off and started anew all the while; rotation happens while it runs and while it does not."""
    folder = tmp_path / "logs"
    folder.mkdir(mode=0o755)
    log = folder / "access.log"
    log.touch()
    command = configure(tmp_path, log, mode)
    writer = Writer(log)
    got: list[bytes] = []
    position = ""

    def record(block) -> None:
        nonlocal position
        got.extend(block.data.splitlines(keepends=True))
        position = block.position

    def rotate() -> None:
        if "dateformat" in MODES[mode]:
            time.sleep(1.05)  # the names carry the second
        # Lines written between the copy and the truncation are lost to everyone: that is copytruncate's nature.
        if "copytruncate" in mode:
            with writer.pause:
                subprocess.run(command, check=True, timeout=60)
        else:
            subprocess.run(command, check=True, timeout=60)

    async def story() -> None:
        for turn in range(ROTATIONS):
            target = len(got) + 60
            reading = asyncio.ensure_future(
                follow(log, position, lambda target=target: len(got) >= target, record)
            )
            if turn % 2:
                await asyncio.to_thread(rotate)
            async with asyncio.timeout(60):
                await reading
            if not turn % 2:
                await asyncio.to_thread(rotate)
            if turn % 4 == 0:
                await asyncio.sleep(0.05)
                await asyncio.to_thread(rotate)
        writer.done.set()
        await asyncio.to_thread(writer.join)
        async with asyncio.timeout(60):
            await follow(log, position, lambda: len(got) >= writer.written, record)

    writer.start()
    try:
        asyncio.run(story())
    finally:
        writer.done.set()
    assert got == [b"line %d of the log\n" % number for number in range(writer.written)]
    assert len(list(folder.glob("access*"))) > ROTATIONS
