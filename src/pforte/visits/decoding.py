"""Undo the disguises of a request target, so that a check sees what the attacked program would have seen.

A target passes several decoders on its way: percent-encoding (RFC 3986 s2.1), often twice, UTF-8 longer than
allowed (RFC 3629 s3), full-width letters, ``%uHHHH``. (The log writer's own escapes are undone by the formats.)
Everything here is linear in the input, and the input is cut to :data:`MOST_BYTES` first.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

MOST_BYTES = 16_384
"""Longest target that is decoded; the rest of a longer one is not looked at."""
MOST_PARAMETERS = 256
"""Parameters of one query that are looked at."""
ROUNDS = 3
"""Rounds of percent-decoding: one is lawful, two is a disguise, three is for proxies in between."""

SEARCH_NAMES = frozenset(
    (
        b"q", b"s", b"qs", b"wd", b"query", b"search", b"keyword", b"keywords", b"term", b"terms",
        b"text", b"kw", b"find", b"words", b"searchword", b"search_query", b"suche", b"as_q", b"find_desc",
    )
)  # fmt: skip
"""Parameters in which people write anything they look for, code and file names included."""

_PERCENT = re.compile(rb"%(?:([0-9a-fA-F]{2})|u00([0-9a-fA-F]{2})|u[fF][fF]([0-5][0-9a-fA-F]))")
_HEX = "0123456789abcdefABCDEF"
_OCTETS = {(high + low).encode(): bytes((int(high + low, 16),)) for high in _HEX for low in _HEX}
_AUTHORITY = re.compile(rb"(?i:[a-z][a-z0-9+.-]{0,15})://[^/?#\\]{0,260}")
_LONG_FORM = re.compile(rb"[\xc0\xc1][\x80-\xbf]|\xe0[\x80\x81][\x80-\xbf]|\xf0\x80[\x80\x81][\x80-\xbf]")
_FULL_WIDTH = re.compile(rb"\xef\xbc[\x81-\xbf]|\xef\xbd[\x80-\x9e]")
_SLASHES = re.compile(rb"(?:/\.?)+(?=/)")
_PATH_PARAMETER = re.compile(rb";[^/]{0,16384}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One ``name=value`` of a query, both decoded."""

    name: bytes
    value: bytes

    @property
    def is_search(self) -> bool:
        """Whether people type free text into it."""
        return self.name.lower() in SEARCH_NAMES


@dataclass(frozen=True, slots=True)
class Target:
    """A request target taken apart and decoded.

    The parts are split before they are decoded (RFC 3986 s2.4), so an encoded ``?`` or ``&`` separates nothing.

    Attributes:
        path: decoded path, backslashes kept.
        query: decoded query with its parameters joined as they came, b"" without one.
        parameters: the query's parameters in order; one without ``=`` has the name b"".
        disguised: whether it took more than one round of percent-decoding, or UTF-8 longer than allowed.
    """

    path: bytes
    query: bytes
    parameters: tuple[Parameter, ...]
    disguised: bool


def decode_percent(raw: bytes) -> bytes:
    """Undo one round of percent-encoding (RFC 3986 s2.1), and of ``%uHHHH`` where that means an ASCII character.

    >>> decode_percent(b"%27%u0027%2527%zz")
    b"''%27%zz"
    """
    if b"%" not in raw:
        return raw
    if b"%u" in raw:
        return _PERCENT.sub(_decoded, raw)
    first, *pieces = raw.split(b"%")
    decoded = [first]
    for piece in pieces:
        octet = _OCTETS.get(piece[:2])
        decoded += (b"%", piece) if octet is None else (octet, piece[2:])
    return b"".join(decoded)


def _decoded(match: re.Match[bytes]) -> bytes:
    code = match[1] or match[2]
    if code:
        return bytes((int(code, 16),))
    return bytes((int(match[3], 16) + 0x20,))


def fold_unicode(raw: bytes) -> bytes:
    r"""Write as ASCII what lax decoders read as ASCII: overlong UTF-8 (RFC 3629 s3) and full-width forms.

    >>> fold_unicode(b"\xc0\xae\xc0\xae\xc0\xaf")
    b'../'
    """
    if raw.isascii():
        return raw
    folded = _LONG_FORM.sub(_short_form, raw)
    return _FULL_WIDTH.sub(_half_width, folded)


def _short_form(match: re.Match[bytes]) -> bytes:
    text = match[0]
    return bytes((((text[-2] & 0x01) << 6) | (text[-1] & 0x3F),))


def _half_width(match: re.Match[bytes]) -> bytes:
    row, cell = match[0][1], match[0][2]
    return bytes((cell - 0x60 if row == 0xBC else cell - 0x20,))


def decode(raw: bytes, *, plus: bool = False) -> bytes:
    """Decode until nothing changes any more, at most :data:`ROUNDS` rounds.

    Args:
        raw: what the log holds; cut to :data:`MOST_BYTES`.
        plus: whether ``+`` stands for a space, as in queries.
    """
    return _decode(raw[:MOST_BYTES], plus=plus)[0]


def _decode(text: bytes, *, plus: bool) -> tuple[bytes, bool]:
    if plus:
        text = text.replace(b"+", b" ")
    if b"%" not in text and text.isascii():
        return text, False
    rounds = 0
    while rounds < ROUNDS:
        decoded = decode_percent(text)
        if decoded == text:
            break
        text, rounds = decoded, rounds + 1
    return fold_unicode(text), rounds > 1 or _LONG_FORM.search(text) is not None


@lru_cache(maxsize=256)
def decode_target(raw: bytes) -> Target:
    """Take a request target apart and decode it; several checks ask for the same one in a row.

    >>> decode_target(b"/a%252e/b?id=1%27+or")
    Target(path=b'/a./b', query=b"id=1' or", parameters=(Parameter(name=b'id', value=b"1' or"),), disguised=True)
    """
    text = raw[:MOST_BYTES]
    authority = _AUTHORITY.match(text)
    if authority:
        text = text[authority.end() :]
    raw_path, _, raw_query = text.partition(b"?")
    path, disguised = _decode(raw_path, plus=False)
    parameters, query = [], []
    for piece in raw_query.split(b"&", MOST_PARAMETERS)[:MOST_PARAMETERS] if raw_query else ():
        raw_name, equals, raw_value = piece.partition(b"=")
        if not equals:
            raw_name, raw_value = b"", raw_name
        name, twice_name = _decode(raw_name, plus=True)
        value, twice_value = _decode(raw_value, plus=True)
        disguised = disguised or twice_name or twice_value
        parameters.append(Parameter(name, value))
        query.append(name + equals + value)
    return Target(path, b"&".join(query), tuple(parameters), disguised)


def normalise_path(path: bytes) -> bytes:
    """Return a decoded path as a careless server reads it: lower case, ``/`` only, no empty or ``.`` segment.

    Path parameters (``;jsessionid=...``) are dropped, because servers of applications ignore them when they route.

    >>> normalise_path(b"//Admin;x=1/./.GIT//config")
    b'/admin/.git/config'
    """
    text = path.partition(b"\0")[0].replace(b"\\", b"/").lower()
    text = _PATH_PARAMETER.sub(b"", text) if b";" in text else text
    return _SLASHES.sub(b"", text)
