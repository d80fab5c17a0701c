"""What holds a log gives its bytes by their offset, plain or compressed."""

import gzip
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pforte.sources.carriers import open_packed, open_plain
from pforte.sources.unpacking import UnpackError


def never():
    return False


def test_a_plain_file_stays_the_same_whatever_its_name(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"hello")
    carrier = open_plain(str(path))
    key = carrier.key
    path.rename(tmp_path / "other")
    assert carrier.read(1, 3) == b"ell"
    assert (carrier.key, carrier.size(), carrier.gone, carrier.grows) == (key, 5, False, True)
    (tmp_path / "other").unlink()
    assert carrier.gone
    carrier.close()
    carrier.close()


@pytest.mark.parametrize(
    "make", [lambda path: path.mkdir(), os.mkfifo, lambda path: None], ids=["dir", "fifo", "none"]
)
def test_only_regular_files_are_opened(tmp_path, make):
    """A FIFO without a writer would hold up the service."""
    make(tmp_path / "x")
    assert open_plain(str(tmp_path / "x")) is None
    assert open_packed(str(tmp_path / "x"), never) is None


def test_a_file_that_must_not_be_read_is_an_error(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PermissionError):
        open_plain(str(tmp_path / "log"))


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_packed_file_reads_forwards_like_a_plain_one(tmp_path, data):
    content = b"".join(b"%d," % number for number in range(3000))
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(content))
    carrier = open_packed(str(path), never)
    offset = 0
    for _ in range(6):
        offset = data.draw(st.integers(offset, len(content) + 10))
        size = data.draw(st.integers(0, 4000))
        assert carrier.read(offset, size) == content[offset : offset + size]
    carrier.close()


def test_a_packed_file_is_read_forwards_only(tmp_path):
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(b"x" * 100))
    carrier = open_packed(str(path), never)
    carrier.read(50, 10)
    with pytest.raises(UnpackError, match="only be read forwards"):
        carrier.read(0, 1)
    assert (carrier.gone, carrier.grows) == (False, False)
    carrier.close()
    carrier.close()


def test_a_long_search_can_be_stopped(tmp_path):
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(bytes(10_000_000)))
    carrier = open_packed(str(path), lambda: True)
    with pytest.raises(UnpackError, match="stopped"):
        carrier.read(9_000_000, 10)
    carrier.close()


def test_what_only_looks_packed_is_not(tmp_path):
    path = tmp_path / "log.gz"
    path.write_bytes(b"plain text\n")
    assert open_packed(str(path), never) is None


def test_a_hole_is_found(tmp_path):
    path = tmp_path / "log"
    with path.open("wb") as file:
        file.truncate(1 << 20)
        file.seek(1 << 20)
        file.write(b"text")
    carrier = open_plain(str(path))
    assert carrier.read(carrier.first_data(), 1 << 21).lstrip(b"\0") == b"text"
    os.truncate(path, 0)
    assert carrier.first_data() == 0
    carrier.close()
