"""A log is found again wherever rotation put it."""

import gzip
import os
import shutil
from pathlib import Path

import pytest
import structlog

from pforte.sources.block import Limits
from pforte.sources.carriers import open_plain
from pforte.sources.search import Search, UnreadableError
from pforte.sources.volume import Volume


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "access.log"
    path.write_bytes(b"one\ntwo\n")
    return path


@pytest.fixture
def volume(log):
    carrier = open_plain(str(log))
    volume = Volume(str(log), carrier.key, 1)
    volume.carry(carrier)
    volume.read_on(Limits())
    volume.release()
    return volume


def key_of(path):
    found = path.stat()
    return found.st_dev, found.st_ino


def find(volume, standing=()):
    search = Search("log", lambda: False)
    keys = {key_of(path): str(path) for path in standing}
    carrier = search.find(volume, keys, set())
    if carrier is None:
        return None
    carrier.close()
    folder = Path(volume.path).parent
    return next(path.name for path in folder.iterdir() if path.stat().st_ino == carrier.key[1])


def test_under_its_path(log, volume):
    assert find(volume, [log]) == "access.log"


def test_renamed(log, volume):
    log.rename(log.with_name("access.log.1"))
    log.write_bytes(b"three\n")
    assert find(volume, [log]) == "access.log.1"


def test_copied_and_truncated(log, volume):
    shutil.copy(log, log.with_name("access.log-20261124"))
    log.write_bytes(b"three and more\n")
    assert find(volume, [log]) == "access.log-20261124"


def test_compressed(log, volume):
    log.with_name("access.log.7.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    assert find(volume) == "access.log.7.gz"


def test_not_in_a_compressed_file_that_is_not_complete(log, volume):
    log.with_name("access.log.2.gz").write_bytes(gzip.compress(log.read_bytes())[:14])
    log.with_name("access.log.3.gz").write_bytes(b"not compressed")
    log.unlink()
    assert find(volume) is None


def test_restored_under_its_path_with_another_inode(log, volume):
    content = log.read_bytes()
    (log.parent / "keep").hardlink_to(log)  # so that the inode is not used again
    log.unlink()
    log.write_bytes(content)
    assert find(volume, [log]) == "access.log"


def test_not_in_a_file_that_holds_something_else(log, volume):
    log.write_bytes(b"other\nlines\n")
    log.with_name("access.log.1").write_bytes(b"one\nbut then something else\n")
    assert find(volume, [log]) is None


def test_not_in_a_file_taken_by_another_volume(log, volume):
    search = Search("log", lambda: False)
    key = key_of(log)
    assert search.find(volume, {key: str(log)}, {key}) is None


def test_behind_a_link_that_was_turned(log, volume, tmp_path):
    link = tmp_path / "links" / "current"
    link.parent.mkdir()
    link.symlink_to(log)
    volume.path, volume.real = str(link), str(log)
    log.rename(log.with_name("access.log.1"))
    carrier = Search("log", lambda: False).find(volume, {}, set())
    assert carrier.key == volume.place
    carrier.close()


def test_nothing_is_known_of_an_empty_file_that_went_away(log):
    """Its inode may be another file's by now."""
    volume = Volume(str(log), key_of(log), 1)
    volume.place = volume.identity
    log.rename(log.with_name("access.log.1"))
    assert find(volume) is None


def test_a_file_that_cannot_be_opened_now_is_not_lost(log, volume, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    search = Search("log", lambda: False)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            with pytest.raises(UnreadableError):
                search.find(volume, {volume.place: str(log)}, set())
    assert [entry["text"] for entry in logs] == [
        "cannot be opened: Permission denied; let the service's user read it"
    ]


@pytest.mark.parametrize(
    ("content", "known"),
    [
        (b"one\ntwo\n", True),
        (b"one\n", True),
        (b"one\ntwo\nthree\n", True),
        (b"", True),
        (b"another\n", False),
        (b"one\nthree\n", False),
    ],
)
def test_a_copy_of_a_known_file_is_told_from_a_new_one(log, volume, content, known):
    volume.carry(open_plain(str(log)))
    copy = log.with_name("access.log.1")
    copy.write_bytes(content)
    search = Search("log", lambda: False)
    sibling = search.siblings(str(log))[0]
    assert search.is_known(sibling, [volume]) == known
    volume.release()


def test_a_compressed_copy_is_known_too(log, volume):
    log.with_name("access.log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
    search = Search("log", lambda: False)
    assert search.is_known(search.siblings(str(log))[0], [volume])


def test_an_incomplete_compressed_file_is_looked_at_again(log):
    log.with_name("access.log.1.gz").write_bytes(gzip.compress(os.urandom(5000))[:30])
    search = Search("log", lambda: False)
    assert search.is_known(search.siblings(str(log))[0], [])


def test_the_disk_is_looked_at_anew_only_when_asked(log):
    search = Search("log", lambda: False)
    assert search.siblings(str(log)) == []
    log.with_name("access.log.1").touch()
    assert search.siblings(str(log)) == []
    search.begin()
    assert len(search.siblings(str(log))) == 1
