r"""JSON lines: Caddy, Traefik, and what people write themselves with nginx's ``log_format``.

nginx without ``escape=json`` writes ``\xHH`` into JSON strings, which is no JSON (RFC 8259 s7); such lines are
read all the same, or a single quote in a request would hide it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from pforte.visits.formats.client import read_client, read_site
from pforte.visits.formats.format import Family, any_status, quote
from pforte.visits.formats.moment import parse_any, scale_epoch
from pforte.visits.formats.request import split_request, unescape
from pforte.visits.visit import Visit

Path = tuple[str, ...]
Names = tuple[Path, ...]

ROLES = (
    "client", "time", "request", "method", "target", "query", "protocol",
    "status", "agent", "referrer", "host", "user",
)  # fmt: skip
"""What a field of a JSON line may tell."""

_HEX = re.compile(rb"\\(\\|x([0-9a-fA-F]{2}))")
_LISTED = rb"\s*:\s*\[?\s*"
_NOT_AMPERSAND = rb"(?:[^u\x0a]|u(?:[^0\x0a]|0(?:[^0\x0a]|0(?:[^2\x0a]|2[^6\x0a]))))"
"""An escape that hides something; Go writes every ``&`` as ``\\u0026``, which hides nothing that matters alone."""


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """JSON lines with known field names.

    Attributes:
        name: ``caddy``, ``traefik``, ``json`` or the setting that named the fields.
        names: for each role the paths that may hold it, best first.
        telling: the paths of which a line must have one, so that formats do not take each other's lines.
    """

    name: str
    names: Mapping[str, Names] = field(hash=False)
    telling: Names = ()
    family: Family = "http"
    escaped: bool = True
    marks: tuple[bytes, ...] = ()
    escape_marks: tuple[bytes, ...] = field(init=False)
    _clients: tuple[re.Pattern[bytes], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        hidden = [
            self._keys(role) for role in ("target", "request", "agent", "referrer") if self.names.get(role)
        ]
        marks = (
            keys + _LISTED + rb"\x22(?:[^\x22\x5c\x0a]|\x5cu0026)*\x5c" + _NOT_AMPERSAND for keys in hidden
        )
        object.__setattr__(self, "escape_marks", tuple(marks))
        clients = (
            re.compile(rb'"' + re.escape(path[-1].encode()) + rb'"\s*+:\s*+"([^"\\]{2,80})"')
            for path in self.names["client"]
        )
        object.__setattr__(self, "_clients", tuple(clients))

    def parse(self, line: bytes, default_zone: tzinfo, now: float | None = None) -> Visit | None:  # noqa: ARG002  its times are complete
        """Read one line; None when it is not of this format."""
        entry = load(line)
        if entry is None or not self._tells(entry):
            return None
        client = read_client(self._text(entry, "client"))
        at = self._time(entry, default_zone)
        request = self._request(entry)
        if client is None or at is None or request is None:
            return None
        method, target, protocol = request
        return Visit(
            client=client,
            at=at,
            method=method,
            target=target,
            protocol=protocol,
            status=self._status(entry),
            agent=self._text(entry, "agent"),
            referrer=self._text(entry, "referrer"),
            host=read_site(self._text(entry, "host")),
            user=self._text(entry, "user"),
        )

    def client(self, line: bytes) -> str | None:
        """Return the client's address.

        A quote inside a JSON string is escaped, so no value can pass for the name of a field.
        """
        for pattern in self._clients:
            match = pattern.search(line)
            if match is not None:
                return read_client(match[1])
        return None

    def time_of(self, line: bytes, default_zone: tzinfo, now: float | None = None) -> float | None:  # noqa: ARG002  its times are complete
        """Return the event time in POSIX seconds."""
        entry = load(line)
        return None if entry is None else self._time(entry, default_zone)

    def recognises(self, line: bytes) -> bool:
        """Say whether the line is of this format."""
        entry = load(line)
        if entry is None or not self._tells(entry):
            return False
        return read_client(self._text(entry, "client")) is not None and self._request(entry) is not None

    def status_marks(self, statuses: tuple[int, ...]) -> tuple[bytes, ...]:
        """Return the pattern of lines with one of these statuses."""
        if not self.names.get("status"):
            return ()
        return (self._keys("status") + rb"\s*:\s*\x22?" + any_status(statuses) + rb"[^0-9]",)

    def _keys(self, role: str) -> bytes:
        keys = dict.fromkeys(path[-1] for path in self.names[role])
        return rb"\x22(?:" + b"|".join(quote(key.encode()) for key in keys) + rb")\x22"

    def _tells(self, entry: Mapping[str, object]) -> bool:
        return not self.telling or any(_at(entry, path) is not None for path in self.telling)

    def _value(self, entry: Mapping[str, object], role: str) -> object:
        for path in self.names.get(role, ()):
            value = _at(entry, path)
            if value is not None:
                return value
        return None

    def _text(self, entry: Mapping[str, object], role: str) -> bytes:
        value = self._value(entry, role)
        if not isinstance(value, str) or value == "-":
            return b""
        return encode(value)

    def _time(self, entry: Mapping[str, object], default_zone: tzinfo) -> float | None:
        for path in self.names.get("time", ()):
            moment = _read_time(_at(entry, path), default_zone)
            if moment is not None:
                return moment
        return None

    def _status(self, entry: Mapping[str, object]) -> int:
        value = self._value(entry, "status")
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
            return int(value)
        return value if isinstance(value, int) and 0 <= value <= 999 else 0

    def _request(self, entry: Mapping[str, object]) -> tuple[bytes, bytes, bytes] | None:
        target = self._value(entry, "target")
        if isinstance(target, str):
            query = self._text(entry, "query").removeprefix(b"?")
            whole = encode(target) + (b"?" + query if query and "?" not in target else b"")
            return self._text(entry, "method"), whole, self._text(entry, "protocol")
        request = self._value(entry, "request")
        return split_request(encode(request)) if isinstance(request, str) else None


def _read_time(value: object, default_zone: tzinfo) -> float | None:
    if isinstance(value, str):
        return parse_any(encode(value), default_zone)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return scale_epoch(value)
    return None


def load(line: bytes) -> Mapping[str, object] | None:
    """Read one JSON object, however many bytes of it are not UTF-8; None for anything else."""
    start = line.lstrip()[:1]
    if start != b"{":
        return None
    try:
        entry = _decoded(line)
    except ValueError:
        try:
            entry = _decoded(_HEX.sub(_as_json, line))
        except (ValueError, RecursionError):
            return None
    except RecursionError:
        return None
    return entry if isinstance(entry, dict) else None


def _decoded(line: bytes) -> object:
    return _DECODER.decode(line.decode("utf-8", "surrogateescape"))


_DECODER = json.JSONDecoder(strict=False)


def _as_json(match: re.Match[bytes]) -> bytes:
    if match[2] is None:
        return match[0]
    code = int(match[2], 16)
    return b"\\u%04x" % (code if code < 0x80 else 0xDC00 + code)


def encode(text: str) -> bytes:
    """Return the bytes of a JSON string; those that were not UTF-8 come back as they were."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def unescape_json(raw: bytes) -> bytes:
    r"""Undo the escapes of one JSON string (RFC 8259 s7).

    >>> unescape_json(rb"\u0027a\"b\\")
    b'\'a"b\\'
    """
    if b"\\" not in raw:
        return raw
    try:
        text = _decoded(b'"' + raw + b'"')
    except ValueError:
        return unescape(raw)
    return encode(text) if isinstance(text, str) else raw


def _at(entry: Mapping[str, object], path: Path) -> object:
    """Return what stands at a path; of a list the first element, as servers write header lines."""
    value: object = entry
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value[0] if isinstance(value, list) and value else value


def paths(*written: str) -> Names:
    """Write paths with dots between their keys.

    >>> paths("request.uri", "uri")
    (('request', 'uri'), ('uri',))
    """
    return tuple(tuple(text.split(".")) for text in written)
