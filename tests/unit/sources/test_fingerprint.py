"""A file is known again by what it holds."""

import pytest

from pforte.sources.fingerprint import NOTHING, parse_fingerprint, take_fingerprint


def test_it_matches_what_it_was_taken_of_and_nothing_else():
    known = take_fingerprint(b"first line\n")
    assert known.matches(b"first line\n")
    assert not known.matches(b"first lines")
    assert not known.matches(b"first line\nsecond")


def test_nothing_matches_only_nothing():
    assert NOTHING.matches(b"")
    assert not NOTHING.matches(b"x")
    assert take_fingerprint(b"") == NOTHING


def test_it_survives_the_register():
    known = take_fingerprint(b"\xff\0")
    assert parse_fingerprint(known.render()) == known


@pytest.mark.parametrize("text", ["", "12", "x:ab", "-1:ab", "99999:ab"])
def test_broken_text_is_refused(text):
    with pytest.raises(ValueError, match="is not a fingerprint"):
        parse_fingerprint(text)
