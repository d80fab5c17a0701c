"""Times of logs are read exactly, or not at all."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.visits.formats.moment import (
    DAY_SECONDS,
    clf_minute,
    parse_any,
    parse_clf,
    parse_epoch,
    parse_iso,
    parse_offset,
    parse_tai64n,
    parse_yearless,
    scale_epoch,
    seconds_at,
)

BERLIN = ZoneInfo("Europe/Berlin")
moments = st.datetimes(datetime(1971, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  the zone follows


@given(moments, st.integers(-14 * 4, 14 * 4))
def test_common_log_time_round_trip(moment, quarters):
    """Every second in every zone comes back as itself."""
    local = moment.replace(microsecond=0).astimezone(timezone(timedelta(minutes=15 * quarters)))
    assert parse_clf(local.strftime("%d/%b/%Y:%H:%M:%S %z").encode()) == local.timestamp()


@given(moments)
def test_iso_round_trip(moment):
    """Microseconds survive, with T or a space, with Z or an offset."""
    text = moment.isoformat().encode()
    assert parse_iso(text, BERLIN) == pytest.approx(moment.timestamp(), abs=1e-6)
    assert parse_iso(text.replace(b"+00:00", b"Z"), BERLIN) == parse_iso(text.replace(b"T", b" "), BERLIN)


@given(moments, st.integers(0, 364 * 86_400))
def test_a_time_without_year_gets_the_newest_that_fits(moment, back):
    """A line that was written within the last year comes back as itself, over New Year and on 29 February too."""
    written = (moment - timedelta(seconds=back)).replace(microsecond=0)
    text = written.strftime("%b %e %H:%M:%S").encode()
    read = parse_yearless(text, UTC, moment.timestamp())
    assert read is not None
    assert read <= moment.timestamp() + DAY_SECONDS
    if (written.month, written.day) != (2, 29):
        assert read >= written.timestamp()
        if back < 363 * 86_400:
            assert read == written.timestamp()


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        (
            b"Jan  1 00:00:30",
            datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
            datetime(2027, 1, 1, 0, 0, 30, tzinfo=UTC),
        ),
        (
            b"Dec 31 23:59:30",
            datetime(2027, 1, 1, 0, 1, tzinfo=UTC),
            datetime(2026, 12, 31, 23, 59, 30, tzinfo=UTC),
        ),
        (
            b"Mar  2 12:00:00",
            datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
            datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
        ),
        (
            b"Mar  2 12:00:01",
            datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
            datetime(2025, 3, 2, 12, 0, 1, tzinfo=UTC),
        ),
        (
            b"Feb 29 12:00:00",
            datetime(2027, 3, 1, 12, 0, tzinfo=UTC),
            datetime(2024, 2, 29, 12, 0, tzinfo=UTC),
        ),
        (
            b"Feb 29 12:00:00",
            datetime(2103, 3, 1, 12, 0, tzinfo=UTC),
            datetime(2096, 2, 29, 12, 0, tzinfo=UTC),
        ),
        (
            b"Feb  3 12:00:00.250",
            datetime(2026, 3, 1, tzinfo=UTC),
            datetime(2026, 2, 3, 12, 0, 0, 250_000, tzinfo=UTC),
        ),
    ],
)
def test_years_at_the_edges(text, now, expected):
    """New Year, a clock that runs ahead by a day and not more, and leap days."""
    assert parse_yearless(text, UTC, now.timestamp()) == expected.timestamp()


def test_a_zone_that_is_ahead_of_utc():
    """On New Year's Eve the zone's year counts, not that of UTC."""
    now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC).timestamp()
    assert parse_yearless(b"Jan  1 00:30:00", BERLIN, now) == now


def test_summer_time():
    """A zone name follows summer time."""
    now = datetime(2026, 12, 1, tzinfo=UTC).timestamp()
    assert (
        parse_yearless(b"Jul  1 12:00:00", BERLIN, now) == datetime(2026, 7, 1, 10, 0, tzinfo=UTC).timestamp()
    )
    assert parse_iso(b"2026-01-01 12:00:00", BERLIN) == datetime(2026, 1, 1, 11, 0, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"32/May/2015:10:05:03 +0200",
        b"17/may/2015:10:05:03 +0200",
        b"17/Mai/2015:10:05:03 +0200",
        b"17/May/2015:24:05:03 +0200",
        b"17/May/2015:10:05:61 +0200",
        b"17/May/2015:10:05:03 +2500",
        b"17/May/2015:10:05:03",
        b"17/May/2015:10:05:03 +02001",
        b"17/May/0000:10:05:03 +0200",
    ],
)
def test_no_common_log_time(text):
    """What is no time gives none, rather than a wrong one."""
    assert parse_clf(text) is None


def test_leap_second_and_first_year():
    """A leap second is the first of the next minute; the oldest year that there is does no harm."""
    assert parse_clf(b"31/Dec/2016:23:59:60 +0000") == parse_clf(b"01/Jan/2017:00:00:00 +0000")
    assert clf_minute(b"01/Jan/0001:00:00 +1400") is not None
    assert seconds_at((2026, 13, 1, 0, 0), UTC) is None


@pytest.mark.parametrize(
    "text",
    [
        b"Mai  1 12:00:00",
        b"Feb 30 12:00:00",
        b"Mar  1 12:00:61",
        b"Mar  1 25:00:00",
        b"Mar  1 12:00:00.",
        b"x",
    ],
)
def test_no_time_without_year(text):
    """A day that never was is no time."""
    assert parse_yearless(text, UTC, 1e9) is None


def test_a_reading_time_beyond_all_calendars():
    """A mad clock is no reason to fail."""
    assert parse_yearless(b"Mar  1 12:00:00", UTC, 1e18) is None


@pytest.mark.parametrize(
    "text", [b"2026-02-30T12:00:00Z", b"2026-02-03T12:00:61Z", b"2026-02-03T12:00:00+99:00", b"now"]
)
def test_no_iso_time(text):
    """What is no time gives none."""
    assert parse_iso(text, UTC) is None


def test_offsets():
    """Hours alone suffice; a day and more is no offset."""
    assert parse_offset(b"+01") == timezone(timedelta(hours=1))
    assert parse_offset(b"z") is UTC
    assert parse_offset(b"+2400") is None
    assert parse_offset(b"+0x:00") is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1_772_362_800, 1_772_362_800.0),
        (1_772_362_800_500, 1_772_362_800.5),
        (1_772_362_800_500_000, 1_772_362_800.5),
        (1_772_362_800_500_000_000, 1_772_362_800.5),
        (float("nan"), None),
        (float("inf"), None),
        (-1, None),
        (10**400, None),
        (1e30, None),
    ],
)
def test_numbers(value, seconds):
    """The size of a number tells its unit; what is no time gives none."""
    assert scale_epoch(value) == seconds


def test_digits():
    """Only digits and one point are a number."""
    assert parse_epoch(b"1772362800.5") == 1_772_362_800.5
    assert [parse_epoch(text) for text in (b"", b"1.2.3", b"1e9", b"-1", b"9" * 33)] == [None] * 5


def test_any():
    """JSON writers use all forms."""
    moment = 1_772_362_800.0
    texts = (b"2026-03-01T11:00:00Z", b"[01/Mar/2026:12:00:00 +0100]", b"1772362800", b"2026-03-01 12:00:00")
    assert [parse_any(text, BERLIN) for text in texts] == [moment] * 4
    assert parse_any(b"yesterday", UTC) is None


def test_tai64n():
    """A label is 10 seconds ahead of POSIX time (libtai)."""
    assert parse_tai64n(b"@400000004c91b04e1dcd6500") == pytest.approx(1_284_616_260.5)
    assert parse_tai64n(b"@500000004c91b04e1dcd6500") is None
