"""Control bytes are shown, so that a message is one line and harms no terminal."""

from hypothesis import given
from hypothesis import strategies as st

from pforte.sources.control_bytes import show_control_bytes


@given(st.binary(max_size=80))
def test_nothing_but_tab_and_text_is_left(message):
    shown = show_control_bytes(message)
    assert not set(shown) & (set(range(32)) - {9} | {127})
    assert len(shown) <= 4 * len(message)


@given(st.text(max_size=40))
def test_text_stays_as_it_is(text):
    plain = "".join(sign for sign in text if ord(sign) >= 32 and sign != "\x7f").encode(
        "utf-8", "surrogatepass"
    )
    assert show_control_bytes(plain) == plain


def test_as_rsyslog_writes_them():
    assert show_control_bytes(b"a\nb\x1b[31m\x7f\tc\0\xff") == b"a#012b#033[31m#177\tc#000\xff"
