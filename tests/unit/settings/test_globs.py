"""Two sources that read one file are found before they count each offence twice."""

import pytest

from pforte.settings.globs import covers


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
