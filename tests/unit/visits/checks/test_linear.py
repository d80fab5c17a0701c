"""Patterns of linear time."""

import pytest
import re2

from pforte.visits.checks.linear import linear


def test_a_dot_matches_every_byte():
    """Hostile lines hold line feeds and bytes beyond ASCII."""
    assert linear(rb"a.{2}b").match(b"a\n\xffb") is not None


def test_offsets_and_groups_are_told():
    """Proofs are cut out of the text by them."""
    found = linear(rb"b(c)").search(b"xabc", 1)
    assert found is not None
    assert (found.start(), found[0], found[1]) == (2, b"bc", b"c")


@pytest.mark.parametrize("pattern", [rb"(?<=a)b", rb"(a)\1", rb"(?=a)"])
def test_what_cannot_be_linear_is_refused(pattern):
    """Back-references and look-around would take exponential time."""
    with pytest.raises(re2.error):
        linear(pattern)
