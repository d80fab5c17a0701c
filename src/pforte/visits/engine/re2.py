"""The pass by RE2, for machines without a Hyperscan wheel: about 1.5 million lines a second on one core.

One alternation of all marks finds the candidate lines; a set of patterns then tells the groups of each.
"""

from collections.abc import Sequence

import re2  # type: ignore[import-untyped]  # the wheel carries no types

from pforte.visits.checks.declaration import Mark
from pforte.visits.engine import Candidate, EngineError
from pforte.visits.engine.patterns import within_line

_MEMORY = 256 * 1024 * 1024
"""Bytes the automata of one pass may take; RE2 grows slow, not wrong, when it needs more."""


class Re2Pass:
    """A pass compiled by RE2.

    Args:
        groups: the marks of each group.

    Raises:
        EngineError: a mark cannot be compiled; the message quotes it.
    """

    name = "re2"

    def __init__(self, groups: Sequence[Sequence[Mark]]) -> None:
        marked = [(mark, group) for group, marks in enumerate(groups) for mark in marks]
        self._bits = [1 << group for _, group in marked]
        self._every = sum(set(self._bits))
        patterns = [_pattern(mark) for mark, _ in marked]
        for pattern, (mark, _) in zip(patterns, marked, strict=True):
            _compiled(pattern, mark)
        self._any = re2.compile(b"|".join(patterns), _options()) if patterns else None
        self._set = re2.Set.SearchSet(_options())
        for pattern in patterns:
            self._set.Add(pattern)
        self._set.Compile()

    def candidates(self, data: bytes) -> list[Candidate]:
        """Return the candidate lines of ``data`` in order, each once."""
        lines: list[Candidate] = []
        if self._any is None:
            return lines
        at, size = 0, len(data)
        while at < size and (match := self._any.search(data, at)) is not None:
            start = data.rfind(b"\n", at, match.end()) + 1 or at
            end = data.find(b"\n", match.end())
            if end < 0:
                end = size
            # A set that runs out of memory names no pattern; the line stays a candidate, then for all.
            lines.append((start, end, self.groups(data[start:end]) or self._every))
            at = end + 1
        return lines

    def groups(self, text: bytes) -> int:
        """Return the groups that have a mark anywhere in a short text, bit n set for group n."""
        groups = 0
        for index in (self._set.Match(text) or ()) if self._bits else ():
            groups |= self._bits[index]
        return groups

    def has_any(self, text: bytes) -> bool:
        """Say whether any group has a mark in a short text."""
        return self._any is not None and self._any.search(text) is not None


def _options() -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    options.log_errors = False
    options.never_capture = True
    options.one_line = False
    return options


def _pattern(mark: Mark) -> bytes:
    flags = b"im" if mark.caseless else b"m"
    return b"(?" + flags + b":" + within_line(mark.pattern) + b")"


def _compiled(pattern: bytes, mark: Mark) -> None:
    try:
        re2.compile(pattern, _options())
    except re2.error as error:
        raise EngineError(f"mark {mark.pattern!r}: {error}") from error
