"""A value becomes the type of its setting, or the operator reads what is wanted instead."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.settings.values import (
    UnfitValueError,
    as_plain,
    convert,
    convert_text,
    describe_kind,
    parse_toml_value,
    render_toml,
)

Words = Literal["off", "watch"]
Ports = Mapping[str, tuple[int, ...]]


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (bool, True, True),
        (int, 7, 7),
        (float, 7, 7.0),
        (float, 0.5, 0.5),
        (str, "x", "x"),
        (timedelta, "90s", timedelta(seconds=90)),
        (Path, "/var", Path("/var")),
        (Words, "off", "off"),
        (tuple[str, ...], ["a", "b"], ("a", "b")),
        (tuple[timedelta, ...], [], ()),
        (tuple[Words, ...], ["off"], ("off",)),
        (Ports, {"spam": [25, 465], "visit.xss": []}, {"spam": (25, 465), "visit.xss": ()}),
    ],
)
def test_a_toml_value_is_converted(kind, raw, value):
    converted = convert(kind, raw)
    assert (converted, type(converted)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "raw", "said"),
    [
        (bool, 1, "wants true or false, not 1"),
        (bool, "true", 'wants true or false, not "true"'),
        (int, True, "wants a whole number, not true"),
        (int, 1.5, "wants a whole number, not 1.5"),
        (int, "7", 'wants a whole number, not "7"'),
        (float, True, "wants a number, not true"),
        (float, float("nan"), "wants a number, not NaN"),
        (float, float("inf"), "wants a number, not Infinity"),
        (str, 5, "wants a text in quotes, not 5"),
        (Path, ["/var"], 'wants a path in quotes, not ["/var"]'),
        (Path, "/var\0", "is no path: it holds a NUL character"),
        (timedelta, 60, 'wants a duration in quotes such as "90s" or "1d12h", not 60'),
        (timedelta, "60", '"60" is no duration: write it like "90s", "5m" or "1d12h"'),
        (Words, "wotch", 'must be one of "off", "watch", not "wotch"; did you mean "watch"?'),
        (Words, False, 'must be one of "off", "watch", not false'),
        (tuple[str, ...], "a", 'wants a list such as ["a"], not "a"'),
        (tuple[str, ...], ["a", 1], "wants a text in quotes, not 1"),
        (Ports, [25], "wants a table of names and values in braces, not [25]"),
        (Ports, {"visit.xss": [25, "x"]}, '"visit.xss" wants a whole number, not "x"'),
        (str, {"a": "x" * 100}, 'wants a text in quotes, not {"a": "' + "x" * 53 + "..."),
    ],
)
def test_a_toml_value_of_another_type_is_refused(kind, raw, said):
    with pytest.raises(UnfitValueError) as caught:
        convert(kind, raw)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (bool, "true", True),
        (bool, "ON", True),
        (bool, "0", False),
        (int, "7", 7),
        (int, "1_000", 1000),
        (float, "7", 7.0),
        (str, "", ""),
        (str, "a, b", "a, b"),
        (str, '"quoted"', '"quoted"'),
        (Path, "/var", Path("/var")),
        (timedelta, "1h", timedelta(hours=1)),
        (Words, "watch", "watch"),
        (tuple[str, ...], "", ()),
        (tuple[str, ...], "a, b,", ("a", "b")),
        (tuple[str, ...], '["a,b"]', ("a,b",)),
        (Ports, '{spam = [25], "visit.xss" = []}', {"spam": (25,), "visit.xss": ()}),
        (tuple[timedelta, ...], "1h,7d", (timedelta(hours=1), timedelta(days=7))),
    ],
)
def test_a_bare_text_is_converted(kind, text, value):
    assert convert_text(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (bool, "maybe", 'wants true or false, not "maybe"'),
        (int, "many", 'wants a whole number, not "many"'),
        (int, "1\nb = 2", "wants a whole number"),
        (int, "9" * 5000, "wants a whole number"),
        (float, "nan", "wants a number"),
        (Words, "", "must be one of"),
        (tuple[str, ...], "[1]", "wants a text in quotes, not 1"),
        (tuple[str, ...], "[" * 100_000, "is no TOML value"),
    ],
)
def test_a_bare_text_that_does_not_fit_is_refused(kind, text, said):
    with pytest.raises(UnfitValueError, match=said):
        convert_text(kind, text)


def test_a_toml_value_stands_alone():
    assert parse_toml_value('[{path = "/a"}]') == [{"path": "/a"}]
    with pytest.raises(UnfitValueError, match="more than one"):
        parse_toml_value("1\nother = 2")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (bool, "true or false"),
        (int, "whole number"),
        (timedelta, "duration"),
        (Words, '"off" | "watch"'),
        (tuple[Path, ...], "list of paths"),
        (tuple[Words, ...], 'list of "off" | "watch"'),
        (Ports, "table, each a list of whole numbers"),
    ],
)
def test_a_kind_is_described(kind, words):
    assert describe_kind(kind) == words


def test_the_empty_path_is_the_empty_text():
    assert as_plain(Path()) == ""
    assert convert(Path, "") == Path()


_written = [
    (str, st.text(st.characters(exclude_categories=["Cs"]))),
    (int, st.integers(-(2**63), 2**63 - 1)),
    (bool, st.booleans()),
    (float, st.floats(allow_nan=False, allow_infinity=False)),
    (timedelta, st.integers(0, 10**9).map(lambda count: timedelta(milliseconds=count))),
    (tuple[str, ...], st.lists(st.text(st.characters(exclude_categories=["Cs"]))).map(tuple)),
    (
        Ports,
        st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.integers(0, 99)).map(tuple)
        ),
    ),
]


@given(st.one_of([st.tuples(st.just(kind), values) for kind, values in _written]))
def test_a_rendered_value_reads_back(pair):
    kind, value = pair
    assert convert(kind, parse_toml_value(render_toml(value))) == value


@given(st.sampled_from([kind for kind, _ in _written] + [Path, Words]), st.text(max_size=40))
def test_no_text_does_more_than_be_refused(kind, text):
    try:
        value = convert_text(kind, text)
    except UnfitValueError:
        return
    assert convert_text(kind, text) == value
