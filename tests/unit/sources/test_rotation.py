"""Whatever rotation does and wherever reading is taken up again: every line arrives exactly once, in order."""

import asyncio
import gzip
import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sources_steps import Reader, lines

from pforte.sources.block import Limits


class Rotation(RuleBasedStateMachine):
    """A writer, log rotation in both ways, compression, and a reader that is broken off at any time."""

    pattern = "access.log"

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        self.log = self.folder / "access.log"
        self.number = 0
        self.half = b""
        self.written: list[bytes] = []
        self.recorded: list[tuple[str, int]] = []
        self.arrived: list[bytes] = []
        self.reader: Reader | None = None
        self.position = ""
        self.tick = 1_700_000_000_000_000_000
        self.renamed = 0

    @initialize(exists=st.booleans(), before=st.integers(0, 3))
    def begin(self, exists, before):
        if exists or self.pattern != "access.log":
            self.log.touch()
            self.stamp(self.log)
            for _ in range(before):
                self.write(1, 0)
        self.drain()

    def stamp(self, path):
        # The file system's clock may tick slower than this test writes.
        self.tick += 10_000_000
        os.utime(path, ns=(self.tick, self.tick))

    @rule(count=st.integers(1, 4), keep=st.integers(0, 12))
    def write(self, count, keep):
        """Append whole lines and the beginning of one more."""
        data = self.half_end()
        for _ in range(count):
            data += self.new_line()
        line = self.new_line()
        cut = min(keep, len(line) - 1)
        if cut:
            self.half = line[cut:]
            data += line[:cut]
        else:
            self.number -= 1
            self.written.pop()
        with self.log.open("ab") as file:
            file.write(data)
        self.stamp(self.log)

    def new_line(self):
        self.number += 1
        line = b"line %d of the log\xff\0\r\n" % self.number
        self.written.append(line)
        return line

    def half_end(self):
        half, self.half = self.half, b""
        return half

    def end_line(self, path):
        if self.half:
            with path.open("ab") as file:
                file.write(self.half_end())
            self.stamp(path)

    def shift(self):
        """Make room for a new access.log.1."""
        names = [path for path in self.folder.iterdir() if path.name != "access.log"]
        for path in sorted(names, key=lambda path: int(path.name.split(".")[2]), reverse=True):
            number = int(path.name.split(".")[2])
            path.rename(path.with_name(f"access.log.{number + 1}{'.gz' if path.suffix == '.gz' else ''}"))

    @precondition(lambda self: self.log.exists())
    @rule(create=st.booleans(), late=st.booleans())
    def rotate_by_rename(self, create, late):
        self.shift()
        old = self.folder / "access.log.1"
        self.log.rename(old)
        if late:
            self.drain()
        self.end_line(old)
        if create:
            self.log.touch()
            self.stamp(self.log)

    @precondition(lambda self: self.log.exists())
    @rule(between=st.booleans(), keep_time=st.booleans())
    def rotate_by_copytruncate(self, between, keep_time):
        self.end_line(self.log)
        self.shift()
        old = self.folder / "access.log.1"
        (shutil.copy2 if keep_time else shutil.copy)(self.log, old)
        if not keep_time:
            self.stamp(old)
        if between:
            self.drain()
        os.truncate(self.log, 0)
        self.stamp(self.log)

    @rule()
    def compress(self):
        for path in list(self.folder.iterdir()):
            if path.name != "access.log" and path.suffix != ".gz":
                packed = path.with_name(path.name + ".gz")
                with gzip.open(packed, "wb") as file:
                    file.write(path.read_bytes())
                shutil.copystat(path, packed)
                path.unlink()

    @rule()
    def drain(self):
        if self.reader is None:
            limits = Limits(block=64, line=60)
            self.reader = Reader(self.folder / self.pattern, self.position, limits=limits)
        for block in self.runner.run(self.reader.drain()):
            self.arrived.extend(lines([block]))
            self.recorded.append((block.position, len(self.arrived)))

    @precondition(lambda self: self.recorded)
    @rule(data=st.data())
    def crash(self, data):
        """Take up reading from any position recorded so far; what came after it is not recorded."""
        if self.reader is not None:
            self.runner.run(self.reader.stop())
            self.reader = None
        at = data.draw(st.integers(0, len(self.recorded) - 1))
        self.position, count = self.recorded[at]
        del self.recorded[at + 1 :]
        del self.arrived[count:]

    @invariant()
    def nothing_twice(self):
        assert self.arrived == self.written[: len(self.arrived)]

    def everything(self):
        assert self.arrived == self.written

    def teardown(self):
        try:
            self.end_line(self.log)
            self.drain()
            self.everything()
            if self.reader is not None:
                self.runner.run(self.reader.stop())
        finally:
            self.runner.close()
            shutil.rmtree(self.folder)


class RotationUnderWideGlob(Rotation):
    """The glob matches rotated names too: files take turns then, so that only their own order is kept."""

    pattern = "access.log*"

    @invariant()
    def nothing_twice(self):
        assert len(set(self.arrived)) == len(self.arrived)
        assert set(self.arrived) <= set(self.written)

    def everything(self):
        assert set(self.arrived) == set(self.written)


FEW = settings(
    max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
TestRotation = Rotation.TestCase
TestRotation.settings = FEW
TestRotationUnderWideGlob = RotationUnderWideGlob.TestCase
TestRotationUnderWideGlob.settings = FEW


def test_a_compressed_file_with_the_inode_of_an_older_copy():
    """``gzip`` frees the inode of what it packs; on most file systems the next file it makes has that inode."""
    state = Rotation()
    state.begin(exists=True, before=1)
    state.rotate_by_copytruncate(between=False, keep_time=False)
    state.write(count=1, keep=0)
    state.rotate_by_copytruncate(between=True, keep_time=False)
    state.compress()
    state.write(count=1, keep=0)
    state.rotate_by_rename(create=False, late=False)
    state.compress()
    state.write(count=1, keep=0)
    state.drain()
    state.nothing_twice()
    state.teardown()
