"""The formats that Apache and nginx write when nobody changes anything: common, combined, vhost_combined.

This is the hot path: no pattern runs over a line unless it holds a backslash.
"""

import re
from dataclasses import dataclass, fields
from datetime import tzinfo
from functools import lru_cache

from pforte.visits.formats.client import read_client, read_site
from pforte.visits.formats.format import Family, any_status
from pforte.visits.formats.moment import CACHED_MINUTES, SECONDS, clf_minute, parse_clf
from pforte.visits.formats.request import split_request, unescape
from pforte.visits.visit import Visit

STATUSES = {form % status: status for status in range(1000) for form in (b" %03d ", b" %03d")}
"""Answer status by the text that follows the request, up to the blank before the size."""
_ABSENT = {b"-": b""}

_BODY = rb'([^"\\]*+(?:\\.[^"\\]*+)*+)'
_ESCAPED = re.compile(
    _BODY + rb'"' + _BODY + rb'"([^"]*+)(?:"' + _BODY + rb'"([^"]*+)"' + _BODY + rb'("?))?+', re.DOTALL
)
_HEAD_END = 29
"""Bytes of ``[17/May/2015:10:05:03 +0000] ``, which end the part before the request."""


# A frozen dataclass sets each field by its name; the slots themselves do the same in half the time, and half of
# the time of a line is the making of its visit.
_new = object.__new__
(
    _set_client,
    _set_at,
    _set_method,
    _set_target,
    _set_protocol,
    _set_status,
    _set_agent,
    _set_referrer,
    _set_host,
    _set_user,
) = (getattr(Visit, field.name).__set__ for field in fields(Visit))


def _split_escaped(line: bytes) -> list[bytes]:
    """Return what stands before, in and between the quotes, with the escapes undone."""
    match = _ESCAPED.match(line)
    if match is None:
        return []
    head, request, answer, referrer, gap, agent, end = match.groups()
    if agent is None:
        # A lone quote later on means that the line is of another shape.
        return [unescape(head), unescape(request), answer] if match.end() == len(line) else []
    parts = [unescape(head), unescape(request), answer, unescape(referrer), gap, unescape(agent)]
    return [*parts, end] if end else parts


@lru_cache(maxsize=CACHED_MINUTES)
def _head_minute(text: bytes) -> float | None:
    return clf_minute(text[1:-2]) if text[:1] == b"[" and text[-2:] == b"] " else None


def _user(who: bytes) -> bytes:
    """Return the user of `` IDENTITY USER ``; user names may hold spaces."""
    pieces = who[1:-1].split(b" ", 1)
    return _ABSENT.get(pieces[-1], pieces[-1]) if len(pieces) == 2 else b""


def _read(line: bytes, host: bytes, *, full: bool) -> Visit | None:
    parts = line.split(b'"', 6) if b"\\" not in line else _split_escaped(line)
    if len(parts) < 6 if full else len(parts) != 3:
        return None
    head, answer = parts[0], parts[2]
    status = STATUSES.get(answer[:5])
    minute, second = _head_minute(head[-29:-11] + head[-8:]), SECONDS.get(head[-11:-8])
    address_end = head.find(b" ")
    client = read_client(head[:address_end])
    if status is None or minute is None or second is None or client is None:
        return None
    who = head[address_end:-_HEAD_END]
    user = b"" if who == b" - - " else _user(who)
    method, target, protocol = split_request(parts[1])
    visit = _new(Visit)
    _set_client(visit, client)
    _set_at(visit, minute + second)
    _set_method(visit, method)
    _set_target(visit, target)
    _set_protocol(visit, protocol)
    _set_status(visit, status)
    _set_agent(visit, _ABSENT.get(parts[5], parts[5]) if full else b"")
    _set_referrer(visit, _ABSENT.get(parts[3], parts[3]) if full else b"")
    _set_host(visit, host)
    _set_user(visit, user)
    return visit


def _stamp(line: bytes) -> bytes:
    return line.partition(b'] "')[0][-26:]


@dataclass(frozen=True, slots=True)
class CombinedFormat:
    """``combined`` or ``common``: client, identity, user, time, request, status, size (referrer, agent).

    Attributes:
        name: ``combined`` or ``common``.
        full: whether referrer and agent follow; further fields behind them are allowed.
    """

    name: str
    full: bool

    family: Family = "http"
    escaped: bool = True
    escape_marks: tuple[bytes, ...] = (rb"\x5c",)
    marks: tuple[bytes, ...] = ()

    def parse(self, line: bytes, default_zone: tzinfo, now: float | None = None) -> Visit | None:  # noqa: ARG002  its times are complete
        """Read one line; None when it is not of this format."""
        return _read(line, b"", full=self.full)

    def client(self, line: bytes) -> str | None:
        """Return the client's address."""
        return read_client(line[: line.find(b" ")])

    def time_of(self, line: bytes, default_zone: tzinfo, now: float | None = None) -> float | None:  # noqa: ARG002  its times are complete
        """Return the event time in POSIX seconds."""
        return parse_clf(_stamp(line))

    def recognises(self, line: bytes) -> bool:
        """Say whether the line is of this format."""
        return _read(line, b"", full=self.full) is not None

    def status_marks(self, statuses: tuple[int, ...]) -> tuple[bytes, ...]:
        """Return the pattern of lines with one of these statuses."""
        return (rb"\x22 " + any_status(statuses) + (b" " if self.full else b""),)


@dataclass(frozen=True, slots=True)
class VhostCombinedFormat:
    """``vhost_combined``: the site (``host:port``) before everything that ``combined`` has."""

    name: str = "vhost_combined"
    family: Family = "http"
    escaped: bool = True
    escape_marks: tuple[bytes, ...] = (rb"\x5c",)
    marks: tuple[bytes, ...] = ()

    def parse(self, line: bytes, default_zone: tzinfo, now: float | None = None) -> Visit | None:  # noqa: ARG002  its times are complete
        """Read one line; None when it is not of this format."""
        host, _, rest = line.partition(b" ")
        return _read(rest, read_site(host), full=True)

    def client(self, line: bytes) -> str | None:
        """Return the client's address."""
        return read_client(line[:256].split(b" ", 2)[1]) if b" " in line[:256] else None

    def time_of(self, line: bytes, default_zone: tzinfo, now: float | None = None) -> float | None:  # noqa: ARG002  its times are complete
        """Return the event time in POSIX seconds."""
        return parse_clf(_stamp(line))

    def recognises(self, line: bytes) -> bool:
        """Say whether the line is of this format."""
        host, _, rest = line.partition(b" ")
        return _read(rest, host, full=True) is not None

    def status_marks(self, statuses: tuple[int, ...]) -> tuple[bytes, ...]:
        """Return the pattern of lines with one of these statuses."""
        return (rb"\x22 " + any_status(statuses) + b" ",)


COMBINED = CombinedFormat("combined", full=True)
COMMON = CombinedFormat("common", full=False)
VHOST_COMBINED = VhostCombinedFormat()
