"""Patterns of a format mean the same in every engine."""

import re

from hypothesis import given
from hypothesis import strategies as st

from pforte.visits.formats.format import FormatError, UnknownFormat, any_status, quote


@given(st.binary(max_size=20))
def test_quote_matches_just_the_bytes(text):
    """A quoted text is no pattern any more, whatever bytes it holds."""
    assert re.fullmatch(quote(text), text)
    assert quote(text).isascii()


def test_any_status():
    """A status has three digits."""
    assert any_status((0, 404)) == b"(?:000|404)"


def test_an_unknown_format_is_a_format_error():
    """Who catches the one need not know the other."""
    assert issubclass(UnknownFormat, FormatError)
