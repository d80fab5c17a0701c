"""Spans of time are read and rendered exactly, and what is no span is refused."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.settings.durations import LONGEST, DurationError, parse_duration, render_duration


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        ("1h", timedelta(hours=1)),
        ("7d", timedelta(days=7)),
        ("1d12h", timedelta(days=1, hours=12)),
        ("2w", timedelta(days=14)),
        ("1y", timedelta(days=365)),
        ("1y1w1d1h1m1s1ms", timedelta(days=373, hours=1, minutes=1, seconds=1, milliseconds=1)),
        ("500ms", timedelta(milliseconds=500)),
        ("0s", timedelta(0)),
        (" 1h ", timedelta(hours=1)),
        ("100y", LONGEST),
    ],
)
def test_a_span_is_read(text, span):
    assert parse_duration(text) == span


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1",
        "h",
        "1 h",
        "1h 5m",
        "-1h",
        "+1h",
        "1.5h",
        "1h1d",
        "1h1h",
        "1H",
        "1min",
        "1sec",
        "1h,",
        "٣h",
    ],
)
def test_what_is_no_span_is_refused_with_an_example(text):
    with pytest.raises(DurationError, match="1d12h"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["101y", "100y1s", "999999999w", "36501d"])
def test_a_span_of_more_than_a_century_is_refused(text):
    with pytest.raises(DurationError, match="100y at most"):
        parse_duration(text)


def test_a_long_text_is_refused_and_quoted_in_part():
    with pytest.raises(DurationError) as caught:
        parse_duration("1h" * 100_000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(hours=1), "1h"),
        (timedelta(hours=24), "1d"),
        (timedelta(days=365), "365d"),
        (timedelta(days=1, hours=12), "1d12h"),
        (timedelta(seconds=90), "1m30s"),
        (timedelta(milliseconds=1500), "1s500ms"),
        (timedelta(microseconds=999), "0s"),
    ],
)
def test_a_span_is_rendered_in_days_and_below(span, text):
    assert render_duration(span) == text


def test_a_negative_span_is_not_rendered():
    with pytest.raises(ValueError, match="never negative"):
        render_duration(timedelta(seconds=-1))


@given(st.timedeltas(timedelta(0), LONGEST))
def test_what_is_rendered_reads_back(span):
    whole = span - timedelta(microseconds=span.microseconds % 1000)
    assert parse_duration(render_duration(whole)) == whole


@given(st.text("0123456789ywdhms .-", max_size=70))
def test_no_text_does_more_than_be_refused(text):
    try:
        span = parse_duration(text)
    except DurationError:
        return
    assert timedelta(0) <= span <= LONGEST
