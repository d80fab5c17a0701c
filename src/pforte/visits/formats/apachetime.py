"""Apache's ``%t`` and ``%{...}t``: the fixed form, strftime, and fractions of a second in pieces of their own."""

import re
from datetime import tzinfo
from functools import lru_cache

from pforte.visits.formats.format import FormatError
from pforte.visits.formats.moment import (
    CACHED_MINUTES,
    MONTHS,
    SECONDS,
    parse_clf,
    parse_epoch,
    parse_offset,
    seconds_at,
)
from pforte.visits.formats.template import Field, Fields, Piece

_EPOCHS = {"sec": rb"\d{1,12}", "msec": rb"\d{1,15}", "usec": rb"\d{1,18}"}
_FRACTIONS = {"msec_frac": rb"\d{3}", "usec_frac": rb"\d{6}"}
_COMPOUND = {"T": "%H:%M:%S", "F": "%Y-%m-%d", "D": "%m/%d/%y", "R": "%H:%M"}
_PARTS: dict[str, tuple[str, bytes]] = {
    "Y": ("year", rb"\d{4}"),
    "y": ("short_year", rb"\d\d"),
    "m": ("month", rb"\d\d"),
    "b": ("month", rb"[A-Z][a-z]{2}"),
    "h": ("month", rb"[A-Z][a-z]{2}"),
    "d": ("day", rb"\d\d"),
    "e": ("day", rb"[ \d]\d"),
    "H": ("hour", rb"\d\d"),
    "M": ("minute", rb"\d\d"),
    "S": ("second", rb"\d\d"),
    "z": ("zone", rb"[+-]\d{4}"),
    "s": ("epoch", rb"\d{1,12}"),
}
_IGNORED = {"a": b"[A-Za-z]{1,16}", "A": b"[A-Za-z]{1,16}", "Z": b"[A-Z]{1,8}", "u": rb"\d", "j": rb"\d{3}"}
_PART = re.compile(r"%(.)|([^%]++)", re.DOTALL)


def compile_time(written: str, argument: str | None) -> list[Piece]:
    """Compile one ``%t``; its parts become fields whose roles are parts of the time.

    Raises:
        FormatError: strftime with a part that cannot be read back.
    """
    bare = (argument or "").removeprefix("begin:").removeprefix("end:")
    if not bare:
        return [b"[", Field(written, "clf", 0, rb"[^\]]*+"), b"]"]
    if bare in _EPOCHS:
        return [Field(written, "epoch", pattern=_EPOCHS[bare], exact=True)]
    if bare in _FRACTIONS:
        return [Field(written, "fraction", pattern=_FRACTIONS[bare], exact=True)]
    return _strftime(written, bare)


def _strftime(written: str, text: str) -> list[Piece]:
    for letter, expanded in _COMPOUND.items():
        text = text.replace(f"%{letter}", expanded)
    pieces: list[Piece] = []
    for match in _PART.finditer(text):
        letter = match[1]
        if letter is None:
            pieces.append(match[2].encode())
        elif letter in _PARTS:
            pieces.append(Field(written, _PARTS[letter][0], pattern=_PARTS[letter][1], exact=True))
        elif letter in _IGNORED:
            pieces.append(Field(written, pattern=_IGNORED[letter], exact=True))
        elif letter == "%":
            pieces.append(b"%")
        else:
            known = " ".join(f"%{name}" for name in (*_PARTS, *_COMPOUND, *_IGNORED))
            raise FormatError(f"LogFormat: %{letter} of {written} cannot be read back; known are {known}")
    return pieces


def _read_clf(found: Fields, zone: tzinfo) -> float | None:  # noqa: ARG001  the zone is written
    return parse_clf(found["clf"])


def _read_epoch(found: Fields, zone: tzinfo) -> float | None:  # noqa: ARG001  POSIX seconds have none
    return _with_fraction(parse_epoch(found["epoch"]), found)


def _read_parts(found: Fields, zone: tzinfo) -> float | None:
    year = found["year"] if "year" in found else b"20" + found["short_year"]
    offset = found.get("zone")
    start = _minute((year, found["month"], found["day"], found["hour"], found["minute"]), offset, zone)
    second = SECONDS.get(b":" + found.get("second", b"00"))
    return None if start is None or second is None else _with_fraction(start + second, found)


@lru_cache(maxsize=CACHED_MINUTES)
def _minute(parts: tuple[bytes, ...], offset: bytes | None, default_zone: tzinfo) -> float | None:
    year, month, day, hour, minute = parts
    number = int(month) if month.isdigit() else MONTHS.get(month)
    zone = parse_offset(offset) if offset else default_zone
    if number is None or zone is None:
        return None
    return seconds_at((int(year), number, int(day), int(hour), int(minute)), zone)


def _with_fraction(moment: float | None, found: Fields) -> float | None:
    fraction = found.get("fraction", b"")
    return moment if moment is None or not fraction else moment + int(fraction) / 10 ** len(fraction)


_CLOCK = frozenset(("month", "day", "hour", "minute"))
TIMES = (
    (frozenset(("clf",)), _read_clf),
    (frozenset(("epoch",)), _read_epoch),
    (_CLOCK | {"year"}, _read_parts),
    (_CLOCK | {"short_year"}, _read_parts),
)
"""Which parts of a time suffice, best first."""
