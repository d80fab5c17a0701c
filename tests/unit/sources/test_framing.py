"""Messages are found in a stream whichever way the sender frames them (RFC 6587)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.sources.framing import Framer

LIMIT = 40
BODY = st.text(alphabet="abc <1\r", min_size=1, max_size=30).map(lambda text: b"<13>m" + text.encode() + b"e")


def feed(chunks, limit=LIMIT):
    framer = Framer(limit)
    messages = []
    for chunk in chunks:
        messages += framer.feed(chunk)
        assert len(framer._buffer) <= limit + 12
    return messages + framer.end(), framer


def split(data, sizes):
    at, chunks = 0, []
    for size in sizes:
        chunks.append(data[at : at + size])
        at += size
    return [*chunks, data[at:]]


@given(
    messages=st.lists(st.tuples(BODY, st.booleans()), max_size=8),
    sizes=st.lists(st.integers(1, 20), max_size=20),
)
def test_both_framings_in_one_stream_however_it_arrives(messages, sizes):
    """Some senders mix them; every message comes once."""
    data = b"".join(
        b"%d %s" % (len(message), message) if counted else message + b"\n" for message, counted in messages
    )
    got, framer = feed(split(data, sizes))
    assert got == [message for message, _ in messages]
    assert framer.broken == 0


@given(data=st.binary(max_size=200), sizes=st.lists(st.integers(1, 20), max_size=20))
def test_how_a_stream_is_split_makes_no_difference(data, sizes):
    whole, one = feed([data])
    parts, other = feed(split(data, sizes))
    assert whole == parts
    assert one.broken == other.broken
    assert all(0 < len(message) <= LIMIT for message in whole)


def test_a_counted_message_may_have_many_lines():
    assert feed([b"13 <34>one\ntwo!\n<34>x\n"])[0] == [b"<34>one\ntwo!\n", b"<34>x"]


def test_a_newline_after_a_counted_message_is_no_message():
    assert feed([b"7 <34>one\n7 <34>two\n"])[0] == [b"<34>one", b"<34>two"]


def test_a_line_that_begins_with_a_number_is_a_line():
    """Raw access logs are sent over TCP too."""
    assert feed([b"192.0.2.1 - - GET\n", b"7 apples\n"])[0] == [b"192.0.2.1 - - GET", b"7 apples"]


def test_the_last_line_needs_no_newline():
    assert feed([b"<34>last"])[0] == [b"<34>last"]
    assert feed([b"5"])[0] == [b"5"]


def test_a_counted_message_that_ends_early_is_broken():
    messages, framer = feed([b"50 <34>las"])
    assert (messages, framer.broken) == ([], 1)


@pytest.mark.parametrize("data", [b"<1>" + b"x" * 97 + b"\n", b"100 <1>" + b"x" * 97])
@given(sizes=st.lists(st.integers(1, 50), max_size=10))
def test_a_long_message_is_cut_and_its_rest_dropped(data, sizes):
    messages, framer = feed(split(data + b"<1>next\n", sizes))
    assert messages == [b"<1>" + b"x" * (LIMIT - 3), b"<1>next"]
    assert framer.broken == 0


def test_an_endless_count_skips_what_it_promised():
    framer = Framer(LIMIT)
    assert framer.feed(b"999999999 <1>" + b"x" * 60) == [b"<1>" + b"x" * 37]
    assert framer.feed(b"x" * 1000) == []
    assert len(framer._buffer) == 0
    assert framer.end() == []
