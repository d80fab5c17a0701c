"""Reading the times that logs write, fast: the minute is read once and remembered, the seconds are added.

All results are POSIX seconds (UTC); None means the text is not such a time. A leap second (``:60``) is the first
second of the next minute.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from math import isfinite

CACHED_MINUTES = 8192
DAY_SECONDS = 86_400.0
"""A time without a year lies at most this far in the future: zones and clocks that run ahead."""
NEARLY_A_YEAR_SECONDS = 364 * DAY_SECONDS
YEARS_BACK = 8
"""How far back the 29 February of a leap year can lie (1900, 2100)."""

MONTHS = {
    name: number
    for number, name in enumerate(
        (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"), 1
    )
}
SECONDS = {b":%02d" % second: float(second) for second in range(61)}
"""What to add to the minute for the text of the seconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLF_LENGTH = 26
"""Bytes of such a time; anything else is refused before the caches, which would keep it."""
_CLF_MINUTE = re.compile(rb"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d) ([+-]\d{4})")
_ISO = re.compile(rb"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d)(:\d\d)(?:[.,](\d{1,9})\d*+)? ?(Z|z|[+-]\d\d(?::?\d\d)?)?")
_MINUTE = re.compile(rb"([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d)")
_FRACTION = re.compile(rb"([^.]{1,20})(:\d\d)\.(\d{1,9})")
_TAI64N = re.compile(rb"@4([0-9a-f]{15})([0-9a-f]{8})")
_TAI_OFFSET_SECONDS = 10


def parse_offset(text: bytes) -> tzinfo | None:
    """Read ``Z``, ``+01``, ``+0100`` or ``+01:00``.

    >>> parse_offset(b"-04:30")
    datetime.timezone(datetime.timedelta(days=-1, seconds=70200))
    """
    if text in (b"Z", b"z"):
        return UTC
    digits = text[1:].replace(b":", b"")
    if len(digits) not in (2, 4) or not digits.isdigit():
        return None
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or b"0"))
    if span >= timedelta(hours=24):
        return None
    return timezone(-span if text[:1] == b"-" else span)


def seconds_at(parts: tuple[int, int, int, int, int], zone: tzinfo) -> float | None:
    """Return the POSIX seconds of year, month, day, hour and minute in a zone; None where there is no such moment."""
    try:
        return (datetime(*parts, tzinfo=zone) - _EPOCH).total_seconds()
    except (ValueError, OverflowError):
        return None


def clf_minute(text: bytes) -> float | None:
    """Read a time of the common log format from which the seconds (``:03``) were cut out."""
    return _clf_minute(text) if len(text) == _CLF_LENGTH - 3 else None


@lru_cache(maxsize=CACHED_MINUTES)
def _clf_minute(text: bytes) -> float | None:
    match = _CLF_MINUTE.fullmatch(text)
    if match is None:
        return None
    month, zone = MONTHS.get(match[2]), parse_offset(match[6])
    if month is None or zone is None:
        return None
    return seconds_at((int(match[3]), month, int(match[1]), int(match[4]), int(match[5])), zone)


def parse_clf(text: bytes) -> float | None:
    """Read the time of the common log format.

    >>> parse_clf(b"17/May/2015:10:05:03 +0200")
    1431849903.0
    """
    return _clf(text) if len(text) == _CLF_LENGTH else None


@lru_cache(maxsize=CACHED_MINUTES)
def _clf(text: bytes) -> float | None:
    minute = _clf_minute(text[:17] + text[20:])
    second = SECONDS.get(text[17:20])
    return None if minute is None or second is None else minute + second


@lru_cache(maxsize=CACHED_MINUTES)
def _iso_minute(text: bytes, offset: bytes | None, default_zone: tzinfo) -> float | None:
    zone = default_zone if offset is None else parse_offset(offset)
    if zone is None:
        return None
    parts = (int(text[:4]), int(text[5:7]), int(text[8:10]), int(text[11:13]), int(text[14:16]))
    return seconds_at(parts, zone)


def parse_iso(text: bytes, default_zone: tzinfo) -> float | None:
    """Read an ISO 8601 or RFC 3339 time, with ``T`` or a space, with or without fraction and zone.

    >>> parse_iso(b"2026-03-01T12:00:00.5+01:00", UTC)
    1772362800.5
    """
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    minute_text, second_text, fraction, offset = match.groups()
    minute = _iso_minute(minute_text, offset, default_zone)
    second = SECONDS.get(second_text)
    if minute is None or second is None:
        return None
    return minute + second + (int(fraction) / 10 ** len(fraction) if fraction else 0.0)


@lru_cache(maxsize=CACHED_MINUTES)
def _dated_minute(text: bytes, year: int, zone: tzinfo) -> float | None:
    match = _MINUTE.fullmatch(text)
    month = MONTHS.get(match[1]) if match is not None else None
    if match is None or month is None:
        return None
    return seconds_at((year, month, int(match[2]), int(match[3]), int(match[4])), zone)


@lru_cache(maxsize=64)
def _year_of_day(day: int) -> int | None:
    try:
        return (_EPOCH + timedelta(days=day)).year
    except OverflowError:
        return None


def parse_yearless(text: bytes, zone: tzinfo, now: float) -> float | None:
    """Read the time of RFC 3164 s4.1.2, whose year is the newest that puts it no later than ``now`` and 24 hours.

    >>> parse_yearless(b"Dec 31 23:59:59", UTC, 1772362800.0)  # read in March 2026
    1767225599.0
    """
    minute_text, second_text, fraction = text[:-3], text[-3:], 0.0
    if b"." in text:
        match = _FRACTION.fullmatch(text)
        if match is None:
            return None
        minute_text, second_text, fraction = match[1], match[2], int(match[3]) / 10 ** len(match[3])
    second = SECONDS.get(second_text)
    latest = now + DAY_SECONDS
    this_year = _year_of_day(int(latest // DAY_SECONDS))
    if second is None or this_year is None:
        return None
    minute = _dated_minute(minute_text, this_year, zone)
    if minute is not None and 0.0 <= latest - minute - second < NEARLY_A_YEAR_SECONDS:
        return minute + second + fraction  # the usual case: no later year can fit
    # The zone may already be in the next year.
    for year in range(this_year + 1, this_year - YEARS_BACK - 1, -1):
        minute = _dated_minute(minute_text, year, zone)
        if minute is not None and minute + second <= latest:
            return minute + second + fraction
    return None


def parse_tai64n(text: bytes) -> float | None:
    """Read a TAI64N label as multilog writes it (libtai: ``@``, seconds from 1970 TAI, nanoseconds).

    >>> parse_tai64n(b"@400000004c91b04e00000000")
    1284616260.0
    """
    match = _TAI64N.fullmatch(text)
    if match is None:
        return None
    return int(match[1], 16) - _TAI_OFFSET_SECONDS + int(match[2], 16) / 1e9


def scale_epoch(value: float) -> float | None:
    """Read a number as POSIX seconds, or as milli-, micro- or nanoseconds where it is too large for seconds.

    >>> scale_epoch(1772362800500)
    1772362800.5
    """
    try:
        seconds = float(value)
    except OverflowError:
        return None
    if not isfinite(seconds) or seconds < 0:
        return None
    for limit, divisor in ((1e11, 1), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9)):
        if seconds < limit:
            return seconds / divisor
    return None


def parse_epoch(text: bytes) -> float | None:
    """Read digits as :func:`scale_epoch` does.

    >>> parse_epoch(b"1772362800.123")
    1772362800.123
    """
    if not 0 < len(text) <= 32 or not text.replace(b".", b"", 1).isdigit():
        return None
    return scale_epoch(float(text))


def parse_any(text: bytes, default_zone: tzinfo) -> float | None:
    """Read a time that is ISO 8601, of the common log format (brackets allowed), or POSIX seconds."""
    bare = text.strip(b"[]")
    for moment in (parse_iso(bare, default_zone), parse_clf(bare)):
        if moment is not None:
            return moment
    return parse_epoch(bare)
