"""On which line of a TOML text each key stands, for mistakes that name their place.

``tomllib`` reads the text but tells no lines. This walks a text that tomllib has accepted, so it may trust
the form (TOML 1.0) and only follows keys, headers and the ends of values.
"""

import re
import tomllib
from bisect import bisect_left

Path = tuple[str | int, ...]

# Each is linear: alternatives begin with different characters, and repetitions are possessive.
_BLANK = re.compile(r"(?:[ \t\n]++|#[^\n]*+)*+")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*+"|' + r"'[^'\n]*'")
_LONG_BASIC = re.compile(r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*+"{3,5}')
_LONG_LITERAL = re.compile(r"'''(?:[^']|'(?!''))*+'{3,5}")
_SCALAR = re.compile(r"[^,\]}\n#]*")


def locate(text: str) -> dict[Path, int]:
    r"""Return the line, from 1, of every key and table of a TOML text that ``tomllib`` accepts.

    A path holds keys and, inside a list, positions from 0. A table that is opened several times keeps its
    first line.

    >>> locate("[log]\nlevel = 'info'")
    {('log',): 1, ('log', 'level'): 2}
    """
    return _Walk(text).lines


class _Walk:
    """One pass over the text; ``at`` is where it stands."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.ends = [index for index, sign in enumerate(self.text) if sign == "\n"]
        self.lines: dict[Path, int] = {}
        self.lengths: dict[Path, int] = {}
        self.table: Path = ()
        self._statements()

    def _statements(self) -> None:
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                self._header()
            else:
                self._pair(self.table)
            self._skip(_BLANK)

    def _header(self) -> None:
        start, listed = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if listed else 1
        *parents, last = self._key()
        table: Path = ()
        for part in parents:
            table = self._newest((*table, part))
            self._note(table, start)
        table = (*table, last)
        if listed:
            self.lengths[table] = self.lengths.get(table, 0) + 1
            self._note(table, start)
        self.table = self._newest(table)
        self._note(self.table, start)
        self.at += 2 if listed else 1

    def _newest(self, path: Path) -> Path:
        count = self.lengths.get(path)
        return path if count is None else (*path, count - 1)

    def _pair(self, table: Path) -> None:
        start = self.at
        path = (*table, *self._key())
        for depth in range(len(table) + 1, len(path) + 1):
            self._note(path[:depth], start)
        self.at += 1
        self._skip(_SPACE)
        self._value(path)

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            parts.append(self._name())
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def _name(self) -> str:
        if self.text[self.at] not in "\"'":
            return self._skip(_BARE)
        quoted = self._skip(_QUOTED)
        return next(iter(tomllib.loads(f"{quoted} = 0")))

    def _value(self, path: Path) -> None:
        sign = self.text[self.at]
        if sign == "[":
            self._list(path)
        elif sign == "{":
            self._inline_table(path)
        elif self.text.startswith('"""', self.at):
            self._skip(_LONG_BASIC)
        elif self.text.startswith("'''", self.at):
            self._skip(_LONG_LITERAL)
        else:
            self._skip(_QUOTED if sign in "\"'" else _SCALAR)

    def _list(self, path: Path) -> None:
        self.at += 1
        index = 0
        self._skip(_BLANK)
        while self.text[self.at] != "]":
            self._note((*path, index), self.at)
            self._value((*path, index))
            index += 1
            self._skip(_BLANK)
            if self.text[self.at] == ",":
                self.at += 1
                self._skip(_BLANK)
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        self._skip(_BLANK)
        while self.text[self.at] != "}":
            self._pair(path)
            self._skip(_BLANK)
            if self.text[self.at] == ",":
                self.at += 1
                self._skip(_BLANK)
        self.at += 1

    def _note(self, path: Path, at: int) -> None:
        self.lines.setdefault(path, bisect_left(self.ends, at) + 1)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        assert found is not None  # noqa: S101  tomllib accepted the text
        self.at = found.end()
        return found[0]
