"""The pass by Hyperscan (Vectorscan): all groups at once, about 6 million lines a second on one core."""

from collections.abc import Sequence

import hyperscan

from pforte.visits.checks.declaration import Mark
from pforte.visits.engine import Candidate, EngineError
from pforte.visits.engine.patterns import within_line

_SHIFT = 8
_GROUP = (1 << _SHIFT) - 1
_MATCHES = 4096
"""Matches after which a scan stops to skip the rest of the line: a line of nothing but marks buys no time."""


class HyperscanPass:
    """A pass compiled by Hyperscan in block mode.

    A line with thousands of matches is cut short and named for every group, so that its other marks, not yet
    seen, are not lost.

    Args:
        groups: the marks of each group.

    Raises:
        EngineError: a mark cannot be compiled; the message quotes it.
    """

    name = "hyperscan"

    def __init__(self, groups: Sequence[Sequence[Mark]]) -> None:
        marked = [(mark, group) for group, marks in enumerate(groups) for mark in marks]
        self._every = sum(1 << group for group, marks in enumerate(groups) if marks)
        self._database = _compiled(marked) if marked else None

    def candidates(self, data: bytes) -> list[Candidate]:
        """Return the candidate lines of ``data`` in order, each once."""
        lines: list[Candidate] = []
        begin = 0
        while self._database is not None and begin < len(data):
            found, ended = _matches(self._database, memoryview(data)[begin:])
            _collapse(data, begin, found, lines)
            if ended:
                break
            start, end, _ = lines.pop()
            lines.append((start, end, self._every))
            begin = end + 1
        return lines


def _matches(database: hyperscan.Database, view: memoryview) -> tuple[list[int], bool]:
    """Return every match as ``end << _SHIFT | group``, and whether the scan came to the end of ``view``."""
    found: list[int] = []
    keep = found.append

    def on_match(group: int, _start: int, end: int, _flags: int, _context: object) -> bool:
        keep(end << _SHIFT | group)
        return len(found) >= _MATCHES

    try:
        database.scan(view, on_match)  # type: ignore[type-var]  # its stub knows str and bytes only
    except hyperscan.ScanTerminated:
        return found, False
    return found, True


def _collapse(data: bytes, begin: int, found: list[int], lines: list[Candidate]) -> None:
    """Turn matches behind ``begin`` into lines, each once, and append them."""
    found.sort()
    find, rfind = data.find, data.rfind
    start = groups = 0
    end = -1
    for match in found:
        offset = begin + (match >> _SHIFT)
        if offset > end:
            if groups:
                lines.append((start, end, groups))
            start = rfind(b"\n", begin, offset) + 1 or begin
            end = find(b"\n", offset)
            if end < 0:
                end = len(data)
            groups = 0
        groups |= 1 << (match & _GROUP)
    if groups:
        lines.append((start, end, groups))


def _compiled(marked: list[tuple[Mark, int]]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        _compile(database, marked)
    except hyperscan.HyperscanError as error:
        for one in marked:  # the library does not say which pattern it refused
            try:
                _compile(hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK), [one])
            except hyperscan.HyperscanError as cause:
                raise EngineError(f"mark {one[0].pattern!r}: {cause}") from cause
        raise EngineError(f"hyperscan refuses the marks together: {error}") from error
    return database


def _compile(database: hyperscan.Database, marked: list[tuple[Mark, int]]) -> None:
    database.compile(
        expressions=[within_line(mark.pattern) for mark, _ in marked],
        ids=[group for _, group in marked],
        elements=len(marked),
        flags=[_flags(mark) for mark, _ in marked],
    )


def _flags(mark: Mark) -> int:
    caseless = hyperscan.HS_FLAG_CASELESS if mark.caseless else 0
    return hyperscan.HS_FLAG_MULTILINE | caseless
