"""What a count names as proof."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.visits.things import MOST_BYTES, MOST_NAMED, Things, thing_of, unnamed, unpack_things


@pytest.mark.parametrize(
    ("observed", "thing"),
    [
        (b"root", b"root"),
        (b"", b""),
        (b"/a?token=secret", b"/a?..."),
        (b"?", b"?..."),
        (b"/" + b"x" * 99 + b"/fckeditor/", b"/" + b"x" * 23 + b"..." + b"x" * 22 + b"/fckeditor/"),
        (b"/" + b"x" * 99 + b"?y", b"/" + b"x" * 23 + b"..." + b"x" * 29 + b"?..."),
        (b"/" + b"x" * 55 + b"?y", b"/" + b"x" * 55 + b"?..."),
    ],
)
def test_a_thing_is_short_and_holds_no_query(observed, thing):
    assert thing_of(observed) == thing


@given(st.binary(max_size=200))
def test_no_thing_is_longer_than_the_limit(observed):
    assert len(thing_of(observed)) <= MOST_BYTES


def test_things_are_told_by_their_time_each_once():
    things = Things()
    for thing, at in ((b"b", 2.0), (b"a", 1.0), (b"c", 3.0), (b"a", 2.5)):
        things.note(thing, at, 60)
    assert things.within(0, 10) == "b, a, c"
    assert things.within(2.2, 2.7) == "a"
    assert things.within(9, 10) == ""


def test_an_older_line_read_later_does_not_move_a_thing_back():
    things = Things()
    for at in (50.0, 20.0):
        things.note(b"a", at, 60)
    assert things == [(b"a", 50.0)]
    things.note(b"a", -20.0, 60)  # from another time, such as an older file
    assert things == [(b"a", -20.0)]


def test_of_too_many_the_latest_are_named():
    things = Things()
    for number in range(MOST_NAMED + 3):
        things.note(b"/%d" % number, float(number), 60)
    named = ", ".join(f"/{number}" for number in range(3, MOST_NAMED + 3))
    assert things.within(0, 99) == f"..., {named}"
    assert things.within(3, 99) == named, "what is not named lies before the window"
    assert len(things) == MOST_NAMED + 1


def test_what_speaks_to_terminals_is_escaped():
    things = Things()
    things.note(b"\x1b[2J\xff", 0.0, 60)
    assert things.within(0, 0) == "\\x1b[2J\\xff"


def test_what_is_not_known_is_said():
    things = unnamed(5.0)
    things.note(b"/a", 1.0, 60)
    assert things.within(0, 9) == "..., /a"


@given(
    st.lists(
        st.tuples(st.sampled_from([b"", *(b"/%d" % n for n in range(12))]), st.floats(0, 99)), max_size=40
    )
)
def test_what_was_packed_is_read_again(rows):
    things = Things()
    for thing, at in rows:
        things.note(thing, at, 10.0)
    assert len(things) <= MOST_NAMED + 1
    assert unpack_things(things.packed()) == things


@given(st.binary(max_size=300))
def test_any_bytes_are_taken_or_left(state):
    things = unpack_things(state)
    assert len(things) <= MOST_NAMED + 1
    assert all(len(thing) <= MOST_BYTES for thing, _ in things)
    things.within(float("-inf"), float("inf"))
