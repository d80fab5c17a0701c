"""The only place that reads the time.

Everything else takes a clock or a moment as an argument, so that a test can tell the time itself.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the wall clock and measures spans."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never run backwards."""
        ...

    def computed(self) -> float:
        """Return the seconds from an arbitrary start in which this thread computed, and did not wait."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)  # noqa: TID251  this is the one place

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never run backwards."""
        return time.monotonic()

    def computed(self) -> float:
        """Return the seconds from an arbitrary start in which this thread computed, and did not wait."""
        return time.thread_time()


class SetClock:
    """A clock that stands where it is put: for tests, stories and replays.

    Args:
        start: the moment it shows first; must carry a time zone.
    """

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._spent = self._computed = 0.0

    def now(self) -> datetime:
        """Return the moment the clock was put to."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds it was moved forward since it was made."""
        return self._spent

    def computed(self) -> float:
        """Return the seconds of :meth:`compute`."""
        return self._computed

    def move(self, span: timedelta) -> None:
        """Move the clock forward by ``span``."""
        self._now += span
        self._spent += span.total_seconds()

    def compute(self, span: timedelta) -> None:
        """Move the clock forward by ``span`` in which somebody computes."""
        self.move(span)
        self._computed += span.total_seconds()


def render_time(moment: datetime) -> str:
    """Render a moment as RFC 3339 in UTC with a ``Z``, to the second unless it has a fraction.

    >>> render_time(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    '2026-03-01T12:00:00Z'
    """
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
