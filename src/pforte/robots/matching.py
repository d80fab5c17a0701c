"""Which rule decides about a path: the plain form that reads like the standard (RFC 9309 s2.2.2, s2.2.3).

:mod:`pforte.robots.compiled` decides the same, faster; a property test holds the two together.
"""

import re
from dataclasses import dataclass

from pforte.robots.agents import names_in
from pforte.robots.groups import Robots, Rule

_HEX = re.compile(rb"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_RESERVED = frozenset(b":/?#[]@!$&'()*+,;=")
PLAIN = bytes(sorted((_UNRESERVED | _RESERVED) - frozenset(b"*$#")))
"""Octets that canonical paths leave as they are."""

_ESCAPES = tuple(
    bytes([octet]) if octet in PLAIN or octet == ord("%") else b"%%%02X" % octet for octet in range(256)
)
_STRAY_PERCENT = re.compile(rb"%(?![0-9A-F]{2})")
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://")
_AUTHORITY_END = re.compile(rb"[/?#]")
_INDEX = b"/index.htm"
_ROBOTS_PATH = b"/robots.txt"


@dataclass(frozen=True, slots=True)
class Decision:
    """What robots.txt says about one visit.

    Attributes:
        allowed: whether the crawler may ask for it.
        rule: the deciding line, such as ``Disallow: /private``; "" where no rule matched.
        line: its number, 0 where no rule matched.
    """

    allowed: bool
    rule: str = ""
    line: int = 0


NO_RULE = Decision(allowed=True)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One path pattern made ready.

    Attributes:
        pieces: the canonical literals between its ``*``; the first stands at the start of the path.
        ends: whether it ends with ``$``: the last piece stands at the end of the path.
        octets: its length for the contest of the longest match.
        decision: what it decides where it is the longest match.
    """

    pieces: tuple[bytes, ...]
    ends: bool
    octets: int
    decision: Decision

    def matches(self, path: bytes) -> bool:
        """Say whether the pattern matches a canonical path, in time linear in both.

        Taking the leftmost place for each piece never loses a match, so nothing is tried twice.
        """
        pieces = self.pieces
        if not path.startswith(pieces[0]):
            return False
        place = len(pieces[0])
        if len(pieces) == 1:
            return not self.ends or place == len(path)
        for piece in pieces[1:-1]:
            place = path.find(piece, place)
            if place < 0:
                return False
            place += len(piece)
        last = pieces[-1]
        if self.ends:
            return len(path) - len(last) >= place and path.endswith(last)
        return path.find(last, place) >= 0


def canonical(path: bytes) -> bytes:
    r"""Bring percent-encoding to one spelling (RFC 9309 s2.2.2, RFC 3986 s6.2.2).

    Unreserved characters are written plainly, everything that may not stand in a URI is encoded, hexadecimal
    digits are capitals. ``*`` and ``$`` are encoded, so that a pattern can name them (s2.2.3). Reserved
    characters keep the form they have: ``%2F`` is not ``/``.

    >>> canonical(b"/%7Ejoe/mus\xc3\xa9e/%2f$")
    b'/~joe/mus%C3%A9e/%2F%24'
    """
    if not path.translate(None, PLAIN):
        return path
    if b"%" in path:
        path = _HEX.sub(_respelled, path)
        path = _STRAY_PERCENT.sub(b"%25", path)
    return b"".join(map(_ESCAPES.__getitem__, path))


def _respelled(escape: re.Match[bytes]) -> bytes:
    octet = int(escape[1], 16)
    return bytes([octet]) if octet in _UNRESERVED else b"%%%02X" % octet


def path_of(target: bytes) -> bytes:
    """Return the canonical path and query of a request target or URL, or b"" where it has none.

    Scheme, authority and fragment are dropped. A target that begins with one ``/`` is a path as it stands.

    >>> path_of(b"https://example.org/a?b#c")
    b'/a?b'
    """
    bare = target.partition(b"#")[0]
    if not bare.startswith(b"/"):
        scheme = _SCHEME.match(bare)
        if scheme is None:
            return b""
        end = _AUTHORITY_END.search(bare, scheme.end())
        bare = b"/" if end is None else bare[end.start() :]
        if not bare.startswith(b"/"):
            bare = b"/" + bare
    return canonical(bare)


def path_of_url(url: str) -> bytes:
    """Return the canonical path and query of what a person types: a URL with or without scheme, or a path.

    >>> path_of_url("example.org/a"), path_of_url("//example.org/a"), path_of_url("/a")
    (b'/a', b'/a', b'/a')
    """
    raw = url.encode("utf-8", "surrogateescape")
    if raw.startswith(b"//"):
        raw = b"http:" + raw
    elif not raw.startswith(b"/") and not _SCHEME.match(raw):
        raw = b"http://" + raw
    return path_of(raw)


def patterns_of(rules: tuple[Rule, ...]) -> tuple[Pattern, ...]:
    """Make rules ready, in the order in which they decide.

    RFC 9309 s2.2.2: the longest wins, ``Allow`` wins a tie; of equal lines the first is named.
    """
    ready = [(rule, pattern) for rule in rules for pattern in _patterns(rule)]
    ready.sort(key=lambda pair: (-pair[1].octets, not pair[0].allow, pair[0].line))
    return tuple(pattern for _, pattern in ready)


def _patterns(rule: Rule) -> list[Pattern]:
    found = [_pattern(rule.pattern, rule)]
    folder, slash, name = rule.pattern.rpartition(b"/")
    if rule.allow and (slash + name).startswith(_INDEX):
        # As in Google's parser: who may read /folder/index.html may read /folder/.
        found.append(_pattern(folder + b"/$", rule))
    return found


def _pattern(raw: bytes, rule: Rule) -> Pattern:
    ends = raw.endswith(b"$")
    body = raw[:-1] if ends else raw
    pieces = tuple(canonical(piece) for piece in body.split(b"*"))
    # The empty Disallow forbids nothing.
    decision = Decision(rule.allow or not raw, rule.text, rule.line)
    return Pattern(pieces, ends, _octets(raw), decision)


def _octets(pattern: bytes) -> int:
    # RFC 9309 s2.2.2: octets beyond ASCII count percent-encoded.
    return len(pattern) if pattern.isascii() else len(pattern) + 2 * sum(octet > 0x7F for octet in pattern)


def judge_path(patterns: tuple[Pattern, ...], path: bytes) -> Decision:
    """Decide about a canonical path by patterns in deciding order; /robots.txt is always allowed (s2.2.2)."""
    if path.startswith(_ROBOTS_PATH) and path[len(_ROBOTS_PATH) :][:1] in (b"", b"?"):
        return NO_RULE
    for pattern in patterns:
        if pattern.matches(path):
            return pattern.decision
    return NO_RULE


def decide(robots: Robots, agent: str, url: str) -> Decision:
    r"""Say whether robots.txt lets ``agent`` ask for ``url``.

    Args:
        robots: the parsed file.
        agent: a product token, or a whole User-Agent whose first word with a group of its own counts.
        url: a URL, or the path and query of one.

    >>> from pforte.robots.groups import parse_robots
    >>> decide(parse_robots(b"User-agent: *\nDisallow: /private"), "ExampleBot", "https://example.org/private/a")
    Decision(allowed=False, rule='Disallow: /private', line=2)
    """
    return judge_path(patterns_of(rules_for_agent(robots, names_in(agent))), path_of_url(url))


def rules_for_agent(robots: Robots, names: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the rules for the first of an agent's names that has a group, else those for ``*`` (s2.2.1)."""
    for name in (*names, "*"):
        rules = robots.rules_for(name)
        if rules is not None:
            return rules
    return ()
