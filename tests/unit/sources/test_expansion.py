"""What a pattern means, and which folders show when that changes."""

import os
from pathlib import Path

import pytest

from pforte.sources import expansion
from pforte.sources.expansion import expand, is_glob


def make(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def names(root, pattern):
    return [os.path.relpath(path, root) for path in expand(f"{root}/{pattern}").files]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a.log", ["a.log"]),
        ("*.log", ["a.log", "b.log"]),
        ("?.log", ["a.log", "b.log"]),
        ("[b-z].log", ["b.log"]),
        ("*/a.log", ["x/a.log", "y/a.log"]),
        ("**/a.log", ["a.log", "x/a.log", "x/deep/a.log", "y/a.log"]),
        (".*.log", [".hidden.log"]),
        ("none*", []),
        ("absent/a.log", []),
    ],
)
def test_patterns(tmp_path, pattern, found):
    make(tmp_path, "a.log", "b.log", "c.txt", ".hidden.log", "x/a.log", "y/a.log", "x/deep/a.log", ".z/a.log")
    assert names(tmp_path, pattern) == found


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "a.log").mkdir()
    assert names(tmp_path, "*.log") == names(tmp_path, "a.log") == []


def test_a_path_that_exists_is_that_file(tmp_path):
    make(tmp_path, "a[1].log", "a1.log")
    assert names(tmp_path, "a[1].log") == ["a[1].log"]
    assert not is_glob(str(tmp_path / "a[1].log"))


def test_the_nearest_folder_is_watched_while_folders_are_missing(tmp_path):
    assert expand(f"{tmp_path}/x/y/a.log").folders == (str(tmp_path),)
    (tmp_path / "x").mkdir()
    assert expand(f"{tmp_path}/x/y/a.log").folders == (f"{tmp_path}/x",)


def test_every_folder_that_may_change_the_answer_is_watched(tmp_path):
    make(tmp_path, "x/logs/a.log", "y/other")
    assert set(expand(f"{tmp_path}/*/logs/*.log").folders) == {
        str(tmp_path),
        f"{tmp_path}/x/logs",
        f"{tmp_path}/y",
    }


def test_the_folder_a_link_leads_to_is_watched_too(tmp_path):
    make(tmp_path, "real/a.log", "links/none")
    (tmp_path / "links/a.log").symlink_to(tmp_path / "real/a.log")
    found = expand(f"{tmp_path}/links/a.log")
    assert found.files == (f"{tmp_path}/links/a.log",)
    assert set(found.folders) == {f"{tmp_path}/links", f"{tmp_path}/real"}


def test_a_circle_of_links_ends(tmp_path):
    make(tmp_path, "x/a.log")
    (tmp_path / "x/loop").symlink_to(tmp_path)
    assert names(tmp_path, "**/a.log") == ["x/a.log"]


def test_of_too_many_files_the_latest_are_followed(tmp_path, monkeypatch):
    monkeypatch.setattr(expansion, "FILES_MAX", 2)
    make(tmp_path, "a.log", "b.log", "c.log")
    for age, name in enumerate(["b.log", "a.log", "c.log"]):
        os.utime(tmp_path / name, (1_000_000 - age, 1_000_000 - age))
    found = expand(f"{tmp_path}/*.log")
    assert [Path(path).name for path in found.files] == ["a.log", "b.log"]
    assert found.surplus == 1


def test_a_link_to_nowhere_is_no_file(tmp_path):
    (tmp_path / "a.log").symlink_to(tmp_path / "gone")
    assert names(tmp_path, "a.log") == names(tmp_path, "*.log") == []
