"""Blocks that could not be judged are kept within bounds, for nobody but the service's user."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from pforte.clock import SetClock
from pforte.service import aside
from pforte.service.aside import Aside, lines_of, tell_set_aside
from pforte.sources.block import Block


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


def block(data: bytes = b"one\ntwo\n") -> Block:
    return Block("log", data, 7, "position", "", "/var/log/a")


def test_a_block_is_kept_as_it_was(tmp_path: Path, clock: SetClock) -> None:
    folder = tmp_path / "state" / "set-aside"
    kept = Path(Aside(folder, clock).keep(block()))
    assert kept.read_bytes() == b"one\ntwo\n"
    assert (folder.stat().st_mode & 0o777, kept.stat().st_mode & 0o777) == (0o700, 0o600)


def test_number_and_size_are_bounded_and_the_first_stay(
    tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever finds a line that makes us stumble must not fill the disk with it."""
    monkeypatch.setattr(aside, "MOST_BLOCKS", 2)
    monkeypatch.setattr(aside, "MOST_BYTES", 100)
    keeper = Aside(tmp_path, clock)
    said = [keeper.keep(block(b"x" * 90)), keeper.keep(block(b"y" * 20))]
    clock.move(timedelta(seconds=1))
    said += [keeper.keep(block(b"z" * 5)), keeper.keep(block(b"z"))]
    assert [text.startswith("not kept: ") for text in said] == [False, True, False, True]
    assert [path.read_bytes()[:1] for path in sorted(tmp_path.iterdir())] == [b"x", b"z"]


def test_a_disk_in_trouble_is_said_and_stops_nothing(tmp_path: Path, clock: SetClock) -> None:
    (tmp_path / "file").touch()
    assert Aside(tmp_path / "file", clock).keep(block()).startswith("not kept: ")


def test_single_lines_of_a_block_are_kept_with_the_place_of_the_first() -> None:
    lines = lines_of(block(b"one\ntwo\nthree\nfour"), (4, 14))
    assert (lines.data, lines.first_line, lines.file) == (b"two\nfour", 8, "/var/log/a")
    stream = Block("log", b"one\ntwo\n", None, "", "")
    assert lines_of(stream, (4,)).first_line is None


def test_the_log_names_the_place_and_the_mistake() -> None:
    error = KeyError("x")
    with structlog.testing.capture_logs() as logged:
        tell_set_aside(block(), error, "/kept")
    (told,) = logged
    assert (told["place"], told["lines"], told["kept"], told["exc_info"]) == (
        "/var/log/a:7",
        2,
        "/kept",
        error,
    )
