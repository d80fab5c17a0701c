"""Spans of time as people write them: ``90s``, ``5m``, ``1h``, ``7d``, ``1d12h``."""

import re
from datetime import timedelta

LONGEST = timedelta(days=36_500)
"""The longest span a setting may have (100 years), so that moment plus span is always a moment."""

_UNITS = {
    "y": timedelta(days=365),
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_RENDERED = ("d", "h", "m", "s", "ms")
# Linear: every part begins with a digit and ends with a letter, and the text is cut before it is matched.
_PART = re.compile(r"([0-9]{1,9})(ms|[ywdhms])", re.ASCII)
_MOST_CHARACTERS = 60


class DurationError(ValueError):
    """A text is not a span of time; the message quotes it and shows the right form."""


def parse_duration(text: str) -> timedelta:
    """Read a span: numbers with the units y (365 days), w, d, h, m, s, ms, largest first, each once.

    Raises:
        DurationError: the text is no such span, or it is longer than 100 years.

    >>> parse_duration("1d12h")
    datetime.timedelta(days=1, seconds=43200)
    """
    bare = text.strip()
    total, at, units = timedelta(0), 0, list(_UNITS)
    while at < len(bare) <= _MOST_CHARACTERS:
        part = _PART.match(bare, at)
        if part is None or part[2] not in units:
            break
        del units[: units.index(part[2]) + 1]
        # Compared before multiplying: a timedelta that overflows raises.
        if int(part[1]) > (LONGEST - total) // _UNITS[part[2]]:
            raise DurationError(f'"{bare}" is too long: 100y at most')
        total += int(part[1]) * _UNITS[part[2]]
        at = part.end()
    if not bare or at < len(bare):
        raise DurationError(
            f'"{bare[:_MOST_CHARACTERS]}" is no duration: write it like "90s", "5m" or "1d12h"'
        )
    return total


def render_duration(span: timedelta) -> str:
    """Render a span in days, hours, minutes, seconds and whole milliseconds; what is finer is dropped.

    Raises:
        ValueError: the span is negative.

    >>> render_duration(timedelta(days=1, hours=12))
    '1d12h'
    """
    if span < timedelta(0):
        raise ValueError(f"a duration is never negative: {span}")
    text, rest = "", span
    for unit in _RENDERED:
        count, rest = divmod(rest, _UNITS[unit])
        if count:
            text += f"{count}{unit}"
    return text or "0s"
