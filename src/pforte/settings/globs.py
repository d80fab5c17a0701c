"""Paths and globs of file sources: does one cover the other as written."""

import os
from collections.abc import Sequence
from fnmatch import fnmatchcase


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
