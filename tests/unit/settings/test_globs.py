"""Two sources that read one file are found before they count each offence twice."""

import pytest

from pforte.settings.globs import covers, files_now


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/var/log/a.log", "/var/log/a.log"),
        ("/var/log/a.log", "/var/log//x/../a.log"),
        ("/var/log/*.log", "/var/log/a.log"),
        ("/var/log/*/access.log", "/var/log/nginx/access.log"),
        ("/var/log/[ab].lo?", "/var/log/a.log"),
        ("/var/**/a.log", "/var/a.log"),
        ("/var/**/a.log", "/var/log/nginx/a.log"),
        ("/var/**/.old/*.log", "/var/log/.old/a.log"),
        ("/var/log/[a].log", "/var/log/[a].log"),
    ],
)
def test_what_a_glob_covers(pattern, path):
    assert covers(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/var/log/a.log", "/var/log/b.log"),
        ("/var/log/*.log", "/var/log/nginx/a.log"),
        ("/var/log/*", "/var/log/.hidden"),
        ("/var/**/a.log", "/var/.git/a.log"),
        ("/var/log/*/access.log", "/var/log/access.log"),
        ("/var/log/**", "/var/log/nginx/access.log"),
        ("/var/log/a.log", "/var/log/*.log"),
    ],
)
def test_what_a_glob_does_not_cover(pattern, path):
    assert not covers(pattern, path)


def test_a_relative_path_stands_for_the_one_from_here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert covers("*.log", f"{tmp_path}/a.log")


def test_files_are_known_by_inode(tmp_path):
    """A link and its target are one file, whatever they are called."""
    (tmp_path / "a.log").touch()
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.log")
    (tmp_path / "folder.log").mkdir()
    (tmp_path / "gone.log").symlink_to(tmp_path / "nowhere")
    by_glob, by_link = files_now(f"{tmp_path}/*.log"), files_now(f"{tmp_path}/b.txt")
    assert by_glob.keys() == by_link.keys()
    assert list(by_glob.values()) == [f"{tmp_path}/a.log"]
    assert files_now(f"{tmp_path}/absent.log") == {}


def test_two_stars_at_the_end_are_one_name(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "deep.log").touch()
    (tmp_path / "a.log").touch()
    assert list(files_now(f"{tmp_path}/**").values()) == [f"{tmp_path}/a.log"]


def test_a_file_whose_name_has_the_signs_of_a_glob_is_that_file(tmp_path):
    (tmp_path / "a[1].log").touch()
    (tmp_path / "a1.log").touch()
    assert list(files_now(f"{tmp_path}/a[1].log").values()) == [f"{tmp_path}/a[1].log"]
