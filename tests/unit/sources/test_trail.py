"""The trail: what the survey of a folder makes of it."""

import gzip
import json
import os
import shutil

import pytest
import structlog

from pforte.sources import expansion
from pforte.sources.block import Limits, SourceError
from pforte.sources.search import Search
from pforte.sources.trail import GONE_SECONDS, QUIET_SECONDS, RETIRED_MAX, Following, Trail


@pytest.fixture
def trails():
    made = []

    def make(pattern, position="", *, from_end=False):
        trail = Trail(Following("log", str(pattern), from_end, Limits()), lambda: False)
        if position:
            trail.restore(position)
        made.append(trail)
        return trail

    yield make
    for trail in made:
        trail.close()


def read(trail) -> bytes:
    data = b""
    for volume in list(trail.volumes):
        while part := volume.read_on(Limits()):
            data += part.data
    return data


def test_files_are_added_once(tmp_path, trails):
    (tmp_path / "a.log").write_bytes(b"one\n")
    trail = trails(tmp_path / "*.log")
    trail.survey(0)
    trail.survey(0)
    assert [volume.path for volume in trail.volumes] == [str(tmp_path / "a.log")]
    assert trail.folders == (str(tmp_path),)


def test_a_file_with_two_names_is_read_once(tmp_path, trails):
    (tmp_path / "a.log").write_bytes(b"one\n")
    (tmp_path / "b.log").hardlink_to(tmp_path / "a.log")
    (tmp_path / "c.log").symlink_to("a.log")
    trail = trails(tmp_path / "*.log")
    trail.survey(0)
    assert read(trail) == b"one\n"


def test_existing_files_are_entered_at_the_end_and_later_ones_at_the_beginning(tmp_path, trails):
    (tmp_path / "a.log").write_bytes(b"old\n")
    trail = trails(tmp_path / "*.log", from_end=True)
    trail.survey(0)
    (tmp_path / "b.log").write_bytes(b"new\n")
    trail.survey(0)
    assert read(trail) == b"new\n"


def test_what_another_pattern_adds_is_entered_as_unknown(tmp_path, trails):
    """An operator who widens a glob does not ask for the whole past."""
    (tmp_path / "a.log").write_bytes(b"a1\n")
    (tmp_path / "b.log").write_bytes(b"b1\n")
    first = trails(tmp_path / "a.log", from_end=True)
    first.survey(0)
    with (tmp_path / "a.log").open("ab") as file:
        file.write(b"a2\n")
    second = trails(tmp_path / "*.log", first.position(), from_end=True)
    second.survey(0)
    assert read(second) == b"a2\n"


def test_what_appeared_while_we_were_away_is_read_from_its_beginning(tmp_path, trails):
    first = trails(tmp_path / "*.log", from_end=True)
    first.survey(0)
    (tmp_path / "b.log").write_bytes(b"b1\n")
    second = trails(tmp_path / "*.log", first.position(), from_end=True)
    second.survey(0)
    assert read(second) == b"b1\n"


def test_rotated_files_that_were_there_before_are_not_read(tmp_path, trails):
    (tmp_path / "a.log").write_bytes(b"now\n")
    (tmp_path / "a.log.1").write_bytes(b"past\n")
    trail = trails(tmp_path / "a.log")
    trail.survey(0)
    assert read(trail) == b"now\n"
    again = trails(tmp_path / "a.log", trail.position())
    again.survey(0)
    assert read(again) == b""


def test_a_rotated_file_rewritten_in_place_is_not_read_again(tmp_path, trails):
    """Some operators shorten addresses in old logs; those lines were read when they were written."""
    log, old = tmp_path / "a.log", tmp_path / "a.log.1"
    log.write_bytes(b"192.0.2.77 one\n")
    trail = trails(log)
    trail.survey(0)
    read(trail)
    log.rename(old)
    log.write_bytes(b"192.0.2.78 two\n")
    trail.survey(0)
    assert read(trail) == b"192.0.2.78 two\n"
    old.write_bytes(b"192.0.2.0  one\n")
    trail.survey(0)
    old.rename(tmp_path / "spare")
    old.write_bytes(b"192.0.2.0 one\n")
    trail.survey(0)
    assert read(trail) == b""


def test_a_copy_that_the_glob_matches_is_not_read_again(tmp_path, trails):
    log = tmp_path / "a.log"
    log.write_bytes(b"one\n")
    trail = trails(tmp_path / "a.log*")
    trail.survey(0)
    assert read(trail) == b"one\n"
    shutil.copy(log, tmp_path / "a.log.1")
    trail.survey(0)
    assert read(trail) == b""
    log.write_bytes(b"and two\n")
    trail.survey(0)
    assert read(trail) == b"and two\n"


def test_a_renamed_file_that_the_glob_matches_is_not_read_again(tmp_path, trails):
    log = tmp_path / "a.log"
    log.write_bytes(b"one\n")
    trail = trails(tmp_path / "a.log*")
    trail.survey(0)
    read(trail)
    log.rename(tmp_path / "a.log.1")
    log.write_bytes(b"two\n")
    trail.survey(0)
    assert read(trail) == b"two\n"


def test_compressed_files_that_the_glob_matches_are_left_alone(tmp_path, trails):
    (tmp_path / "a.log.2.gz").write_bytes(b"\x1f\x8b")
    trail = trails(tmp_path / "a.log*")
    trail.survey(0)
    assert trail.volumes == []


def test_a_compressed_file_by_its_own_name_is_refused_loudly(tmp_path, trails):
    (tmp_path / "a.log.gz").write_bytes(b"\x1f\x8b")
    with structlog.testing.capture_logs() as logs:
        trail = trails(tmp_path / "a.log.gz")
        trail.survey(0)
        trail.survey(0)
    assert [entry["text"] for entry in logs] == [
        "a compressed file cannot be followed; read it with `pforte scan`"
    ]


def test_a_truncated_file_begins_anew_and_the_loss_is_told(tmp_path, trails):
    log = tmp_path / "a.log"
    log.write_bytes(b"one\n")
    trail = trails(log)
    trail.survey(0)
    read(trail)
    log.write_bytes(b"")
    with structlog.testing.capture_logs() as logs:
        trail.survey(0)
    assert [(entry["event"], entry["offset"]) for entry in logs] == [("source.rest-is-gone", 4)]
    log.write_bytes(b"two\n")
    trail.survey(0)
    assert read(trail) == b"two\n"


def test_origins_tell_apart_what_stood_at_the_same_offset_of_one_inode(tmp_path, trails):
    log = tmp_path / "a.log"
    log.write_bytes(b"#header\n")
    trail = trails(log)
    origins = set()
    for _ in range(3):
        trail.survey(0)
        read(trail)
        origins |= {volume.origin for volume in trail.volumes}
        log.write_bytes(b"")
        trail.survey(0)
        log.write_bytes(b"#header\n")
    assert len(origins) == 3


def test_a_quiet_rotated_file_comes_to_its_end(tmp_path, trails):
    log = tmp_path / "a.log"
    log.write_bytes(b"one\nhalf")
    trail = trails(log)
    trail.survey(0)
    log.rename(tmp_path / "a.log.1")
    trail.survey(1)
    trail.survey(QUIET_SECONDS)
    assert not trail.volumes[0].ending
    trail.survey(QUIET_SECONDS + 2)
    assert trail.volumes[0].ending


def test_a_removed_file_comes_to_its_end_sooner(tmp_path, trails):
    log = tmp_path / "a.log"
    log.write_bytes(b"one\n")
    trail = trails(log)
    trail.survey(0)
    log.unlink()
    trail.survey(1)
    trail.survey(GONE_SECONDS + 2)
    assert trail.volumes[0].ending


def test_late_lines_wake_a_closed_file(tmp_path, trails):
    log, old = tmp_path / "a.log", tmp_path / "a.log.1"
    log.write_bytes(b"one\n")
    trail = trails(log)
    trail.survey(0)
    read(trail)
    log.rename(old)
    trail.survey(1)
    trail.volumes[0].sleep()
    trail.survey(2)
    assert trail.volumes[0].carrier is None
    with old.open("ab") as file:
        file.write(b"late\n")
    trail.survey(3)
    assert read(trail) == b"late\n"


def test_a_closed_file_that_is_gone_is_forgotten_and_its_compressed_form_not_read(tmp_path, trails):
    log, old = tmp_path / "a.log", tmp_path / "a.log.1"
    log.write_bytes(b"one\n")
    trail = trails(log)
    trail.survey(0)
    read(trail)
    log.rename(old)
    trail.survey(1)
    trail.volumes[0].sleep()
    packed = tmp_path / "a.log.1.gz"
    packed.write_bytes(gzip.compress(old.read_bytes()))
    shutil.copystat(old, packed)
    old.unlink()
    again = trails(log, trail.position())
    again.survey(0)
    assert again.volumes == []


def write_into(path, name, data):
    """Give the inode of ``path`` to another file, as file systems do with the inodes of removed ones."""
    path.write_bytes(data)
    path.rename(path.with_name(name))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("restart", [False, True])
def test_the_inode_of_a_closed_file_may_be_another_log_by_now(tmp_path, trails, packed, restart):
    """The lines of that log were lost: it was taken for the closed one, and never read."""
    log, old = tmp_path / "a.log", tmp_path / "a.log.1"
    log.write_bytes(b"one\n")
    trail = trails(log)
    trail.survey(0)
    assert read(trail) == b"one\n"
    log.rename(old)
    log.write_bytes(b"two\n")
    trail.survey(1)
    trail.volumes[0].sleep()
    assert read(trail) == b"two\n"
    log.rename(tmp_path / "a.log.2")
    write_into(old, "a.log.1.gz" if packed else "a.log.1", gzip.compress(b"new\n") if packed else b"new\n")
    log.write_bytes(b"now\n")
    trail = trails(log, trail.position()) if restart else trail
    trail.survey(2)
    assert read(trail) == b"new\nnow\n"
    trail.survey(3)
    assert read(trail) == b""


def test_the_inode_of_a_closed_file_may_hold_a_log_that_begins_alike(tmp_path, trails):
    """That log is read by its own volume; the closed one must not read on in it."""
    log, old = tmp_path / "a.log", tmp_path / "a.log.1"
    log.write_bytes(b"#header\n")
    trail = trails(log)
    trail.survey(0)
    read(trail)
    log.rename(old)
    log.write_bytes(b"#header\ntwo\n")
    trail.survey(1)
    trail.volumes[0].sleep()
    assert read(trail) == b"#header\ntwo\n"
    write_into(old, "a.log.1", log.read_bytes())
    log.write_bytes(b"three\n")
    again = trails(log, trail.position())
    for survivor in (trail, again):
        survivor.survey(2)
        assert read(survivor) == b"three\n"


def test_a_closed_file_whose_time_alone_changed_is_not_read_again(tmp_path, trails):
    log = tmp_path / "a.log"
    log.write_bytes(b"one\n")
    trail = trails(log)
    trail.survey(0)
    read(trail)
    packed = tmp_path / "a.log.1.gz"
    packed.write_bytes(gzip.compress(b"one\n"))
    log.unlink()
    trail.volumes[0].release()
    trail.survey(1)
    trail.volumes[0].sleep()
    later = trail.volumes[0].mtime + 1_000_000_000
    os.utime(packed, ns=(later, later))
    trail.survey(2)
    assert read(trail) == b""
    trail.volumes[0].sleep()
    assert trail.volumes[0].mtime == later
    trail.survey(3)
    assert [volume.asleep for volume in trail.volumes] == [True]


def test_few_closed_files_are_remembered(tmp_path, trails):
    log = tmp_path / "a.log"
    trail = trails(log)
    for number in range(RETIRED_MAX + 3):
        log.write_bytes(b"line %d\n" % number)
        trail.survey(number)
        assert read(trail) == b"line %d\n" % number
        log.rename(tmp_path / f"a.log.2026112{number}")
        trail.survey(number)
        for volume in trail.volumes:
            volume.sleep()
    trail.survey(100)
    assert len(trail.volumes) == RETIRED_MAX
    assert read(trail) == b""


def test_a_file_that_cannot_be_opened_keeps_its_place(tmp_path, trails, monkeypatch):
    """A wrong mode after rotation must not make us read everything twice once it is set right."""
    log = tmp_path / "a.log"
    log.write_bytes(b"one\n")
    first = trails(log)
    first.survey(0)
    read(first)
    first.close()

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    second = trails(log, first.position())
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        second.survey(0)
    with log.open("ab") as file:
        file.write(b"two\n")
    second.survey(1)
    assert read(second) == b"two\n"


def test_a_new_file_that_cannot_be_opened_is_tried_again(tmp_path, trails, monkeypatch):
    log = tmp_path / "a.log"
    trail = trails(log)
    trail.survey(0)
    log.write_bytes(b"one\n")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        trail.survey(0)
    trail.survey(1)
    assert read(trail) == b"one\n"


@pytest.mark.parametrize(
    "position",
    [
        "",
        "x",
        "[]",
        "{}",
        json.dumps({"volumes": [{}], "next": 1, "since": 0, "pattern": ""}),
        "null",
        '{"volumes":3}',
    ],
)
def test_a_position_that_is_not_ours_is_refused_with_a_way_out(trails, position):
    trail = trails("/var/log/a.log")
    with pytest.raises(SourceError, match=r"source log: the position .* give the source a new name"):
        trail.restore(position)


def test_too_many_files_are_told(tmp_path, trails, monkeypatch):
    monkeypatch.setattr(expansion, "FILES_MAX", 1)
    (tmp_path / "a.log").touch()
    (tmp_path / "b.log").touch()
    with structlog.testing.capture_logs() as logs:
        trails(tmp_path / "*.log").survey(0)
    assert logs[0]["text"] == "1 more files match than one source follows"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("missing.log", "there is no such file"),
        ("no/such/folder.log", "there is no such file"),
        ("*.lgo", "no file matches"),
        ("folder", "is a folder; to read the files in it write /* behind it"),
    ],
)
def test_a_path_that_means_no_file_is_told_once(tmp_path, trails, name, text):
    """A typing error in a path left the service blind without a word."""
    (tmp_path / "folder").mkdir()
    trail = trails(tmp_path / name)
    with structlog.testing.capture_logs() as logged:
        trail.survey(0)
        trail.survey(1)
    (told,) = logged
    assert (told["event"], told["log_level"], told["file"]) == (
        "source.trouble",
        "warning",
        str(tmp_path / name),
    )
    assert told["text"].startswith(text)


def test_between_two_files_of_a_rotation_nothing_is_missing(tmp_path, trails):
    (tmp_path / "a.log").write_bytes(b"one\n")
    trail = trails(tmp_path / "a.log")
    trail.survey(0)
    (tmp_path / "a.log").rename(tmp_path / "a.log.1")
    with structlog.testing.capture_logs() as logged:
        trail.survey(1)
    assert logged == []


def test_a_log_whose_copies_are_renamed_while_we_look_for_it_is_not_given_up(tmp_path, trails, monkeypatch):
    """Given up, it would be found as unseen the next time, and every line of it would be read again."""
    log, copy = tmp_path / "a.log", tmp_path / "a.log.1.gz"
    log.write_bytes(b"one\ntwo\n")
    first = trails(log)
    first.survey(0)
    assert read(first) == b"one\ntwo\n"
    copy.write_bytes(gzip.compress(log.read_bytes()))
    log.write_bytes(b"three, and longer than before\n")
    second = trails(log, first.position())
    siblings = Search.siblings

    def siblings_and_rotation(search, path):
        found = siblings(search, path)
        if copy.exists():
            copy.rename(tmp_path / "a.log.2.gz")
        return found

    monkeypatch.setattr(Search, "siblings", siblings_and_rotation)
    second.survey(2)
    second.survey(3)
    assert read(second) == b"three, and longer than before\n"
