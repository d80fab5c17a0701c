"""Patterns that take linear time whatever the input is: RE2, for what checks look for in hostile bytes."""

from collections.abc import Sequence
from typing import Protocol

import re2  # type: ignore[import-untyped]  # the wheel carries no types

_OPTIONS = re2.Options()
_OPTIONS.encoding = re2.Options.Encoding.LATIN1
_OPTIONS.dot_nl = True
_OPTIONS.log_errors = False


class Found(Protocol):
    """Where a pattern matched."""

    def start(self) -> int:
        """Return the offset of the match."""
        ...

    def __getitem__(self, group: int, /) -> bytes:
        """Return what a group matched; 0 is the whole match."""
        ...


class Pattern(Protocol):
    """A compiled pattern of bytes."""

    def search(self, text: bytes, pos: int = 0, /) -> Found | None:
        """Return the first match at or behind ``pos``."""
        ...

    def match(self, text: bytes, /) -> Found | None:
        """Return the match at the beginning."""
        ...


def linear(pattern: bytes) -> Pattern:
    """Compile a pattern of bytes; a dot matches every byte.

    Raises:
        re2.error: the pattern uses what RE2 has not (look-around, back-references) or is wrong.
    """
    compiled: Pattern = re2.compile(pattern, _OPTIONS)
    return compiled


class Table:
    """Many patterns searched at once.

    Args:
        patterns: as for :func:`linear`.

    Raises:
        re2.error: a pattern uses what RE2 has not, or is wrong.
    """

    def __init__(self, patterns: Sequence[bytes]) -> None:
        self._set = re2.Set.SearchSet(_OPTIONS)
        for pattern in patterns:
            self._set.Add(pattern)
        self._set.Compile()

    def found(self, text: bytes) -> list[int]:
        """Return the places of the patterns that match anywhere in ``text``, in order."""
        return sorted(self._set.Match(text) or ())
