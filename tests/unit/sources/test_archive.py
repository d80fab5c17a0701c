"""Offline reading: every line once, and clear words where a file is broken."""

import gzip
import os
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pforte.sources.archive import Archive
from pforte.sources.block import Limits, SourceError

SMALL = Limits(block=40, line=30)


def read(path, limits=None):
    return list(Archive(str(path), limits).blocks())


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_blocks_are_whole_lines(tmp_path, pack):
    text = b"".join(b"line %d\xff\0\r\n" % number for number in range(50))
    path = tmp_path / "log"
    path.write_bytes(pack(text))
    blocks = read(path, SMALL)
    assert all(block.endswith(b"\n") for block in blocks)
    assert b"".join(blocks) == text
    assert len(blocks) > 5


@given(
    lines=st.lists(st.text(alphabet="ab\r\0", max_size=70).map(str.encode), max_size=12),
    ended=st.booleans(),
    packed=st.booleans(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_plain_and_compressed_say_the_same(tmp_path, lines, ended, packed):
    """Cutting and the last line do not depend on how the file is stored."""
    text = b"\n".join(lines) + (b"\n" if ended and lines else b"")
    path = tmp_path / "log"
    path.write_bytes(gzip.compress(text) if packed else text)
    archive = Archive(str(path), SMALL)
    got = b"".join(archive.blocks())
    whole = text.split(b"\n")
    if not whole[-1]:
        whole.pop()
    assert got == b"".join(line[:30] + b"\n" for line in whole)
    assert archive.cut == sum(len(line) > 30 for line in whole)


def test_progress_reaches_the_total(tmp_path):
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(os.urandom(600_000).hex().encode() + b"\n"))
    seen = []
    archive = Archive(str(path), progress=seen.append)
    list(archive.blocks())
    assert seen == sorted(seen)
    assert seen[-1] == archive.total == path.stat().st_size


def test_a_truncated_archive_gives_its_lines_and_names_itself(tmp_path):
    path = tmp_path / "log.gz"
    text = b"".join(b"line %d\n" % number for number in range(20_000))
    packed = gzip.compress(text)
    path.write_bytes(packed[: len(packed) // 2])
    blocks = []
    with pytest.raises(
        SourceError, match=r"log\.gz: the gzip data ends before its end mark; the lines before it"
    ):
        blocks.extend(Archive(str(path)).blocks())
    got = b"".join(blocks)
    assert text.startswith(got)
    assert got.endswith(b"\n")
    assert len(got) > 10_000


def test_a_broken_archive_names_itself(tmp_path):
    path = tmp_path / "log.gz"
    path.write_bytes(b"\x1f\x8b\x08rubbish and more of it")
    with pytest.raises(SourceError, match=r"log\.gz: broken gzip data"):
        read(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match="absent: cannot be opened: No such file"):
        read(tmp_path / "absent")
    assert Archive(str(tmp_path / "absent")).total is None


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(SourceError, match="is a folder; name the files in it"):
        read(tmp_path)


def test_standard_input_may_be_compressed(monkeypatch, tmp_path):
    path = tmp_path / "in"
    path.write_bytes(gzip.compress(b"one\ntwo"))
    with path.open("rb") as file:
        monkeypatch.setattr(sys, "stdin", file)
        blocks = read("-")
        assert blocks == [b"one\n", b"two\n"]


def test_a_pipe_has_no_total(monkeypatch):
    reading, writing = os.pipe()
    os.write(writing, b"one\n")
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        monkeypatch.setattr(sys, "stdin", file)
        archive = Archive("-")
        assert archive.total is None
        assert list(archive.blocks()) == [b"one\n"]


def test_an_empty_file_has_no_blocks(tmp_path):
    (tmp_path / "log").touch()
    assert read(tmp_path / "log") == []
