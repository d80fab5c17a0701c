"""Dates are read with their old forms; what is none is named (RFC 5322 s3.3, s4.3)."""

from datetime import UTC, datetime, timedelta

import pytest

from pforte.mail.fields.date import LONGEST, read_date
from pforte.mail.fields.tokens import MalformedError

NOON = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


@pytest.mark.standard("5322:4.3")
@pytest.mark.parametrize(
    "value",
    [
        "Tue, 24 Nov 2026 12:00:00 +0000",
        "tue, 24 NOV 2026 12:00:00 gmt",
        "Tue 24 Nov 2026 12:00:00 +0000",
        "24 Nov 2026 12:00 UT",
        "24 Nov 26 12:00 Z",
        "24 Nov 126 12:00",
        "Tue,24 Nov 2026 12:00:00 -0000",
        "24 Nov 2026 13:00:00 +0100 (CET)",
        "24 Nov 2026 07:00:00 EST",
        "24 Nov 2026 05:00:00 PDT",
        "24 Nov 2026 12 : 00 : 00 CEST",
        "(a) Tue (b), 24 Nov 2026 12:00:00 +0000 ((c))",
        "24 Nov 2026 12:00:00 +9959",
    ],
)
def test_dates(value):
    assert read_date(value) == NOON


def test_years_of_two_digits_are_near():
    assert read_date("1 Jan 49 00:00 GMT").year == 2049
    assert read_date("1 Jan 50 00:00 GMT").year == 1950


def test_a_leap_second_is_a_second():
    assert read_date("31 Dec 2016 23:59:60 +0000") == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_the_zone_is_kept():
    assert read_date("24 Nov 2026 12:00:00 -0330").utcoffset() == timedelta(hours=-3, minutes=-30)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "no date"),
        ("24 Nov 2026", "no date"),
        ("2026-11-24 12:00:00", "no date"),
        ("Tue, 24 Nov 2026 12:00:00 +000", "no date"),
        ("Tue, 24 Nov 2026 12:00:00 GMT+1", "no date"),
        ("Tue, 24 Nov 2026 12.00.00", "no date"),
        ("Die, 24 Nov 2026 12:00", "day or month"),
        ("24 Okt 2026 12:00", "day or month"),
        ("31 Nov 2026 12:00", "does not exist"),
        ("24 Nov 2026 24:00", "does not exist"),
        ("24 Nov 2026 12:00:61", "does not exist"),
        ("24 Nov 99999 12:00", "does not exist"),
        ("24 Nov 2026 12:00 (", "comment"),
        ("1" * (LONGEST + 1), "too long"),
    ],
)
def test_what_is_no_date_is_named(value, why):
    with pytest.raises(MalformedError) as caught:
        read_date(value)
    assert why in caught.value.words.en
