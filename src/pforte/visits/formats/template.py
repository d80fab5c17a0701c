"""A format that somebody wrote: literal text and fields in order, compiled into one linear pattern.

Every field ends where the text after it begins, so each part of the pattern is possessive: it never gives back what
it took, and a line is walked once.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from pforte.visits.formats.client import read_client, read_site
from pforte.visits.formats.format import Family, FormatError, any_status, quote
from pforte.visits.formats.request import split_request
from pforte.visits.visit import Visit

Unescape = Callable[[bytes], bytes]
Fields = Mapping[str, bytes]
ReadTime = Callable[[Fields, tzinfo], float | None]

QUOTED = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
REQUEST = rb"(?:[!-~]{1,64} [^ ]*+ HTTP/[0-9.]{1,8}|[^ ]*+)"
"""A request line outside quotes."""
STATUS_EDGE = 4
"""Bytes of text before and after the status that its pattern takes along."""


@dataclass(frozen=True, slots=True)
class Field:
    """One variable of the written format.

    Attributes:
        written: the variable as written, for messages.
        role: what it tells: ``client``, ``request``, ``method``, ``target``, ``path``, ``query``, ``protocol``,
            ``status``, ``agent``, ``referrer``, ``host``, ``user``, a part of the time, or "" for nothing we need.
        rank: which of several fields with one role counts; the lowest.
        pattern: what it looks like where the text after it does not tell its end.
        spaced: whether its text may hold spaces.
        exact: whether the pattern holds wherever the field stands.
    """

    written: str
    role: str = ""
    rank: int = 0
    pattern: bytes = b""
    spaced: bool = False
    exact: bool = False


Piece = bytes | Field


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one server writes its fields.

    Attributes:
        name: name of the resulting formats.
        unescape: undoes its escapes.
        escapes: whether it escapes at all; without, a quoted field ends at the text after it.
        times: the time roles that suffice, with their reader, best first.
    """

    name: str
    unescape: Unescape
    escapes: bool
    times: tuple[tuple[frozenset[str], ReadTime], ...]


@dataclass(frozen=True, slots=True)
class TemplateFormat:
    """The compiled format.

    Attributes:
        name: ``log_format`` or ``LogFormat``.
        pattern: matches a line from its start; its named groups are the roles.
        read_time: reads the time roles.
        unescape: undoes the writer's escapes.
        escaped: whether the writer escapes.
        around_status: text before and after the status, None when the format has no status.
    """

    name: str
    pattern: re.Pattern[bytes]
    read_time: ReadTime
    unescape: Unescape
    escaped: bool
    around_status: tuple[bytes, bytes] | None
    family: Family = "http"
    marks: tuple[bytes, ...] = ()
    escape_marks: tuple[bytes, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "escape_marks", (rb"\x5c",) if self.escaped else ())

    def parse(self, line: bytes, default_zone: tzinfo, now: float | None = None) -> Visit | None:  # noqa: ARG002  its times are complete
        """Read one line; None when it is not of this format."""
        match = self.pattern.match(line)
        if match is None:
            return None
        found = match.groupdict(b"")
        client = read_client(found["client"])
        at = self.read_time(found, default_zone)
        if client is None or at is None:
            return None
        if b"\\" in line:
            found = {role: self.unescape(text) for role, text in found.items()}
        status = found.get("status", b"")
        method, target, protocol = _request(found)
        return Visit(
            client=client,
            at=at,
            method=method,
            target=target,
            protocol=protocol,
            status=int(status) if status.isdigit() and len(status) == 3 else 0,
            agent=_present(found.get("agent", b"")),
            referrer=_present(found.get("referrer", b"")),
            host=read_site(found.get("host", b"")),
            user=_present(found.get("user", b"")),
        )

    def client(self, line: bytes) -> str | None:
        """Return the client's address."""
        match = self.pattern.match(line)
        return None if match is None else read_client(match["client"])

    def time_of(self, line: bytes, default_zone: tzinfo, now: float | None = None) -> float | None:  # noqa: ARG002  its times are complete
        """Return the event time in POSIX seconds."""
        match = self.pattern.match(line)
        return None if match is None else self.read_time(match.groupdict(b""), default_zone)

    def recognises(self, line: bytes) -> bool:
        """Say whether the line is of this format."""
        match = self.pattern.match(line)
        return match is not None and read_client(match["client"]) is not None

    def status_marks(self, statuses: tuple[int, ...]) -> tuple[bytes, ...]:
        """Return the pattern of lines with one of these statuses; none where the format has no status."""
        if self.around_status is None:
            return ()
        before, after = self.around_status
        return (quote(before) + any_status(statuses) + quote(after),)


def _present(text: bytes) -> bytes:
    return b"" if text == b"-" else text


def _request(found: Fields) -> tuple[bytes, bytes, bytes]:
    if "request" in found:
        return split_request(found["request"])
    target = found.get("target", b"")
    if "target" not in found:
        query = _present(found.get("query", b"")).removeprefix(b"?")
        target = found["path"] + (b"?" + query if query else b"")
    return _present(found.get("method", b"")), target, found.get("protocol", b"")


def compile_template(pieces: list[Piece], dialect: Dialect) -> TemplateFormat:
    """Compile the pieces of a format.

    Raises:
        FormatError: the address, the time or the request is missing, or two fields cannot be told apart.
    """
    pieces = list(_joined(pieces))
    chosen = _chosen(pieces)
    time_roles, read_time = _time(chosen, dialect)
    if "client" not in chosen:
        raise FormatError(f"{dialect.name}: no client address; add {_WANTED[dialect.name][0]}")
    if not {"request", "target", "path"} & chosen.keys():
        raise FormatError(f"{dialect.name}: no request; add {_WANTED[dialect.name][2]}")
    needed = {place: role for role, place in chosen.items() if role in time_roles | _VISIT_ROLES}
    pattern = b"".join(_patterns(pieces, needed, dialect))
    return TemplateFormat(
        name=dialect.name,
        pattern=re.compile(pattern, re.DOTALL),
        read_time=read_time,
        unescape=dialect.unescape,
        escaped=dialect.escapes,
        around_status=_around_status(pieces, chosen),
    )


_VISIT_ROLES = frozenset(
    (
        "client", "request", "method", "target", "path", "query", "protocol",
        "status", "agent", "referrer", "host", "user",
    )
)  # fmt: skip
_WANTED = {
    "log_format": ("$remote_addr", "[$time_local]", '"$request"'),
    "LogFormat": ("%h", "%t", '"%r"'),
}


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """Join neighbours that need not be told apart: two texts, or two fields that nobody needs."""
    last: Piece | None = None
    for piece in pieces:
        if isinstance(last, bytes) and isinstance(piece, bytes):
            last = last + piece
        elif isinstance(last, Field) and isinstance(piece, Field) and not last.role and not piece.role:
            last = Field(last.written + piece.written, spaced=last.spaced or piece.spaced)
        else:
            if last is not None:
                yield last
            last = piece
    if last is not None:
        yield last


def _chosen(pieces: list[Piece]) -> dict[str, int]:
    """Return the place of the field that counts for each role."""
    ranked = sorted(
        (piece.rank, place, piece.role)
        for place, piece in enumerate(pieces)
        if isinstance(piece, Field) and piece.role
    )
    chosen: dict[str, int] = {}
    for _, place, role in ranked:
        chosen.setdefault(role, place)
    return chosen


def _time(chosen: Mapping[str, int], dialect: Dialect) -> tuple[frozenset[str], ReadTime]:
    for roles, read in dialect.times:
        if roles <= chosen.keys():
            return roles | _TIME_EXTRAS, read
    raise FormatError(f"{dialect.name}: no time; add {_WANTED[dialect.name][1]}")


_TIME_EXTRAS = frozenset(("second", "fraction", "zone"))
"""Parts of a time that may be missing."""


def _patterns(pieces: list[Piece], needed: Mapping[int, str], dialect: Dialect) -> Iterator[bytes]:
    """Write the pattern up to the last field that is needed; what follows it may be anything."""
    before = b""
    for place, piece in enumerate(pieces[: max(needed) + 1]):
        if isinstance(piece, bytes):
            yield quote(piece)
            before = piece
            continue
        after = pieces[place + 1] if place + 1 < len(pieces) else None
        body = _body(piece, before, after, dialect)
        role = needed.get(place)
        yield b"(?P<%s>%s)" % (role.encode(), body) if role else b"(?:%s)" % body
        before = b""


def _body(piece: Field, before: bytes, after: Piece | None, dialect: Dialect) -> bytes:
    if piece.exact:
        return piece.pattern
    if after is None:
        return rb".*+"
    if isinstance(after, Field):
        if not piece.pattern:
            raise FormatError(
                f"{dialect.name}: {piece.written} and {after.written} touch, so that nobody can tell where one ends; "
                "put a space or a quote between them"
            )
        return piece.pattern
    if before.endswith(b'"') and after.startswith(b'"') and dialect.escapes:
        return QUOTED
    if piece.pattern and after[:1] == b" ":
        return piece.pattern
    if piece.spaced and after == b" ":
        raise FormatError(
            f"{dialect.name}: {piece.written} may hold spaces and is followed by one; put it between quotes"
        )
    return _until(after)


def _until(text: bytes) -> bytes:
    """Write the pattern of everything before a text, in one walk."""
    first = b"[^" + quote(text[:1]) + b"]*+"
    if len(text) == 1:
        return first
    return first + b"(?:(?!" + quote(text) + b")" + quote(text[:1]) + first + b")*+"


def _around_status(pieces: list[Piece], chosen: Mapping[str, int]) -> tuple[bytes, bytes] | None:
    place = chosen.get("status")
    if place is None:
        return None
    before = pieces[place - 1] if place else b""
    after = pieces[place + 1] if place + 1 < len(pieces) else b""
    return (
        before[-STATUS_EDGE:] if isinstance(before, bytes) else b"",
        after[:STATUS_EDGE] if isinstance(after, bytes) else b"",
    )
