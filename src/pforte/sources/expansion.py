"""Which files a path or glob means now, and which folders would show a change."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

FILES_MAX = 1000
"""Files one source follows at most; of more, those written last."""

FOLDERS_MAX = 4096
"""Folders one source watches at most."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a pattern means now.

    Attributes:
        files: absolute paths of what matches, sorted; each was a file a moment ago.
        folders: existing folders whose changes may change ``files``.
        surplus: how many more files match than one source follows.
    """

    files: tuple[str, ...]
    folders: tuple[str, ...]
    surplus: int = 0


def is_glob(pattern: str) -> bool:
    """Tell whether the pattern is more than one plain path."""
    return any(sign in pattern for sign in "*?[") and not os.path.isfile(pattern)  # noqa: PTH113  str all along


def expand(pattern: str) -> Expansion:
    """Find the files a pattern means.

    ``*``, ``?`` and ``[...]`` stand for characters of one name, ``**`` for any number of folders. A leading dot
    must be written. A path that exists as it is written is that file, whatever signs it has.
    """
    pattern = os.path.abspath(pattern)  # noqa: PTH100  links must stay as written
    folder, name = os.path.split(pattern)
    folders: dict[str, None] = {}
    if not is_glob(pattern):
        files = [pattern] if os.path.isfile(pattern) else []  # noqa: PTH113  str all along
        folders[_nearest(folder)] = None
    else:
        files = []
        for found in _walk(folder.strip("/").split("/") if folder != "/" else [], folders):
            folders[found] = None
            files.extend(entry.path for entry in _scan(found) if _fits(entry.name, name) and _is_file(entry))
    for path in files:
        if os.path.islink(path):  # noqa: PTH114  str all along
            folders[os.path.dirname(os.path.realpath(path))] = None  # noqa: PTH120  str all along
    surplus = max(len(files) - FILES_MAX, 0)
    if surplus:
        files = sorted(files, key=_written, reverse=True)[:FILES_MAX]
    return Expansion(tuple(sorted(set(files))), tuple(folders)[:FOLDERS_MAX], surplus)


def _walk(parts: list[str], folders: dict[str, None]) -> Iterator[str]:
    """Yield the folders that the parts mean, and note those whose changes matter on the way."""
    found = ["/"]
    for part in parts:
        inner: list[str] = []
        for folder in found[:FOLDERS_MAX]:
            if part == "**":
                inner.extend(_deep(folder))
            elif any(sign in part for sign in "*?["):
                folders[folder] = None
                inner.extend(
                    entry.path for entry in _scan(folder) if _fits(entry.name, part) and _is_folder(entry)
                )
            elif os.path.isdir(path := os.path.join(folder, part)):  # noqa: PTH112, PTH118  str all along
                inner.append(path)
            else:
                folders[folder] = None
        found = inner
    yield from found


def _deep(folder: str) -> list[str]:
    found = [folder]
    for path in found:
        if len(found) >= FOLDERS_MAX:
            break
        found.extend(
            entry.path for entry in _scan(path) if not entry.name.startswith(".") and _is_own_folder(entry)
        )
    return found


def _fits(name: str, pattern: str) -> bool:
    return (not name.startswith(".") or pattern.startswith(".")) and fnmatchcase(name, pattern)


def _scan(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []  # gone, or not for us; the folder above is watched


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_own_folder(entry: os.DirEntry[str]) -> bool:
    # Links are not followed under **: they may lead round in a circle.
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _nearest(folder: str) -> str:
    while not os.path.isdir(folder) and folder != "/":  # noqa: PTH112  str all along
        folder = os.path.dirname(folder)  # noqa: PTH120  str all along
    return folder


def _written(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116  str all along
    except OSError:
        return 0
