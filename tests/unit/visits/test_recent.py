"""Things told lately."""

import pytest

from pforte.visits.recent import Recent


@pytest.mark.parametrize(
    ("at", "new"), [(100.0, False), (159.9, False), (160.0, True), (40.1, False), (40.0, True)]
)
def test_a_key_is_told_again_after_the_span_only(at, new):
    recent = Recent(60.0, 10)
    assert recent.is_new("a", 100.0)
    assert recent.is_new("a", at) == new


def test_keys_are_apart():
    recent = Recent(60.0, 10)
    assert recent.is_new(("a", "x"), 0.0)
    assert recent.is_new(("a", "y"), 0.0)
    assert recent.told_at(("a", "x")) == 0.0
    assert recent.told_at("b") is None


def test_the_span_counts_from_when_it_was_told_not_from_when_it_was_asked():
    recent = Recent(60.0, 10)
    assert [recent.is_new("a", at) for at in (0.0, 50.0, 100.0)] == [True, False, True]


def test_those_told_longest_ago_are_forgotten_first():
    recent = Recent(60.0, 2)
    for key in ("a", "b", "a", "c"):
        recent.tell(key, 0.0)
    assert [recent.told_at(key) is None for key in "abc"] == [False, True, False]
