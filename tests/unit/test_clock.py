"""The set clock tells the time a test gives it, the real one tells UTC; moments are rendered as RFC 3339."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.clock import SetClock, SystemClock, render_time

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_the_system_clock_tells_utc_and_never_runs_backwards():
    clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first.tzinfo is UTC
    assert first.year >= 2024
    assert clock.monotonic() <= clock.monotonic()
    assert isinstance(second, datetime)


def test_a_set_clock_stands_still_until_it_is_moved():
    clock = SetClock(NOON)
    assert (clock.now(), clock.now()) == (NOON, NOON)
    clock.move(timedelta(hours=1, milliseconds=500))
    assert clock.now() == NOON + timedelta(hours=1, milliseconds=500)
    assert clock.monotonic() == 3600.5


def test_waiting_is_not_computing():
    clock = SetClock(NOON)
    clock.move(timedelta(hours=1))
    assert clock.computed() == 0
    clock.compute(timedelta(seconds=2))
    assert (clock.computed(), clock.monotonic()) == (2, 3602)
    real = SystemClock()
    before = real.computed()
    sum(range(100_000))
    assert real.computed() > before


def test_a_set_clock_tells_utc_whatever_zone_it_was_set_in():
    clock = SetClock(NOON.astimezone(timezone(timedelta(hours=5))))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOON, "2026-03-01T12:00:00Z"),
        (NOON.replace(microsecond=250_000), "2026-03-01T12:00:00.250000Z"),
        (NOON.astimezone(timezone(timedelta(hours=-3))), "2026-03-01T12:00:00Z"),
    ],
)
def test_a_moment_is_rendered_in_utc(moment, text):
    assert render_time(moment) == text


@given(st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=st.timezones()))  # noqa: DTZ001  hypothesis adds the zone
def test_a_rendered_moment_reads_back(moment):
    assert datetime.fromisoformat(render_time(moment)) == moment.astimezone(UTC)
