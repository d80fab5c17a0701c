"""Answers kept within a limit of bytes."""

from hypothesis import given
from hypothesis import strategies as st

from pforte.visits.kept import ENTRY, Kept


def test_an_answer_is_given_again():
    kept: Kept[str, int] = Kept(10 * ENTRY)
    assert kept.get("a") is None
    kept.keep("a", 1, 0)
    assert kept.get("a") == 1


def test_those_least_recently_used_leave_first():
    kept: Kept[str, int] = Kept(2 * ENTRY)
    kept.keep("a", 1, 0)
    kept.keep("b", 2, 0)
    kept.get("a")
    kept.keep("c", 3, 0)
    assert [kept.get(key) for key in "abc"] == [1, None, 3]


def test_a_newer_answer_takes_the_place_of_the_older():
    kept: Kept[str, int] = Kept(2 * ENTRY)
    for number in range(9):
        kept.keep("a", number, 0)
    kept.keep("b", 2, 0)
    assert (kept.get("a"), kept.get("b"), len(kept)) == (8, 2, 2)


def test_what_is_larger_than_the_limit_is_not_kept():
    kept: Kept[str, int] = Kept(ENTRY)
    kept.keep("a", 1, 1)
    assert kept.get("a") is None
    assert len(kept) == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 900)), max_size=60))
def test_the_limit_always_holds(steps):
    kept: Kept[int, int] = Kept(4 * ENTRY)
    weights: dict[int, int] = {}
    for key, weight in steps:
        kept.keep(key, weight, weight)
        weights[key] = weight + ENTRY
        present = [key for key in weights if kept.get(key) is not None]
        assert sum(weights[key] for key in present) <= 4 * ENTRY
        assert len(kept) == len(present)
