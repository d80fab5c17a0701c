"""The watchers tell what changed, and say so when they cannot."""

import asyncio
import errno
import os

import asyncinotify
import pytest
import structlog

from pforte.sources import watching
from pforte.sources.watching import EVERYTHING, InotifyWatcher, Timer, open_watcher, tell_timer

LONG = 60.0


def key_of(path):
    found = path.stat()
    return found.st_dev, found.st_ino


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"one\n")
    with path.open("rb") as file:
        yield path, file.fileno()


async def watch(folders, files=None):
    watcher = InotifyWatcher()
    watcher.follow([str(folder) for folder in folders], files or {})
    return watcher


def test_new_bytes_name_the_file_by_its_inode(log, tmp_path):
    path, descriptor = log

    async def run():
        watcher = await watch([tmp_path], {key_of(path): descriptor})
        path.rename(tmp_path / "renamed")
        assert (await watcher.wait(LONG)).names
        with (tmp_path / "renamed").open("ab") as file:
            file.write(b"two\n")
        changes = await watcher.wait(LONG)
        assert changes.files == {key_of(tmp_path / "renamed")}
        assert not changes.names
        os.truncate(tmp_path / "renamed", 0)
        assert (await watcher.wait(LONG)).files == {key_of(tmp_path / "renamed")}
        watcher.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "new").touch(),
        lambda folder: (folder / "log").unlink(),
        lambda folder: (folder / "log").rename(folder / "log.1"),
        lambda folder: (folder / "link").symlink_to("log"),
    ],
    ids=["new", "unlink", "rename", "link"],
)
def test_a_folder_tells_when_its_names_change(log, tmp_path, change):
    async def run():
        watcher = await watch([tmp_path])
        change(tmp_path)
        assert (await watcher.wait(LONG)).names
        watcher.close()

    asyncio.run(run())


def test_only_what_is_new_is_reported_as_new(log, tmp_path):
    path, descriptor = log

    async def run():
        watcher = InotifyWatcher()
        assert watcher.follow([str(tmp_path)], {})
        assert not watcher.follow([str(tmp_path)], {})
        assert watcher.follow([str(tmp_path)], {key_of(path): descriptor})
        assert not watcher.follow([], {})
        assert watcher.follow([str(tmp_path)], {key_of(path): descriptor})
        watcher.close()

    asyncio.run(run())


def test_a_folder_that_went_away_and_came_back_is_watched_again(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()

    async def run():
        watcher = await watch([folder])
        folder.rmdir()
        assert (await watcher.wait(LONG)).names
        assert not watcher.follow([str(folder)], {})
        folder.mkdir()
        assert watcher.follow([str(folder)], {})
        (folder / "log").touch()
        assert (await watcher.wait(LONG)).names
        watcher.close()

    asyncio.run(run())


def test_waiting_ends_with_the_time_or_by_a_call(tmp_path):
    async def run():
        watcher = await watch([tmp_path])
        assert await watcher.wait(0.001) == EVERYTHING
        waiting = asyncio.ensure_future(watcher.wait(LONG))
        await asyncio.sleep(0)
        watcher.wake()
        changes = await waiting
        assert not changes.names
        assert not changes.files
        watcher.close()
        watcher.close()

    asyncio.run(run())


def test_nobody_reads_while_nobody_waits(tmp_path):
    """An event that lies there must not keep the loop spinning while the consumer is busy."""

    async def run():
        watcher = await watch([tmp_path])
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await watcher.wait(LONG)
        (tmp_path / "new").touch()
        assert not asyncio.get_running_loop().remove_reader(watcher._inotify.fd)
        assert (await watcher.wait(LONG)).names
        watcher.close()

    asyncio.run(run())


def test_the_timer_says_that_everything_may_have_changed(monkeypatch):
    monkeypatch.setattr(watching, "POLL_SECONDS", 0.001)

    async def run():
        timer = Timer()
        assert not timer.follow(["/"], {})
        assert await timer.wait(LONG) == EVERYTHING
        timer.wake()
        assert await timer.wait(LONG) == EVERYTHING
        timer.close()

    asyncio.run(run())


def test_without_inotify_the_timer_takes_over_and_says_so(monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(watching, "Inotify", refuse)

    async def run():
        with structlog.testing.capture_logs() as logs:
            assert isinstance(open_watcher("web"), Timer)
        assert logs[0]["source"] == "web"
        assert "Too many open files" in logs[0]["text"]
        assert "fs.inotify.max_user_instances" in logs[0]["text"]

    asyncio.run(run())


def test_the_limit_of_watches_is_reported(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(asyncinotify.Inotify, "add_watch", refuse)

    async def run():
        watcher = InotifyWatcher()
        with pytest.raises(OSError, match="No space"):
            watcher.follow([str(tmp_path)], {})
        watcher.close()

    asyncio.run(run())


def test_a_folder_that_is_not_there_is_passed_over(tmp_path):
    async def run():
        watcher = InotifyWatcher()
        assert not watcher.follow([str(tmp_path / "gone")], {})
        watcher.close()

    asyncio.run(run())


def test_the_fallback_is_told_with_what_helps():
    with structlog.testing.capture_logs() as logs:
        tell_timer("web", OSError(errno.ENOSPC, "No space left on device"))
    assert "raise fs.inotify.max_user_watches" in logs[0]["text"]
