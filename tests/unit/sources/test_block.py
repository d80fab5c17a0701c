"""Limits leave room for a whole line."""

from pforte.sources.block import Limits


def test_a_read_holds_the_longest_line_and_its_newline():
    """Otherwise the longest allowed line could never be read whole."""
    assert Limits(block=10, line=20).read == 21
    assert Limits(block=100, line=20).read == 100
