"""The rotated files beside a log: by name, by time, and in the order they were written."""

import os
import re
import stat
from bisect import bisect_left
from dataclasses import dataclass

from pforte.sources.carriers import Key
from pforte.sources.unpacking import SUFFIXES

SIBLINGS_MAX = 256
"""Files looked at beside one log at most; of more, those written last."""

# Both patterns are linear: each part begins where the one before must have ended.
_SUFFIX = re.compile(r"[.\-_](?:\d[\d.\-_:T]*|old|prev)")
_DATE = re.compile(r"[.\-_]?\d{8}[\d.\-_:T]*")


@dataclass(frozen=True, slots=True)
class Sibling:
    """One file beside a log whose name begins like the log's.

    Attributes:
        path: where it is.
        key: device and inode.
        size: bytes on disk.
        mtime: when it was written last, ns.
        packed: whether its name says it is compressed.
        rotated: whether its name is one that rotation of this log makes.
        rank: see ``rotation_rank``; decides where two were written in the same tick of the file system's clock.
    """

    path: str
    key: Key
    size: int
    mtime: int
    packed: bool
    rotated: bool
    rank: int

    @property
    def age(self) -> tuple[int, int]:
        """Return what sorts siblings from the one written first to the one written last."""
        return self.mtime, self.rank


class Folder:
    """The names in one folder, read once."""

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            self._names = sorted(os.listdir(path))  # noqa: PTH208  str all along
        except OSError:
            self._names = []

    def siblings(self, name: str) -> list[Sibling]:
        """Return the regular files beside the log ``name``, the one written last first."""
        stem = name.rpartition(".")[0] or name
        first = bisect_left(self._names, stem)
        # U+10FFFF sorts after every name that begins with the stem.
        others = [
            other
            for other in self._names[first : bisect_left(self._names, stem + "\U0010ffff")]
            if other != name
        ]
        if len(others) > SIBLINGS_MAX:
            others = [other for other in others if is_rotated(other, name)][-4 * SIBLINGS_MAX :]
        found = [sibling for other in others if (sibling := self._look(other, name))]
        found.sort(key=lambda sibling: sibling.age, reverse=True)
        return found[:SIBLINGS_MAX]

    def _look(self, other: str, name: str) -> Sibling | None:
        path = os.path.join(self._path, other)  # noqa: PTH118  str all along
        try:
            seen = os.stat(path)  # noqa: PTH116  str all along
        except OSError:
            return None
        if not stat.S_ISREG(seen.st_mode):
            return None
        return Sibling(
            path,
            (seen.st_dev, seen.st_ino),
            seen.st_size,
            seen.st_mtime_ns,
            other.endswith(SUFFIXES),
            is_rotated(other, name),
            rotation_rank(other, name),
        )


def is_rotated(other: str, name: str) -> bool:
    """Tell whether ``other`` is a name that log rotation gives to an old ``name``.

    >>> is_rotated("access.log.2.gz", "access.log"), is_rotated("access-20261124.log", "access.log")
    (True, True)
    >>> is_rotated("access.log.conf", "access.log"), is_rotated("access-2.log", "access.log")
    (False, False)
    """
    for suffix in SUFFIXES:
        other = other.removesuffix(suffix)
    if other.startswith(name):
        return _SUFFIX.fullmatch(other, len(name)) is not None
    stem, dot, ending = name.rpartition(".")
    if not dot or not other.startswith(stem) or not other.endswith(dot + ending):
        return False
    return _DATE.fullmatch(other, len(stem), len(other) - len(ending) - 1) is not None


def rotation_rank(other: str, name: str) -> int:
    """Return a number that is higher for what was rotated later: ``.1`` over ``.2``, a later date over an earlier.

    >>> names = ["a.log.10", "a.log.2.gz", "a.log.1", "a.log-20261124", "a-20261123.log"]
    >>> sorted(names, key=lambda other: rotation_rank(other, "a.log"))
    ['a.log.10', 'a.log.2.gz', 'a.log.1', 'a-20261123.log', 'a.log-20261124']
    """
    for suffix in SUFFIXES:
        other = other.removesuffix(suffix)
    shared = len(os.path.commonprefix((other, name)))  # noqa: RUF071  letters are what is compared
    digits = re.sub(r"[^0-9]", "", other[shared:][:40])
    if not digits:
        return 0
    return int(digits) if len(digits) >= 8 else -int(digits)
