"""Following files, step by step and through real inotify."""

import asyncio
import errno
import gzip
import json
import os
import threading
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sources_steps import Reader, lines, read_all

from pforte.clock import SetClock
from pforte.sources import files
from pforte.sources.block import Limits, SourceError
from pforte.sources.files import FileSource
from pforte.sources.trail import GONE_SECONDS, QUIET_SECONDS, Following
from pforte.sources.watching import InotifyWatcher, Timer


def append(path, data):
    with path.open("ab") as file:
        file.write(data)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "access.log"


def test_the_opening_block_says_where_reading_begins(log):
    """What is written between the start and the first line must not be missed after a crash."""
    log.write_bytes(b"old\n")
    (opening,) = read_all(log, from_end=True)
    assert (opening.data, opening.first_line, opening.source) == (b"", None, "log")
    append(log, b"new\n")
    (block,) = read_all(log, opening.position, from_end=True)
    assert (block.data, block.first_line, block.file) == (b"new\n", 2, str(log))


def test_a_file_that_was_missing_at_first_is_read_from_its_beginning(log):
    (opening,) = read_all(log, from_end=True)
    log.write_bytes(b"one\n")
    assert lines(read_all(log, opening.position, from_end=True)) == [b"one\n"]


def test_a_folder_that_was_missing_at_first(tmp_path):
    log = tmp_path / "a" / "b" / "log"

    async def run():
        reader = Reader(log)
        await reader.drain()
        log.parent.mkdir(parents=True)
        log.write_bytes(b"one\n")
        assert lines(await reader.drain()) == [b"one\n"]
        await reader.stop()

    asyncio.run(run())


def test_blocks_say_where_they_stand(log):
    log.write_bytes(b"".join(b"line %d\n" % number for number in range(20)))
    found = log.stat()
    _, *blocks = read_all(log, limits=Limits(block=50, line=40))
    assert len(blocks) > 2
    offset, line = 0, 1
    for block in blocks:
        device, inode, _, at = block.origin.split(":")
        assert (int(device), int(inode), int(at)) == (found.st_dev, found.st_ino, offset)
        assert block.first_line == line
        offset += len(block.data)
        line += block.data.count(b"\n")
    assert len({block.origin.rsplit(":", 1)[0] for block in blocks}) == 1


def test_the_same_bytes_have_the_same_origin_after_a_restart(log):
    log.write_bytes(b"".join(b"line %d\n" % number for number in range(20)))
    _, first, *rest = read_all(log, limits=Limits(block=50, line=40))
    again = read_all(log, first.position, limits=Limits(block=50, line=40))
    assert [block.origin for block in again] == [block.origin for block in rest]


def test_a_link_that_is_turned(tmp_path):
    """The old target is read to its end, the new one from its beginning."""
    first, second, link = tmp_path / "first", tmp_path / "second", tmp_path / "current"
    first.write_bytes(b"one\n")
    second.write_bytes(b"three\n")
    link.symlink_to(first)

    async def run():
        reader = Reader(link)
        assert lines(await reader.drain()) == [b"one\n"]
        append(first, b"two\n")
        turned = tmp_path / "turned"
        turned.symlink_to(second)
        turned.rename(link)
        assert lines(await reader.drain()) == [b"two\n", b"three\n"]
        append(first, b"late\n")
        append(second, b"four\n")
        assert lines(await reader.drain()) == [b"late\n", b"four\n"]
        await reader.stop()

    asyncio.run(run())


def test_many_files_take_turns(tmp_path):
    """One file with a long past must not keep the others waiting."""
    for name in "abc":
        (tmp_path / f"{name}.log").write_bytes(f"{name}\n".encode() * 100)
    _, *blocks = read_all(tmp_path / "*.log", limits=Limits(block=50, line=10))
    assert [Path(block.file).name for block in blocks[:6]] == ["a.log", "b.log", "c.log"] * 2
    again = read_all(tmp_path / "*.log", blocks[4].position, limits=Limits(block=50, line=10))
    assert lines(blocks[:5]) + lines(again) != lines(blocks)
    assert sorted(lines(blocks[:5]) + lines(again)) == sorted(lines(blocks))


def test_a_long_line_is_cut_counted_and_told(log):
    log.write_bytes(b"x" * 500 + b"\nnext\n")
    with structlog.testing.capture_logs() as logs:

        async def run():
            reader = Reader(log, limits=Limits(block=100, line=20))
            await reader.drain()
            figures = reader.source.figures()
            await reader.stop()
            return reader.blocks, figures

        blocks, figures = asyncio.run(run())
    assert lines(blocks) == [b"x" * 20 + b"\n", b"next\n"]
    assert blocks[-1].first_line == 2
    assert (figures.cut, figures.dropped) == (1, 0)
    assert [(entry["event"], entry["file"], entry["line"]) for entry in logs] == [
        ("source.line-cut", str(log), 1)
    ]


def test_a_file_that_hangs_holds_up_only_its_own_source(tmp_path, monkeypatch):
    """A dead NFS mount must not stop every other log, nor the end of its own source."""
    monkeypatch.setattr(files, "CLOSE_SECONDS", 0.05)
    begun, release, closed = threading.Event(), threading.Event(), threading.Event()
    hung, well = tmp_path / "hung.log", tmp_path / "well.log"
    for log in (hung, well):
        log.write_bytes(b"one\n")

    def hang(*_):
        begun.set()
        release.wait(30)
        return b""

    async def run():
        others, mine = Reader(hung), Reader(well)
        await others.drain()
        carrier = others.source._trail.volumes[0].carrier
        monkeypatch.setattr(carrier, "read", hang)
        monkeypatch.setattr(carrier, "close", closed.set)
        append(hung, b"two\n")
        waiting = asyncio.ensure_future(others.drain())
        await asyncio.to_thread(begun.wait, 30)
        assert lines(await mine.drain()) == [b"one\n"]
        with structlog.testing.capture_logs() as logs:
            await others.stop()
        assert [entry["event"] for entry in logs] == ["source.hangs"]
        assert not closed.is_set()
        waiting.cancel()
        release.set()
        await asyncio.to_thread(closed.wait, 30)
        await mine.stop()

    asyncio.run(run())
    assert closed.is_set()


def test_the_last_line_of_a_rotated_file_ends_with_it(log):
    clock = SetClock(datetime(2026, 11, 24, tzinfo=UTC))
    log.write_bytes(b"one\nhalf")

    async def run():
        reader = Reader(log, clock=clock)
        assert lines(await reader.drain()) == [b"one\n"]
        old = log.with_name("access.log.1")
        log.rename(old)
        log.write_bytes(b"two\n")
        assert lines(await reader.drain()) == [b"two\n"]
        clock.move(timedelta(seconds=QUIET_SECONDS + 1))
        assert lines(await reader.drain()) == [b"half\n"]
        position = reader.source._trail.position()
        assert json.loads(position)["volumes"][0]["z"] == 1
        append(old, b"late\n")
        assert lines(await reader.drain()) == [b"late\n"]
        await reader.stop()
        return position

    position = asyncio.run(run())
    assert lines(read_all(log, position)) == [b"late\n"]


def test_a_removed_file_is_forgotten_after_its_last_line(log):
    clock = SetClock(datetime(2026, 11, 24, tzinfo=UTC))
    log.write_bytes(b"one\nhalf")

    async def run():
        reader = Reader(log, clock=clock)
        await reader.drain()
        log.unlink()
        await reader.drain()
        clock.move(timedelta(seconds=GONE_SECONDS + 1))
        assert lines(await reader.drain()) == [b"half\n"]
        assert reader.source._trail.volumes == []
        await reader.stop()

    asyncio.run(run())


def test_a_file_compressed_while_we_were_away_is_finished_first(log):
    log.write_bytes(b"one\n")
    (_, first) = read_all(log)
    log.with_name("access.log.1.gz").write_bytes(gzip.compress(b"one\ntwo\nhalf"))
    log.unlink()
    log.write_bytes(b"three\n")
    blocks = read_all(log, first.position)
    assert lines(blocks) == [b"two\n", b"half\n", b"three\n"]
    assert blocks[0].first_line == 2
    assert blocks[0].origin.split(":")[:3] == first.origin.split(":")[:3]
    assert lines(read_all(log, blocks[-1].position)) == []


def test_a_broken_compressed_file_gives_what_it_holds(log):
    text = b"one\n" + os.urandom(50_000).hex().encode() + b"\n" + b"two\n" * 100_000
    log.write_bytes(b"one\n")
    (_, first) = read_all(log)
    log.with_name("access.log.1.gz").write_bytes(gzip.compress(text)[:-50])
    log.unlink()
    log.write_bytes(b"three\n")
    with structlog.testing.capture_logs() as logs:
        blocks = read_all(log, first.position, limits=Limits(block=1000, line=200_000))
    assert lines(blocks)[-1] == b"three\n"
    assert [entry["event"] for entry in logs] == ["source.broken-archive"]


def test_a_position_of_another_kind_stops_the_source(log):
    with pytest.raises(SourceError, match="give the source a new name"):
        read_all(log, "s=cursor;i=1")


def test_a_truncated_file_is_seen_between_two_looks_at_names(log):
    """The watcher names the file that changed; the names did not."""
    log.write_bytes(b"one\ntwo\n")

    async def run():
        reader = Reader(log)
        await reader.drain()
        log.write_bytes(b"three\n")
        assert lines(await reader.drain()) == [b"three\n"]
        await reader.stop()

    asyncio.run(run())


async def take(blocks, count):
    got = []
    while len(got) < count:
        got += lines([await anext(blocks)])
    return got


@pytest.mark.parametrize("watcher", [lambda _: InotifyWatcher(), lambda _: Timer()], ids=["inotify", "timer"])
def test_lines_arrive_as_they_are_written(log, tmp_path, watcher, monkeypatch):
    monkeypatch.setattr("pforte.sources.watching.POLL_SECONDS", 0.005)

    async def run():
        source = FileSource(Following("log", str(log), False, Limits()), watch=watcher)
        async with aclosing(source.blocks()) as blocks, asyncio.timeout(30):
            assert (await anext(blocks)).data == b""
            log.write_bytes(b"one\n")
            assert await take(blocks, 1) == [b"one\n"]
            for number in range(20):
                append(log, b"line %d\n" % number)
                assert await take(blocks, 1) == [b"line %d\n" % number]
            log.rename(log.with_name("access.log.1"))
            append(log.with_name("access.log.1"), b"late\n")
            log.write_bytes(b"new\n")
            assert await take(blocks, 2) == [b"late\n", b"new\n"]
            with log.open("r+b") as file:
                file.truncate(0)
            log.write_bytes(b"anew\n")
            assert await take(blocks, 1) == [b"anew\n"]

    asyncio.run(run())


def test_when_the_limit_of_watches_is_reached_the_timer_takes_over(log, monkeypatch):
    monkeypatch.setattr("pforte.sources.watching.POLL_SECONDS", 0.005)

    class Full(InotifyWatcher):
        def follow(self, folders, files):
            raise OSError(errno.ENOSPC, "No space left on device")

    async def run():
        source = FileSource(Following("log", str(log), False, Limits()), watch=lambda _: Full())
        async with aclosing(source.blocks()) as blocks, asyncio.timeout(30):
            await anext(blocks)
            log.write_bytes(b"one\n")
            assert await take(blocks, 1) == [b"one\n"]

    with structlog.testing.capture_logs() as logs:
        asyncio.run(run())
    assert [each["event"] for each in logs] == [
        "source.trouble",
        "source.no-inotify",
    ]  # no file yet, then no watch


def test_closing_ends_the_blocks(log):
    async def run():
        source = FileSource(Following("log", str(log), False, Limits()))
        source.close()
        waiting = FileSource(Following("log", str(log), False, Limits()))

        async def consume(source):
            return [block async for block in source.blocks()]

        task = asyncio.ensure_future(consume(waiting))
        await asyncio.sleep(0.05)
        waiting.close()
        waiting.close()
        async with asyncio.timeout(30):
            assert len(await task) == 1
            assert len(await consume(source)) <= 1

    asyncio.run(run())


def test_cancelling_lets_go_of_every_descriptor(log):
    log.write_bytes(b"one\n")

    def count():
        return len(list(Path("/proc/self/fd").iterdir()))

    async def run():
        before = count()
        for _ in range(5):
            source = FileSource(Following("log", str(log), False, Limits()))

            async def consume(source=source):
                async for _ in source.blocks():
                    pass

            task = asyncio.ensure_future(consume())
            await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert count() <= before

    asyncio.run(run())


class Hurrying(SetClock):
    """A clock that moves on whenever it is asked."""

    def monotonic(self) -> float:
        self.move(timedelta(seconds=0.3))
        return super().monotonic()


def test_a_long_past_does_not_hide_a_rotation(log):
    """Between blocks the names are looked at again, and nothing is read twice for it."""
    log.write_bytes(b"one\n" * 50)
    _, *blocks = read_all(
        log, limits=Limits(block=10, line=5), clock=Hurrying(datetime(2026, 11, 24, tzinfo=UTC))
    )
    assert lines(blocks) == [b"one\n"] * 50
