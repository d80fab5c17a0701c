"""One log: read on from where reading stood, seen through when it is replaced, kept in few words."""

import json
import os

import pytest

from pforte.sources.block import Limits
from pforte.sources.carriers import open_plain
from pforte.sources.volume import COUNTED_BYTES, ReplacedError, Volume, parse_volume

LIMITS = Limits(block=64, line=40)


def volume_of(path) -> Volume:
    carrier = open_plain(str(path))
    volume = Volume(str(path), carrier.key, 1)
    volume.carry(carrier)
    return volume


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\nhal")
    return path


def append(path, data):
    with path.open("ab") as file:
        file.write(data)


def test_whole_lines_are_read_and_a_half_one_waits(log):
    volume = volume_of(log)
    part = volume.read_on(LIMITS)
    assert (part.data, part.first_line, part.offset, part.cut) == (b"one\ntwo\n", 1, 0, False)
    assert volume.read_on(LIMITS) is None
    append(log, b"f\n")
    part = volume.read_on(LIMITS)
    assert (part.data, part.first_line, part.offset) == (b"half\n", 3, 8)
    volume.release()
    assert volume.read_on(LIMITS) is None


def test_a_long_line_is_cut_and_reading_goes_on_behind_it(log):
    log.write_bytes(b"x" * 100)
    volume = volume_of(log)
    part = volume.read_on(LIMITS)
    assert (part.data, part.cut) == (b"x" * 40 + b"\n", True)
    assert volume.read_on(LIMITS) is None
    assert volume.offset == 100
    append(log, b"xx\nnext\n")
    part = volume.read_on(LIMITS)
    assert (part.data, part.first_line, part.offset, part.cut) == (b"next\n", 2, 103, False)
    volume.release()


def test_the_state_inside_a_cut_line_survives_a_restart(log):
    log.write_bytes(b"x" * 100)
    volume = volume_of(log)
    volume.read_on(LIMITS)
    again = parse_volume(json.loads(volume.render()))
    volume.release()
    append(log, b"xx\nnext\n")
    again.carry(open_plain(str(log)))
    assert again.read_on(LIMITS).data == b"next\n"
    again.release()


@pytest.mark.parametrize("content", [b"", b"on", b"another\n", b"another text that is longer than before\n"])
def test_a_file_written_anew_is_not_read_as_if_it_went_on(log, content):
    volume = volume_of(log)
    volume.read_on(LIMITS)
    log.write_bytes(content)
    assert not volume.is_held_by(volume.carrier)
    with pytest.raises(ReplacedError):
        volume.read_on(LIMITS)
    volume.release()


def test_a_file_replaced_before_its_first_line_was_read_is_seen(log):
    volume = volume_of(log)
    log.write_bytes(b"other\n")
    with pytest.raises(ReplacedError):
        volume.read_on(LIMITS)
    volume.release()


def test_a_hole_left_by_copytruncate_is_nobodys_line(log):
    """A writer that does not append goes on at its old offset; what lies before it reads as NUL bytes."""
    with log.open("r+b") as file:
        file.truncate(0)
        file.seek(100_000)
        file.write(b"\0\0line\nnext\n")
    volume = volume_of(log)
    part = volume.read_on(LIMITS)
    assert (part.data, part.offset, part.first_line) == (b"line\nnext\n", 100_002, 1)
    append(log, b"more\n")
    assert volume.read_on(LIMITS).data == b"more\n"
    volume.release()


def test_a_file_of_nothing_but_a_hole_waits(log):
    log.write_bytes(b"")
    os.truncate(log, 5000)
    volume = volume_of(log)
    assert volume.read_on(LIMITS) is None
    append(log, b"line\n")
    assert volume.read_on(LIMITS).data == b"line\n"
    volume.release()


def test_entering_at_the_end_keeps_the_unfinished_line(log):
    volume = volume_of(log)
    volume.enter_at_end(LIMITS.line)
    assert (volume.offset, volume.line, volume.inside) == (8, 2, False)
    append(log, b"f\n")
    part = volume.read_on(LIMITS)
    assert (part.data, part.first_line) == (b"half\n", 3)
    volume.release()


def test_entering_inside_a_line_that_is_too_long_drops_the_rest_of_it(log):
    log.write_bytes(b"one\n" + b"x" * 100)
    volume = volume_of(log)
    volume.enter_at_end(LIMITS.line)
    append(log, b"x\nnext\n")
    assert volume.read_on(LIMITS).data == b"next\n"
    volume.release()


def test_a_giant_log_entered_at_its_end_has_no_numbers(log):
    os.truncate(log, COUNTED_BYTES + 10)
    append(log, b"\nnext\n")
    volume = volume_of(log)
    volume.enter_at_end(LIMITS.line)
    append(log, b"last\n")
    part = volume.read_on(LIMITS)
    assert (part.data, part.first_line) == (b"last\n", None)
    again = parse_volume(json.loads(volume.render()))
    assert again.line is None
    volume.release()


def test_the_last_line_of_a_log_that_is_over_gets_its_newline(log):
    volume = volume_of(log)
    assert volume.finish(LIMITS) is None
    volume.read_on(LIMITS)
    part = volume.finish(LIMITS)
    assert (part.data, part.first_line, part.offset) == (b"hal\n", 3, 8)
    assert volume.finish(LIMITS) is None
    volume.release()
    assert volume.finish(LIMITS) is None


def test_all_of_it_survives_the_register(log):
    volume = volume_of(log)
    volume.read_on(LIMITS)
    volume.retire(3.0)
    volume.real = "/real/log"
    volume.sleep()
    again = parse_volume(json.loads(volume.render()))
    for name in (
        "path", "identity", "number", "real", "head", "anchor", "offset", "line", "inside", "generation", "place",
        "asleep", "mtime", "retired",
    ):  # fmt: skip
        assert getattr(again, name) == getattr(volume, name), name
    assert again.origin == volume.origin


def test_positions_carry_no_log_content(log):
    log.write_bytes(b"secret user name\n")
    volume = volume_of(log)
    volume.read_on(LIMITS)
    assert "secret" not in volume.render()
    volume.release()


def test_standing_again_undoes_retiring(log):
    volume = volume_of(log)
    volume.retire(1.0)
    volume.retire(2.0)
    assert (volume.retired, volume.quiet_since) == (True, 1.0)
    volume.stand("/new/name")
    assert (volume.retired, volume.path) == (False, "/new/name")
    volume.release()


def test_a_place_that_is_not_its_own_is_a_copy(log, tmp_path):
    volume = volume_of(log)
    assert not volume.is_copied
    copy = tmp_path / "copy"
    copy.write_bytes(log.read_bytes())
    volume.carry(open_plain(str(copy)))
    assert volume.is_copied
    assert '"c":' in volume.render()
    volume.release()


def test_only_a_plain_file_is_entered_at_its_end():
    with pytest.raises(TypeError):
        Volume("x", (1, 1), 1).enter_at_end(10)
