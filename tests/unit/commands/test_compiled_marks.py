"""Compiled marks are kept between runs, and believed only where nobody else could have written them."""

import os
from pathlib import Path

import pytest

from pforte.commands.compiled_marks import MOST_FILES, FolderShelf, cache_folder, open_shelf

KEY = "a" * 64


def test_what_was_put_is_found_again(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "cache" / "pforte")
    assert shelf.get(KEY) is None
    shelf.put(KEY, b"compiled")
    assert shelf.get(KEY) == b"compiled"
    assert (tmp_path / "cache" / "pforte").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_file_that_others_can_write_is_not_believed(tmp_path: Path, mode: int) -> None:
    """The library trusts what it loads."""
    shelf = FolderShelf(tmp_path)
    shelf.put(KEY, b"compiled")
    (file,) = tmp_path.iterdir()
    file.chmod(mode)
    assert shelf.get(KEY) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_not_believed(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path)
    shelf.put(KEY, b"compiled")
    (file,) = tmp_path.iterdir()
    os.chown(file, 12345, 12345)
    assert shelf.get(KEY) is None


def test_old_files_make_room(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path)
    for number in range(MOST_FILES + 3):
        shelf.put(f"{number:064d}", b"compiled")
        os.utime(tmp_path / f"{number:064d}.marks", (number, number))
    shelf.put(KEY, b"compiled")
    assert len(list(tmp_path.iterdir())) == MOST_FILES
    assert shelf.get(f"{0:064d}") is None
    assert shelf.get(KEY) == b"compiled"


def test_a_folder_that_cannot_be_made_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    shelf = FolderShelf(tmp_path / "file" / "pforte")
    shelf.put(KEY, b"compiled")
    assert shelf.get(KEY) is None


def test_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The folder of systemd first, then XDG's if it is absolute, then the home's."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("CACHE_DIRECTORY", raising=False)
    assert cache_folder() == tmp_path / ".cache" / "pforte"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == tmp_path / ".cache" / "pforte"
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert cache_folder() == Path("/caches/pforte")
    monkeypatch.setenv("CACHE_DIRECTORY", "/var/cache/pforte:/other")
    assert cache_folder() == Path("/var/cache/pforte")


def test_a_user_without_a_home_has_no_shelf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks are then compiled at every start."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("CACHE_DIRECTORY", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert open_shelf() is None
