"""HAProxy's ``option httplog`` and ``option httpslog`` (HAProxy Configuration Manual s8.2.3, s8.2.4).

The client stands as ``ADDRESS:PORT``, an IPv6 address without brackets, and the time carries no zone. Captured headers
and cookies stand before the request without their names, so nobody knows which of them is the agent. A quote inside any
field is written ``#22``: the first quote of a line begins the request, whatever the client sent. A long request is cut,
at ``tune.http.logurilen`` with its quote or at the ``len`` of the log without it; both are 1,024 bytes by default.
"""

import re
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache

from pforte.visits.formats.client import read_client, read_site
from pforte.visits.formats.format import Family, any_status
from pforte.visits.formats.moment import CACHED_MINUTES, MONTHS, SECONDS, seconds_at
from pforte.visits.formats.request import split_request
from pforte.visits.visit import Visit

_LINE = re.compile(
    rb"(?P<client>[0-9A-Fa-f:.]{2,64}):\d{1,5} "
    rb"\[(?P<minute>\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d)(?P<second>:\d\d)\.(?P<fraction>\d{3})\] "
    rb"[^ ]{1,255} [^ /]{1,255}/[^ ]{1,255} [0-9/+-]{5,80} (?P<status>\d{3}|-1) \+?\d{1,20} "
    rb'[^"]*+"(?P<request>[^"]*+)',
    re.DOTALL,
)
_MINUTE = re.compile(rb"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d)")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_AUTHORITY = re.compile(rb"https?://([^/?#]{1,260})")
_NO_REQUEST = b"<BADREQ>"
"""What stands in the place of a request that is none; its bytes are not logged."""


@lru_cache(maxsize=CACHED_MINUTES)
def _minute(text: bytes, zone: tzinfo) -> float | None:
    match = _MINUTE.fullmatch(text)
    month = None if match is None else MONTHS.get(match[2])
    if match is None or month is None:
        return None
    return seconds_at((int(match[3]), month, int(match[1]), int(match[4]), int(match[5])), zone)


def _time(match: re.Match[bytes], zone: tzinfo) -> float | None:
    minute, second = _minute(match["minute"], zone), SECONDS.get(match["second"])
    return None if minute is None or second is None else minute + second + int(match["fraction"]) / 1000


def _request(match: re.Match[bytes]) -> tuple[bytes, bytes, bytes]:
    """Return method, target and protocol; a request without protocol was cut, because HAProxy logs no other."""
    text = match["request"]
    if text == _NO_REQUEST:
        return b"", b"", b""
    if b"#" in text:
        text = _ESCAPE.sub(lambda escape: bytes((int(escape[1], 16),)), text)
    whole = split_request(text)
    if whole[0]:
        return whole
    method, target, _ = split_request(text + b" HTTP/")
    return method, target if method else text, b""


@dataclass(frozen=True, slots=True)
class HaproxyFormat:
    """Lines of ``option httplog``; fields behind the request, as ``option httpslog`` has them, are allowed."""

    name: str = "haproxy"
    family: Family = "http"
    escaped: bool = True
    escape_marks: tuple[bytes, ...] = (rb"\x22[^\x22\x0a]*\x23[0-9A-Fa-f]{2}",)
    marks: tuple[bytes, ...] = ()

    def parse(self, line: bytes, default_zone: tzinfo, now: float | None = None) -> Visit | None:  # noqa: ARG002  its times are complete
        """Read one line; None when it is not of this format."""
        match = _LINE.match(line)
        client = None if match is None else read_client(match["client"])
        at = None if match is None else _time(match, default_zone)
        if match is None or client is None or at is None:
            return None
        method, target, protocol = _request(match)
        authority = _AUTHORITY.match(target)  # RFC 9112 s3.2.2; HAProxy writes it for HTTP/2 always
        return Visit(
            client=client,
            at=at,
            method=method,
            target=target,
            protocol=protocol,
            status=max(int(match["status"]), 0),
            agent=b"",
            referrer=b"",
            host=b"" if authority is None else read_site(authority[1]),
            user=b"",
        )

    def client(self, line: bytes) -> str | None:
        """Return the client's address."""
        match = _LINE.match(line)
        return None if match is None else read_client(match["client"])

    def time_of(self, line: bytes, default_zone: tzinfo, now: float | None = None) -> float | None:  # noqa: ARG002  its times are complete
        """Return the event time in POSIX seconds."""
        match = _LINE.match(line)
        return None if match is None else _time(match, default_zone)

    def recognises(self, line: bytes) -> bool:
        """Say whether the line is of this format."""
        return self.client(line) is not None

    def status_marks(self, statuses: tuple[int, ...]) -> tuple[bytes, ...]:
        """Return the pattern of lines with one of these statuses, which stand behind the timers."""
        return (rb"\x2f\x2b?[0-9-]{1,12} " + any_status(statuses) + b" ",)


HAPROXY = HaproxyFormat()
