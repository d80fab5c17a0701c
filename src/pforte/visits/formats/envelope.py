"""What syslog puts around a message: RFC 3164, RFC 5424, ISO times as rsyslog and journald write them, TAI64N.

Dovecot's own log files fit as well: a time, the program, the message, and no host.
"""

import re
from dataclasses import dataclass
from datetime import tzinfo

from pforte.visits.formats.moment import parse_iso, parse_tai64n, parse_yearless

# RFC 5424 s6.2.1: PRI has at most three digits; files mostly leave it out.
_RFC5424 = re.compile(
    rb"<\d{1,3}>1 (?P<stamp>[^ ]{1,40}) [^ ]{1,255} (?P<program>[^ ]{1,48}) [^ ]{1,128} [^ ]{1,32} "
    # RFC 5424 s6.3: structured data; inside a value only \" \\ and \] are escaped.
    rb'(?:-|(?:\[(?:[^"\]]|"(?:[^"\\]|\\.)*+")*+\])++)(?: (?:\xef\xbb\xbf)?(?P<message>.*+))?',
    re.DOTALL,
)
_STAMPED = re.compile(
    rb"(?:<\d{1,3}>)?(?P<stamp>"
    rb"[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d(?:\.\d{1,9})?"
    rb"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| ?[+-]\d\d:?\d\d)?"
    rb"|@4[0-9a-f]{23}"
    rb") (?P<rest>.*+)",
    re.DOTALL,
)
_TAG = re.compile(rb"\[?([A-Za-z_][\w./@+-]{0,63})(?:\[[^\] ]{0,32}\]|\([^) ]{0,64}\))?\]?:?")


@dataclass(frozen=True, slots=True)
class Envelope:
    """One syslog line taken apart.

    Attributes:
        stamp: the time as written.
        program: who wrote it, without process number; b"" where the line has none.
        message: what it said.
    """

    stamp: bytes
    program: bytes
    message: bytes


def open_envelope(line: bytes) -> Envelope | None:
    """Take a syslog line apart; None when it is none.

    >>> open_envelope(b"Mar 27 13:06:56 host postfix/smtpd[12]: lost connection")
    Envelope(stamp=b'Mar 27 13:06:56', program=b'postfix/smtpd', message=b'lost connection')
    """
    match = _STAMPED.match(line)
    if match is None:
        match = _RFC5424.match(line)
        if match is None:
            return None
        return Envelope(match["stamp"], match["program"], match["message"] or b"")
    rest = match["rest"]
    first, _, behind_first = rest.partition(b" ")
    program = _program(first)
    if program is not None:
        return Envelope(match["stamp"], program, behind_first)
    second, _, behind_second = behind_first.partition(b" ")
    program = _program(second)
    if program is not None:
        return Envelope(match["stamp"], program, behind_second)
    return Envelope(match["stamp"], b"", behind_first)


def _program(token: bytes) -> bytes | None:
    """Return the program of ``name[pid]:``, ``name:``, ``name(what):`` or ``[name]``; None where it is no tag."""
    if token[-1:] != b":" and not (token[:1] == b"[" and token[-1:] == b"]"):
        return None
    match = _TAG.fullmatch(token)
    return None if match is None else match[1]


def read_stamp(stamp: bytes, zone: tzinfo, now: float) -> float | None:
    """Return the POSIX seconds of an envelope's time."""
    if stamp[:1].isdigit():
        return parse_iso(stamp, zone)
    if stamp[:1] == b"@":
        return parse_tai64n(stamp)
    return parse_yearless(stamp, zone, now)
