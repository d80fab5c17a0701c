"""Which files beside a log are its rotated ones, and in which order they were written."""

import os
from pathlib import Path

import pytest

from pforte.sources import siblings
from pforte.sources.siblings import Folder, is_rotated, rotation_rank


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ("access.log.1", "access.log"),
        ("access.log.12.gz", "access.log"),
        ("access.log-20261124", "access.log"),
        ("access.log-20261124-1700000000.zst", "access.log"),
        ("access.log.2026-11-24", "access.log"),
        ("access.log_2026-11-24T10:00:00", "access.log"),
        ("access.log.old", "access.log"),
        ("access.log.prev.xz", "access.log"),
        ("access-20261124.log", "access.log"),
        ("access-20261124.log.gz", "access.log"),
        ("access20261124.log", "access.log"),
        ("mail.1", "mail"),
    ],
)
def test_names_that_rotation_makes(other, name):
    assert is_rotated(other, name)


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ("access.log", "access.log"),
        ("access.log.conf", "access.log"),
        ("access.log.1.bak", "access.log"),
        ("access.logs", "access.log"),
        ("access-2.log", "access.log"),
        ("access-ssl.log", "access.log"),
        ("access.log1", "access.log"),
        ("error.log.1", "access.log"),
        ("mail-20261124.err", "mail"),
        ("access.log.gz", "access.log"),
    ],
)
def test_names_that_it_does_not_make(other, name):
    """A neighbour's log read as ours would be read from its first line."""
    assert not is_rotated(other, name)


def test_digits_in_the_name_of_the_log_do_not_count():
    names = ["web20260101.log.2", "web20260101.log.1"]
    assert sorted(names, key=lambda other: rotation_rank(other, "web20260101.log")) == names


def test_the_latest_come_first(tmp_path):
    for age, name in enumerate(["a.log.1", "a.log.2.gz", "a.log.conf", "a-x.log", "b.log.1", "a.log"]):
        (tmp_path / name).write_bytes(b"12345")
        os.utime(tmp_path / name, (1_000_000 - age, 1_000_000 - age))
    (tmp_path / "a.log.3").mkdir()
    found = Folder(str(tmp_path)).siblings("a.log")
    assert [Path(sibling.path).name for sibling in found] == [
        "a.log.1",
        "a.log.2.gz",
        "a.log.conf",
        "a-x.log",
    ]
    assert [sibling.packed for sibling in found] == [False, True, False, False]
    assert [sibling.rotated for sibling in found] == [True, True, False, False]
    assert found[0].size == 5


def test_numbers_decide_within_one_tick_of_the_clock(tmp_path):
    for name in ["a.log.2", "a.log.10", "a.log.1"]:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_000_000, 1_000_000))
    found = Folder(str(tmp_path)).siblings("a.log")
    assert [sibling.rank for sibling in found] == [-1, -2, -10]


def test_a_crowded_folder_is_looked_at_in_part(tmp_path, monkeypatch):
    monkeypatch.setattr(siblings, "SIBLINGS_MAX", 3)
    for number in range(6):
        (tmp_path / f"a.log.{number}").touch()
        (tmp_path / f"a.logbook.{number}").touch()
    found = Folder(str(tmp_path)).siblings("a.log")
    assert len(found) == 3
    assert all(sibling.rotated for sibling in found)


def test_a_folder_that_is_not_there_has_none(tmp_path):
    assert Folder(str(tmp_path / "gone")).siblings("a.log") == []
