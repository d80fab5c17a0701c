"""Patterns of linear time."""

import pytest
import re2

from pforte.visits.checks.linear import Table, linear


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


def test_a_table_tells_all_that_match_in_order():
    """The first one decides, whatever the engine finds first."""
    table = Table([rb"c$", rb"^x.*y", rb"b"])
    assert (table.found(b"abc"), table.found(b"x\n\xffyb"), table.found(b"z")) == ([0, 2], [1, 2], [])


def test_a_wrong_pattern_is_refused_in_a_table():
    with pytest.raises(re2.error):
        Table([rb"a", rb"(?<=a)b"])
