"""The gate that keeps rules from slowing the pass down."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "bench"))

import rule_cost
from pforte.visits.checks import CHECKS
from pforte.visits.checks.declaration import Mark


class FakePass:
    """A pass that takes a set time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


@pytest.fixture(autouse=True)
def set_times(monkeypatch):
    monkeypatch.setattr(rule_cost, "spent", lambda scan, log: scan.seconds)


def cost(base: float, rest: float, whole: float = 1.0) -> float:
    return rule_cost.costs(FakePass(base), {"part": FakePass(rest)}, b"", whole)["part"]


def test_the_cost_is_what_the_part_adds_to_the_whole_pass():
    assert cost(1.0, 0.8) == pytest.approx(0.25)
    assert cost(1.0, 1.0) == 0.0
    assert cost(0.5, 0.4) == pytest.approx(1 / 9), "measured in a smaller pass, told of the whole one"


def test_what_seemed_slow_once_is_measured_again(monkeypatch):
    times = iter([1.0, 0.5] * rule_cost.TURNS + [1.0, 0.99] * rule_cost.SECOND_TURNS)
    monkeypatch.setattr(rule_cost, "spent", lambda scan, log: next(times))
    assert cost(0, 0) < rule_cost.LIMIT


def test_every_check_of_visits_with_marks_is_measured():
    names = [name for name, _ in rule_cost.parts()]
    assert {check.id for check in CHECKS if check.judge and (check.marks or check.statuses)} <= set(names)
    assert rule_cost.CRAWLERS in names
    assert "escapes" in names


def test_what_a_part_shares_with_others_stays_in_the_pass():
    a, b, shared = Mark(b"a"), Mark(b"b"), Mark(b"shared")
    every = [("one", (a, shared)), ("two", (b, shared))]
    assert set(rule_cost.without("one", every)) == {b, shared}


def test_the_list_of_crawlers_may_cost_more_than_a_check():
    assert rule_cost.limit(rule_cost.CRAWLERS) > rule_cost.limit("visit.xss") == rule_cost.LIMIT
