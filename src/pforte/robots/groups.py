"""Reading robots.txt: bytes in, groups of rules out (RFC 9309 s2.2).

Two readings exist, because a crawler must never be blamed for a line that only a lenient parser understands.
The lenient one is Google's: it accepts frequent misspellings, a missing colon and anything after a known key.
The strict one takes only what the grammar of RFC 9309 s2.2 says. No reading ever fails: what cannot be parsed
is skipped (RFC 9309 s2.3.1.5).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SIZE_LIMIT = 500 * 1024
"""Octets that are read: every crawler must read as many (RFC 9309 s2.5), so no more can count against one."""

LINE_LIMIT = 2083 * 8 - 1
"""Octets of a line that the lenient reading takes, as Google's parser (eight times the longest URL of old browsers)."""

_TEXT_LIMIT = 500
_BOM = b"\xef\xbb\xbf"
_WHITE = b" \t\n\v\f\r"
_TOKEN = re.compile(rb"[A-Za-z_-]*")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_STRICT_VALUE = re.compile(rb"[^\x00-\x20#]*\Z")

_LENIENT_KEYS: tuple[tuple[bytes, str], ...] = (
    (b"user-agent", "agent"),
    (b"useragent", "agent"),
    (b"user agent", "agent"),
    (b"allow", "allow"),
    (b"disallow", "disallow"),
    (b"dissallow", "disallow"),  # codespell:ignore dissallow
    (b"dissalow", "disallow"),  # codespell:ignore dissalow
    (b"disalow", "disallow"),  # codespell:ignore disalow
    (b"diasllow", "disallow"),
    (b"disallaw", "disallow"),
    (b"sitemap", "sitemap"),
    (b"site-map", "sitemap"),
)
_STRICT_KEYS = {b"user-agent": "agent", b"allow": "allow", b"disallow": "disallow", b"sitemap": "sitemap"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One ``Allow`` or ``Disallow`` line.

    Attributes:
        allow: whether it allows.
        pattern: the path pattern as written, b"" for the empty one.
        line: number of its line, from 1.
        text: the line without comment and surrounding white space, for people.
    """

    allow: bool
    pattern: bytes
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """User-agent lines with the rules that follow them.

    Attributes:
        agents: for each user-agent line the names it answers to, lower case: the product token (letters,
            ``_`` and ``-``), the value as written where it says more (``mj12bot``), or ``*``.
        rules: the rules in the order of the file.
        line: number of the first user-agent line.
    """

    agents: tuple[str, ...]
    rules: tuple[Rule, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Robots:
    """What one robots.txt says.

    Attributes:
        groups: the groups in the order of the file.
        sitemaps: values of its ``Sitemap`` lines.
        truncated: whether it was longer than ``SIZE_LIMIT``; only whole lines before it were read.
    """

    groups: tuple[Group, ...] = ()
    sitemaps: tuple[str, ...] = ()
    truncated: bool = False

    def rules_for(self, name: str) -> tuple[Rule, ...] | None:
        """Return the rules of all groups that name this agent, merged (RFC 9309 s2.2.1), or None.

        ``*`` returns the groups for everybody. Names compare without case.
        """
        wanted = name.lower()
        found = [group.rules for group in self.groups if wanted in group.agents]
        return tuple(rule for rules in found for rule in rules) if found else None


def parse_robots(raw: bytes, *, strict: bool = False) -> Robots:
    r"""Read a robots.txt.

    Args:
        raw: the file's octets; any octets are welcome.
        strict: read by the grammar of RFC 9309 s2.2 alone, without Google's leniency.

    >>> parse_robots(b"User-agent: *\nDisallow: /x # not here").groups[0].rules[0].text
    'Disallow: /x'
    """
    reading = _Reading()
    truncated = len(raw) > SIZE_LIMIT
    for number, line in _lines(raw):
        key, value, text = _strict_record(line) if strict else _lenient_record(_cut(line))
        if key == "agent":
            reading.name(number, value, strict=strict)
        elif key == "sitemap":
            reading.sitemaps.append(_decoded(value))
        elif key:
            reading.rule(Rule(key == "allow", value, number, _shown(text)))
    reading.close()
    return Robots(tuple(reading.groups), tuple(reading.sitemaps), truncated)


class _Reading:
    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.sitemaps: list[str] = []
        self._agents: list[str] = []
        self._rules: list[Rule] = []
        self._line = 0

    def name(self, line: int, value: bytes, *, strict: bool) -> None:
        if self._rules:
            self.close()
        if not self._agents:
            self._line = line
        self._agents.extend(_names(value, strict=strict))

    def rule(self, rule: Rule) -> None:
        # RFC 9309 s2.2.2: rules before the first user-agent line belong to no group and are ignored.
        if self._line:
            self._rules.append(rule)

    def close(self) -> None:
        if self._line:
            self.groups.append(Group(tuple(dict.fromkeys(self._agents)), tuple(self._rules), self._line))
        self._agents, self._rules, self._line = [], [], 0


def _lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    body = raw[: SIZE_LIMIT + 1]
    # Google skips as much of a byte order mark as is there, even a part of one.
    for length in (3, 2, 1):
        if body.startswith(_BOM[:length]):
            body = body[length:]
            break
    lines = _LINE_END.split(body)
    if len(raw) > SIZE_LIMIT:
        # A rule cut in the middle would forbid more than was written.
        lines.pop()
    yield from enumerate(lines, 1)


def _cut(line: bytes) -> bytes:
    """Return what Google's parser reads of a line: a string of the language C, of bounded length."""
    return line[:LINE_LIMIT].partition(b"\0")[0]


def _lenient_record(line: bytes) -> tuple[str, bytes, bytes]:
    text = line.partition(b"#")[0].strip(_WHITE)
    key, colon, value = text.partition(b":")
    if not colon:
        # Google takes white space for a forgotten colon where the line has exactly two words.
        words = re.split(rb"[ \t]+", text)
        if len(words) != 2:
            return "", b"", b""
        key, value = words
    lowered = key.strip(_WHITE).lower()
    kind = next((kind for start, kind in _LENIENT_KEYS if lowered.startswith(start)), "")
    return kind, value.strip(_WHITE), text


def _strict_record(line: bytes) -> tuple[str, bytes, bytes]:
    text = line.partition(b"#")[0].strip(b" \t")
    key, colon, value = text.partition(b":")
    kind = _STRICT_KEYS.get(key.strip(b" \t").lower(), "") if colon else ""
    value = value.strip(b" \t")
    if kind in ("allow", "disallow"):
        # The RFC's own example (s5.1) has a path that begins with "*" although its grammar asks for "/".
        if value and value[:1] not in b"/*":
            return "", b"", b""
        if not _STRICT_VALUE.match(value) or not _is_utf8(value):
            return "", b"", b""
    return kind, value, text


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _names(value: bytes, *, strict: bool) -> Iterator[str]:
    if value[:1] == b"*" and (len(value) == 1 or (not strict and value[1:2] in _WHITE)):
        yield "*"
        return
    match = _TOKEN.match(value)
    token = match[0] if match else b""
    if token and (token == value or not strict):
        yield token.decode("ascii").lower()
    if token != value:
        # Real crawlers have digits and dots in their names (MJ12bot, Mail.RU_Bot) against RFC 9309 s2.2.1.
        yield _decoded(value).lower()


def _shown(raw: bytes) -> str:
    # The text reaches terminals and pages, so nothing in it may be a control character.
    text = _decoded(raw).replace("\t", " ")
    return "".join(char if char.isprintable() else _escaped(char) for char in text)[:_TEXT_LIMIT]


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")
