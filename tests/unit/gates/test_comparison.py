"""What a gate holds is compared with what it should hold, entry by entry."""

from pforte.gates.comparison import Comparison, compare


def test_entries_are_compared_one_by_one():
    found = compare("a map", {1: "x", 2: "y", 3: "z"}, {2: "y", 3: "other", 4: "w"})
    assert found == Comparison(place="a map", held=3, missing=("1",), surplus=("4",), wrong=("3",))
    assert not found.agrees()


def test_the_same_agrees():
    assert compare("a map", {1: "x"}, {1: "x"}).agrees()
    assert not Comparison(place="a map", held=0, trouble="its rules were changed").agrees()
