"""The Date field (RFC 5322 s3.3, with the obsolete forms of s4.3 that receivers must accept)."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from pforte.mail.fields.tokens import MalformedError, read_tokens

LONGEST = 512
"""Signs of a date, comments with it."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"})
_HOURS = {"edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8}
"""Zones with a name. What other names mean nobody knows; they count as -0000 (RFC 5322 s4.3)."""
_LEAP_SECOND = 60

_TOKENS = re.compile(
    r"(?:(?P<weekday>[a-z]+) (?:, )?)?(?P<day>\d{1,2}) (?P<month>[a-z]+) (?P<year>\d{2,6})"
    r" (?P<hour>\d{1,2}) : (?P<minute>\d{1,2})(?: : (?P<second>\d{1,2}))?(?: (?P<zone>[+-]\d{4}|[a-z]+))?"
)


def read_date(value: str) -> datetime:
    """Read a date and time.

    A missing zone counts as UTC, and the weekday need be neither the right one nor have its comma: real mail has both.

    >>> read_date("Fri, 21 Nov 1997 09:55:06 -0600 (CST)").isoformat()
    '1997-11-21T09:55:06-06:00'

    Raises:
        MalformedError: it is none.
    """
    if len(value) > LONGEST:
        raise MalformedError("is too long", "ist zu lang")
    return _read(value)


@lru_cache(maxsize=64)  # More than one check reads the date of a mail.
def _read(value: str) -> datetime:
    found = _TOKENS.fullmatch(" ".join(token.text for token in read_tokens(value)).lower())
    if found is None:
        raise MalformedError("is no date with a time", "ist kein Datum mit Uhrzeit")
    if (found["weekday"] or "mon") not in _DAYS or found["month"] not in _MONTHS:
        raise MalformedError("names an unknown day or month", "nennt einen unbekannten Tag oder Monat")
    second = int(found["second"] or 0)
    try:
        return datetime(
            _year(found["year"]),
            _MONTHS.index(found["month"]) + 1,
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            second - (second == _LEAP_SECOND),
            tzinfo=_zone(found["zone"] or ""),
        )
    except ValueError as error:
        raise MalformedError(
            "names a moment that does not exist", "nennt einen Zeitpunkt, den es nicht gibt"
        ) from error


def _year(digits: str) -> int:
    """Return a year; two and three digits are of the 20th century, two below 50 of ours (RFC 5322 s4.3)."""
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _zone(text: str) -> tzinfo:
    if text[:1] not in ("+", "-"):
        return timezone(timedelta(hours=_HOURS.get(text, 0)))
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[3:]))
    if offset >= timedelta(days=1):
        return UTC
    return timezone(-offset if text[0] == "-" else offset)
