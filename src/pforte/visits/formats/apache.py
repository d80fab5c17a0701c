r"""Apache's ``LogFormat`` (mod_log_config).

Accepted: the bare format, or the whole directive with its quotes, ``\"`` and nickname. The address is ``%a`` (which
mod_remoteip sets from trusted proxies only) or ``%h``; request headers such as ``%{X-Forwarded-For}i`` are plain data,
because every client can send them.
"""

import re
from collections.abc import Iterator

from pforte.visits.formats.apachetime import TIMES, compile_time
from pforte.visits.formats.format import FormatError
from pforte.visits.formats.request import unescape
from pforte.visits.formats.template import (
    REQUEST,
    Dialect,
    Field,
    Piece,
    TemplateFormat,
    compile_template,
)

_DIRECTIVE = re.compile(
    r"""\s*(?:LogFormat|CustomLog\s+\S+)\s+(?:"((?:[^"\\]|\\.)*+)"|(\S+))(?:\s.*)?""", re.DOTALL
)
_ARGUMENT = r"(?:\{([^{}]{0,256})\})?+"
_FIELD = re.compile(
    r"%(!?[0-9]{3}(?:,[0-9]{3}){0,32})?+([<>]?)" + _ARGUMENT + r"([<>]?)(\^[A-Za-z]{2}|[A-Za-z%])"
)

_PLAIN: dict[str, Field] = {
    "a": Field("%a", "client", 0),
    "h": Field("%h", "client", 1),
    "r": Field("%r", "request", 0, REQUEST),
    "m": Field("%m", "method", 0, b"[A-Z]*+"),
    "U": Field("%U", "path", 0, b"[^? ]*+"),
    "q": Field("%q", "query", 0, b"[^ ]*+"),
    "H": Field("%H", "protocol", 0),
    "s": Field("%s", "status", 1, rb"\d{3}|-"),
    "v": Field("%v", "host", 1, b"[^/ ?:]*+"),
    "V": Field("%V", "host", 2, b"[^/ ?:]*+"),
    "u": Field("%u", "user", 0),
    "b": Field("%b", pattern=rb"\d++|-"),
    "B": Field("%B", pattern=rb"\d++|-"),
    "O": Field("%O", pattern=rb"\d++|-"),
    "I": Field("%I", pattern=rb"\d++|-"),
    "D": Field("%D", pattern=rb"-?+\d*+"),
    "T": Field("%T", pattern=rb"-?+\d*+"),
    "X": Field("%X", pattern=rb"[X+-]"),
    "p": Field("%p", pattern=rb"\d++|-"),
}
_HEADERS: dict[str, Field] = {
    "user-agent": Field("", "agent", 0, b"", spaced=True),
    "referer": Field("", "referrer", 0),
    "host": Field("", "host", 0, b"[^/ ?]*+"),
}


def compile_apache_format(text: str) -> TemplateFormat:
    """Compile a ``LogFormat``.

    Raises:
        FormatError: lines of this format could not be read; the message names the part.

    >>> compile_apache_format('%h %l %u %t "%r" %>s %b').name
    'LogFormat'
    """
    directive = _DIRECTIVE.fullmatch(text)
    written = text if directive is None else directive[1] or directive[2]
    written = re.sub(r"\\(.)", _conf_escape, written, flags=re.DOTALL)
    pieces = [part for piece in _pieces(written) for part in piece]
    return compile_template(pieces, Dialect("LogFormat", unescape, escapes=True, times=TIMES))


def _conf_escape(match: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t"}.get(match[1], match[1])


def _pieces(text: str) -> Iterator[list[Piece]]:
    place = 0
    while place < len(text):
        start = text.find("%", place)
        if start < 0:
            yield [text[place:].encode()]
            return
        if start > place:
            yield [text[place:start].encode()]
        match = _FIELD.match(text, start)
        if match is None:
            raise FormatError(
                f"LogFormat: {text[start : start + 12]!r} is no directive; write %% for a percent sign"
            )
        yield _field(match)
        place = match.end()


def _field(match: re.Match[str]) -> list[Piece]:
    argument, letter = match[3], match[5]
    redirect = match[2] or match[4]
    if letter == "%":
        return [b"%"]
    if letter == "t":
        return compile_time(match[0], argument)
    if letter == "i" and argument is not None:
        header = _HEADERS.get(argument.lower(), Field(""))
        return [Field(match[0], header.role, header.rank, header.pattern, header.spaced)]
    if letter == "a" and argument == "c":
        return [Field(match[0], "client", 2)]
    plain = _PLAIN.get(letter, Field("")) if argument is None else Field("")
    rank = 0 if letter == "s" and redirect == ">" else plain.rank
    return [Field(match[0], plain.role, rank, plain.pattern, plain.spaced)]
