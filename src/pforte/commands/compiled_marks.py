"""Compiled marks kept between runs, in the user's own cache folder: starting is then a third of a second faster."""

import os
import stat
from contextlib import suppress
from pathlib import Path

MOST_FILES = 32
MOST_BYTES = 64 * 1024 * 1024
SUFFIX = ".marks"


def open_shelf() -> "FolderShelf | None":
    """Return the shelf in the user's cache folder, or None for a user without a home."""
    try:
        return FolderShelf(cache_folder())
    except RuntimeError:
        return None


def cache_folder() -> Path:
    """Return the folder for what can be made again: systemd's, XDG's, or ``~/.cache/pforte``.

    Raises:
        RuntimeError: the user has no home.
    """
    given = os.environ.get("CACHE_DIRECTORY", "").partition(":")[0]
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The base directory specification has relative paths ignored.
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "pforte"


class FolderShelf:
    """Keeps compiled marks as files.

    Only files that are ours and that nobody else can write are believed, because the library trusts what it
    loads. Every trouble only means that marks are compiled again.

    Args:
        folder: where the files are; made when needed.
        most: files kept at most.
    """

    def __init__(self, folder: Path, most: int = MOST_FILES) -> None:
        self._folder = folder
        self._most = most

    def get(self, key: str) -> bytes | None:
        """Return what was put under ``key``, or None."""
        try:
            with (self._folder / (key + SUFFIX)).open("rb") as file:
                found = os.fstat(file.fileno())
                ours = found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
                return file.read() if ours and found.st_size <= MOST_BYTES else None
        except OSError:
            return None

    def put(self, key: str, compiled: bytes) -> None:
        """Keep ``compiled``; the files that were written first make room."""
        if len(compiled) > MOST_BYTES:
            return
        passing = self._folder / f"{key}.{os.getpid()}.part"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            passing.write_bytes(compiled)
            passing.chmod(0o600)
            passing.replace(self._folder / (key + SUFFIX))
            self._make_room()
        except OSError:
            with suppress(OSError):
                passing.unlink()

    def _make_room(self) -> None:
        kept = sorted(self._folder.glob(f"*{SUFFIX}"), key=lambda file: file.stat().st_mtime)
        for file in kept[: -self._most]:
            file.unlink(missing_ok=True)
