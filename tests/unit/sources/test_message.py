"""One message stays one line."""

from hypothesis import given
from hypothesis import strategies as st

from pforte.sources.message import one_line


@given(st.binary(max_size=60))
def test_no_message_makes_a_second_line(message):
    assert b"\n" not in one_line(message)


def test_line_breaks_inside_are_shown_and_those_at_the_end_dropped():
    assert one_line(b"one\ntwo\r\n\0") == b"one#012two"
    assert one_line(b"caf\xe9\0x") == b"caf\xe9\0x"
