"""Replacing a file as a whole."""

import os
from collections.abc import Iterable
from pathlib import Path

MODE = 0o644
"""Other services' users read these files."""


def replace_file(path: Path, lines: Iterable[str]) -> None:
    """Write lines beside ``path`` and put the result in its place; a reader finds the old file or the new one.

    After a loss of power too, it finds one of both as a whole; the new one after :func:`settle`.

    Raises:
        OSError: the file cannot be written; the old one is still there.
    """
    beside = path.with_name(f".{path.name}.new")
    # Nobody who can write to the folder may lead us to a file elsewhere.
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, MODE)
    try:
        with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123  a handle, not a path
            file.writelines(lines)
            file.flush()
            os.fchmod(handle, MODE)  # whatever the umask or an older file said
            os.fsync(handle)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def settle(folder: Path) -> None:
    """Let the files that were replaced in a folder survive a loss of power.

    Raises:
        OSError: the disk does not confirm it.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
