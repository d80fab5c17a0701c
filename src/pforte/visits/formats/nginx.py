r"""nginx's ``log_format`` (ngx_http_log_module).

Accepted: the bare format, or the whole directive with its name, its quoted pieces and ``escape=``. The address is
``$remote_addr`` (which the realip module sets from trusted proxies only); headers such as ``X-Forwarded-For`` are
plain data, because every client can send them.
"""

import re
from datetime import tzinfo

from pforte.visits.formats.format import FormatError
from pforte.visits.formats.jsonline import unescape_json
from pforte.visits.formats.moment import parse_clf, parse_epoch, parse_iso
from pforte.visits.formats.request import unescape
from pforte.visits.formats.template import (
    REQUEST,
    Dialect,
    Field,
    Fields,
    Piece,
    TemplateFormat,
    Unescape,
    compile_template,
)

_CLF = rb"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"
_ISO = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)"
_LIST = rb"(?:[^ ]*+(?:(?<=,) | : ))*+[^ ]*+"
"""Values of ``$upstream_...``: one for each server that was asked (", ") and each internal redirect (" : ")."""

_VARIABLES: dict[str, tuple[str, int, bytes, bool]] = {
    # name: role, rank, pattern, spaced
    "remote_addr": ("client", 0, b"", False),
    "proxy_protocol_addr": ("client", 1, b"", False),
    "realip_remote_addr": ("client", 2, b"", False),
    "time_local": ("time_local", 0, _CLF, False),
    "time_iso8601": ("time_iso8601", 0, _ISO, False),
    "msec": ("msec", 0, rb"\d++\.\d{3}", False),
    "request": ("request", 0, REQUEST, False),
    "request_method": ("method", 0, b"[A-Z]*+", False),
    "request_uri": ("target", 0, b"", False),
    "uri": ("path", 0, b"", False),
    "document_uri": ("path", 1, b"", False),
    "args": ("query", 0, b"", False),
    "query_string": ("query", 1, b"", False),
    "is_args": ("", 0, rb"\??+", False),
    "scheme": ("", 0, b"[a-z]*+", False),
    "server_port": ("", 0, rb"\d*+", False),
    "remote_port": ("", 0, rb"\d*+", False),
    "server_protocol": ("protocol", 0, b"", False),
    "status": ("status", 0, rb"\d{3}", False),
    "body_bytes_sent": ("", 0, rb"\d*+", False),
    "bytes_sent": ("", 0, rb"\d*+", False),
    "host": ("host", 0, rb"[^/ ?]*+", False),
    "http_host": ("host", 1, rb"[^/ ?]*+", False),
    "server_name": ("host", 2, rb"[^/ ?]*+", False),
    "http_user_agent": ("agent", 0, b"", True),
    "http_referer": ("referrer", 0, b"", False),
    "remote_user": ("user", 0, b"", False),
}

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z0-9_]{1,128})\}|([A-Za-z0-9_]{1,128}))")
_DIRECTIVE = re.compile(r"\s*log_format\s+(?:[^\s'\"]+)\s+(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\s*escape=([a-z0-9]{1,16})\s+(.*)", re.DOTALL)
_QUOTED_PIECE = re.compile(r"\s*(?:'((?:[^'\\]|\\.)*+)'|\"((?:[^\"\\]|\\.)*+)\")", re.DOTALL)


def compile_log_format(text: str) -> TemplateFormat:
    """Compile a ``log_format``.

    Raises:
        FormatError: lines of this format could not be read; the message names the part.

    >>> compile_log_format('$remote_addr [$time_local] "$request" $status').name
    'log_format'
    """
    directive = _DIRECTIVE.fullmatch(text)
    body = directive[1] if directive else text
    escape = _ESCAPE.fullmatch(body)
    kind = escape[1] if escape else "default"
    if kind not in _UNESCAPE:
        raise FormatError(f"log_format: escape={kind} is unknown; nginx knows default, json and none")
    written = _unquoted(escape[2] if escape else body, required=directive is not None)
    dialect = Dialect("log_format", _UNESCAPE[kind], kind != "none", _TIMES)
    return compile_template(_pieces(written), dialect)


def _unquoted(text: str, *, required: bool) -> str:
    """Join the quoted pieces of a directive; text without quotes around stays as it is."""
    if not required and not _QUOTED_PIECE.match(text):
        return text
    pieces, place = [], 0
    while match := _QUOTED_PIECE.match(text, place):
        single, double = match.groups()
        pieces.append(re.sub(r"\\(.)", r"\1", single if single is not None else double, flags=re.DOTALL))
        place = match.end()
    rest = text[place:].strip()
    if rest not in ("", ";"):
        if not required:
            return text  # a bare format that begins with a quoted variable
        raise FormatError(f"log_format: cannot read {rest[:40]!r}; the format must stand between quotes")
    if not pieces:
        raise FormatError("log_format: the directive holds no format between quotes")
    return "".join(pieces)


def _pieces(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    place = 0
    for match in _VARIABLE.finditer(text):
        if match.start() > place:
            pieces.append(text[place : match.start()].encode())
        name = match[1] or match[2]
        upstream = (_LIST if name.startswith("upstream_") else b"",)
        role, rank, pattern, spaced = _VARIABLES.get(name, ("", 0, *upstream, False))
        pieces.append(Field(match[0], role, rank, pattern, spaced))
        place = match.end()
    if place < len(text):
        pieces.append(text[place:].encode())
    return pieces


def _read_local(found: Fields, zone: tzinfo) -> float | None:  # noqa: ARG001  the zone is written
    return parse_clf(found["time_local"])


def _read_iso(found: Fields, zone: tzinfo) -> float | None:
    return parse_iso(found["time_iso8601"], zone)


def _read_msec(found: Fields, zone: tzinfo) -> float | None:  # noqa: ARG001  POSIX seconds have none
    return parse_epoch(found["msec"])


_TIMES = (
    (frozenset(("msec",)), _read_msec),
    (frozenset(("time_iso8601",)), _read_iso),
    (frozenset(("time_local",)), _read_local),
)
_UNESCAPE: dict[str, Unescape] = {"default": unescape, "json": unescape_json, "none": lambda raw: raw}
