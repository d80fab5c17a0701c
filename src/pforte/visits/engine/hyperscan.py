"""The pass by Hyperscan (Vectorscan): all groups at once, about 6 million lines a second on one core."""

from collections.abc import Sequence
from hashlib import sha256
from platform import machine

import hyperscan

from pforte.visits.checks.declaration import Mark
from pforte.visits.engine import Candidate, EngineError, Shelf
from pforte.visits.engine.patterns import within_line

_SHIFT = 16
_INDEX = (1 << _SHIFT) - 1
_MATCHES = 4096
"""Matches after which a scan stops to skip the rest of the line: a line of nothing but marks buys no time."""


class HyperscanPass:
    """A pass compiled by Hyperscan in block mode.

    A line with thousands of matches is cut short and named for every group, so that its other marks, not yet
    seen, are not lost.

    Args:
        groups: the marks of each group.
        shelf: where compiled databases are kept, or None.

    Raises:
        EngineError: a mark cannot be compiled; the message quotes it.
    """

    name = "hyperscan"

    def __init__(self, groups: Sequence[Sequence[Mark]], shelf: Shelf | None = None) -> None:
        marks = [mark for members in groups for mark in members]
        if len(marks) > _INDEX:
            raise EngineError(f"a pass has at most {_INDEX} marks, not {len(marks)}")
        self._bits = [1 << group for group, members in enumerate(groups) for _ in members]
        self._every = sum(set(self._bits))
        self._database = _taken(marks, shelf) if marks else None

    def candidates(self, data: bytes) -> list[Candidate]:
        """Return the candidate lines of ``data`` in order, each once."""
        lines: list[Candidate] = []
        begin = 0
        while self._database is not None and begin < len(data):
            found, ended = _matches(self._database, memoryview(data)[begin:])
            self._collapse(data, begin, found, lines)
            if ended:
                break
            start, end, _ = lines.pop()
            lines.append((start, end, self._every))
            begin = end + 1
        return lines

    def groups(self, text: bytes) -> int:
        """Return the groups that have a mark anywhere in a short text, bit n set for group n."""
        if self._database is None:
            return 0
        found: list[int] = []

        def on_match(index: int, _start: int, _end: int, _flags: int, _context: object) -> bool:
            found.append(index)
            return len(found) >= _MATCHES

        try:
            self._database.scan(text, on_match)
        except hyperscan.ScanTerminated:
            return self._every
        groups = 0
        for index in set(found):
            groups |= self._bits[index]
        return groups

    def has_any(self, text: bytes) -> bool:
        """Say whether any group has a mark in a short text."""
        if self._database is None:
            return False
        try:
            self._database.scan(text, _stop)
        except hyperscan.ScanTerminated:
            return True
        return False

    def _collapse(self, data: bytes, begin: int, found: list[int], lines: list[Candidate]) -> None:
        """Turn matches behind ``begin`` into lines, each once, and append them."""
        found.sort()
        find, rfind, bits = data.find, data.rfind, self._bits
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
            groups |= bits[match & _INDEX]
        if groups:
            lines.append((start, end, groups))


def _stop(_index: int, _start: int, _end: int, _flags: int, _context: object) -> bool:
    """End a scan at its first match."""
    return True


def _matches(database: hyperscan.Database, view: memoryview) -> tuple[list[int], bool]:
    """Return every match as ``end << _SHIFT | index of its mark``, and whether the scan came to the end of ``view``."""
    found: list[int] = []
    keep = found.append

    def on_match(index: int, _start: int, end: int, _flags: int, _context: object) -> bool:
        keep(end << _SHIFT | index)
        return len(found) >= _MATCHES

    try:
        database.scan(view, on_match)  # type: ignore[type-var]  # its stub knows str and bytes only
    except hyperscan.ScanTerminated:
        return found, False
    return found, True


def _taken(marks: list[Mark], shelf: Shelf | None) -> hyperscan.Database:
    """Return the compiled marks from the shelf, or compile them and put them there."""
    if shelf is None:
        return _compiled(marks)
    key = _key(marks)
    kept = shelf.get(key)
    if kept is not None:
        try:
            # The library checks version, processor features and a checksum of what it is given.
            database = hyperscan.loadb(kept, mode=hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
        except hyperscan.HyperscanError:
            pass
        else:
            return database
    database = _compiled(marks)
    shelf.put(key, hyperscan.dumpb(database))
    return database


def _key(marks: list[Mark]) -> str:
    digest = sha256(f"{hyperscan.__version__}:{machine()}".encode())  # type: ignore[attr-defined]  # its stub lacks it
    for mark in marks:
        digest.update(b"%d:%d:" % (len(mark.pattern), mark.caseless) + mark.pattern)
    return digest.hexdigest()


def _compiled(marks: list[Mark]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        _compile(database, marks)
    except hyperscan.HyperscanError as error:
        for mark in marks:  # the library does not say which pattern it refused
            try:
                _compile(hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK), [mark])
            except hyperscan.HyperscanError as cause:
                raise EngineError(f"mark {mark.pattern!r}: {cause}") from cause
        raise EngineError(f"hyperscan refuses the marks together: {error}") from error
    return database


def _compile(database: hyperscan.Database, marks: list[Mark]) -> None:
    database.compile(
        expressions=[within_line(mark.pattern) for mark in marks],
        ids=list(range(len(marks))),  # marks that share an id take the compiler twenty times as long
        elements=len(marks),
        flags=[_flags(mark) for mark in marks],
    )


def _flags(mark: Mark) -> int:
    caseless = hyperscan.HS_FLAG_CASELESS if mark.caseless else 0
    return hyperscan.HS_FLAG_MULTILINE | caseless
