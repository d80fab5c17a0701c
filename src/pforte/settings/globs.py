"""Paths and globs of file sources: does one cover the other as written, and which files do they mean now."""

import os
from collections.abc import Sequence
from fnmatch import fnmatchcase
from glob import iglob
from itertools import islice
from stat import S_ISREG

MOST_FILES = 10_000
"""Files looked at for one glob at most."""


def covers(pattern: str, path: str) -> bool:
    """Say whether the path is, or would be, one of those that the path or glob means. Nothing is looked up.

    ``*``, ``?`` and ``[...]`` stand for characters of one name, ``**`` for any number of folders; a leading dot must
    be written.

    >>> covers("/var/log/**/*.log", "/var/log/nginx/access.log")
    True
    """
    wanted, given = os.path.abspath(pattern), os.path.abspath(path)  # noqa: PTH100  links must stay as written
    return wanted == given or _fit(wanted.split("/"), given.split("/"))


def _fit(wanted: Sequence[str], given: Sequence[str]) -> bool:
    if not wanted or not given:
        return not wanted and not given
    hidden = given[0].startswith(".")
    if wanted[0] == "**" and len(wanted) > 1:
        return _fit(wanted[1:], given) or (not hidden and _fit(wanted, given[1:]))
    named = not hidden or wanted[0].startswith(".")
    return named and fnmatchcase(given[0], wanted[0]) and _fit(wanted[1:], given[1:])


def files_now(pattern: str) -> dict[tuple[int, int], str]:
    """Return the files that a path or glob means now by device and inode, links followed."""
    found: dict[tuple[int, int], str] = {}
    named = [pattern] if os.path.isfile(pattern) else islice(iglob(pattern, recursive=True), MOST_FILES)  # noqa: PTH113, PTH207  str all along
    for path in named:
        try:
            known = os.stat(path)  # noqa: PTH116  str all along
        except OSError:
            continue
        if S_ISREG(known.st_mode) and covers(pattern, path):  # a `**` at the end means more to iglob
            found.setdefault((known.st_dev, known.st_ino), path)
    return found
