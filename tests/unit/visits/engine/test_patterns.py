"""Marks narrowed to one line."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.visits.engine import EngineError
from pforte.visits.engine.patterns import within_line


@pytest.mark.parametrize(
    ("pattern", "narrowed"),
    [
        (rb"/\.env", rb"/\.env"),
        (rb"[^ ]", rb"[^\n ]"),
        (rb"[^\n ]", rb"[^\n ]"),
        (rb"[^\x22\x0a]", rb"[^\n\x22]"),
        (rb"[^\x0A ]", rb"[^\n ]"),
        (rb"[^]x]", rb"[^\n\]x]"),
        (rb"[]x]", rb"[\]x]"),
        (rb"[[x]", rb"[\[x]"),
        (rb"a\s+b", rb"a[ \t\r\f\x0b]+b"),
        (rb"[\s;]", rb"[ \t\r\f\x0b;]"),
        (rb"[\w-]", rb"[\w-]"),
        (rb"[\t-]", rb"[\t-]"),
        (rb"\[", rb"\["),
        (rb"\xff", rb"\xff"),
    ],
)
def test_a_class_that_could_match_a_line_feed_is_narrowed(pattern, narrowed):
    assert within_line(pattern) == narrowed


@pytest.mark.parametrize(
    "pattern",
    [
        *rb"a\nb|\x0a|[\x00-\x1f]|[\t-z]|\Aroot|a\z|\1|\h|\R|[abc|\x{41}|\xg".split(b"|"),
        *[b"", b"a\nb", b"a\\", b"\xe4"],
    ],
)
def test_what_leaves_the_line_or_reads_differently_is_refused(pattern):
    with pytest.raises(EngineError):
        within_line(pattern)


pieces = st.sampled_from(
    [
        rb"\s",
        rb"\S",
        rb"\W",
        rb"\D",
        rb"\w",
        rb"\d",
        b".",
        rb"[^ab]",
        rb"[\s\S]",
        rb"[\Wx]",
        rb"[^\D]",
        rb"[\Da]",
        b"a",
    ]
)


@given(st.lists(pieces, min_size=1, max_size=4))
def test_a_narrowed_pattern_matches_what_it_did_but_no_line_feed(parts):
    for part in parts:
        before, after = re.compile(part), re.compile(within_line(part))
        for byte in range(256):
            one = bytes([byte])
            wanted = byte != 10 and before.match(one) is not None
            assert (after.match(one) is not None) == wanted, (part, one)
    assert re.compile(within_line(b"".join(parts))).search(b"\n\n\n\n") is None
