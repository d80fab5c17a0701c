"""Limits leave room for a whole line."""

from pforte.sources.block import Block, Limits


def test_a_read_holds_the_longest_line_and_its_newline():
    """Otherwise the longest allowed line could never be read whole."""
    assert Limits(block=10, line=20).read == 21
    assert Limits(block=100, line=20).read == 100


def test_a_line_has_one_identity_however_the_file_is_divided():
    whole = Block("log", b"one\ntwo\nthree\n", 1, "", "1:2:3-ab:100")
    rest = Block("log", b"three\n", 3, "", "1:2:3-ab:108")
    assert whole.identify(8) == rest.identify(0) == "1:2:3-ab:108"


def test_where_nothing_can_be_read_again_lines_have_none():
    assert Block("net", b"one\n", None, "", "").identify(0) == ""
