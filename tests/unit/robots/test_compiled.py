"""The fast form of the rules."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.robots.compiled import CompiledRobots, compile_rules
from pforte.robots.groups import parse_robots
from pforte.robots.matching import Decision, judge_path, path_of, patterns_of


def compiled(*lines: str):
    return compile_rules(parse_robots("\n".join(["User-agent: *", *lines]).encode()).groups[0].rules)


def test_it_decides_about_targets_of_logs():
    rules = compiled("Disallow: /private", "Allow: /private/door", "Disallow: *.gif$")
    assert rules.decide(b"/private/x") == Decision(False, "Disallow: /private", 2)
    assert rules.decide(b"/private/door") == Decision(True, "Allow: /private/door", 3)
    assert not rules.decide(b"http://e.org/a.gif").allowed
    assert not rules.decide(b"/%70rivate").allowed
    assert rules.decide(b"*").allowed
    assert rules.decide(b"").allowed


def test_forbids_is_silent_about_what_is_allowed():
    rules = compiled("Disallow: /private", "Allow: /private/door")
    assert rules.forbids(b"/private/door") is None
    assert rules.forbids(b"/") is None
    assert rules.forbids(b"/private") == Decision(False, "Disallow: /private", 2)


def test_what_begins_like_nothing_forbidden_is_allowed_for_certain():
    rules = compiled("Disallow: /private", "Allow: /public", "Disallow: /a*b*longer", "Disallow: /c*$")
    paths = (b"/private/x", b"/public", b"/a/longer", b"/a/b", b"/c/x", b"/")
    assert [rules.may_forbid(path) for path in paths] == [True, False, True, False, True, False]
    assert not compiled().may_forbid(b"/")


def test_no_rules_allow_everything():
    assert compiled().decide(b"/x").allowed


def test_many_rules_are_spread_over_buckets():
    """The point of the form: a visit is compared with few of a thousand rules."""
    words = random.Random(7)
    rules = compiled(*(f"Disallow: /{words.randrange(10**9):09d}/" for _ in range(1000)), "Disallow: *.bak$")
    assert max(map(len, rules.buckets.values())) < 20
    assert len(rules.anywhere) == 1


def test_short_patterns_stand_in_every_bucket():
    rules = compiled("Disallow: /abc/1", "Disallow: /abc/2", "Disallow: /abz/3", "Disallow: /a", "Allow: /ab")
    assert rules.decide(b"/abc/1").line == 2
    assert rules.decide(b"/abc/9").line == 6
    assert rules.decide(b"/az").line == 5


def test_names_are_tried_in_order_and_then_everybody():
    robots = CompiledRobots(
        parse_robots(b"User-agent: a\nDisallow: /1\nUser-agent: b\nDisallow: /2\nUser-agent: *\nDisallow: /3")
    )
    assert not robots.rules_for(("b", "a")).decide(b"/2").allowed
    assert not robots.rules_for(("x", "a")).decide(b"/1").allowed
    assert not robots.rules_for(()).decide(b"/3").allowed
    assert robots.rules_for(("x",)) is robots.rules_for(("y",))
    assert robots.names == {"a", "b", "*"}


lines = st.lists(
    st.builds(
        "{}: /{}".format, st.sampled_from(["Allow", "Disallow"]), st.text(alphabet="ab/*$%2Fé", max_size=9)
    ),
    max_size=40,
)


@given(lines=lines, target=st.text(alphabet="ab/%2Fé*$?#", max_size=12))
def test_it_decides_like_the_plain_form(lines, target):
    """Buckets may skip only patterns that cannot match."""
    raw = ("/" + target).encode()
    rules = parse_robots("\n".join(["User-agent: *", *lines]).encode()).groups[0].rules
    assert compile_rules(rules).decide(raw) == judge_path(patterns_of(rules), path_of(raw))


@pytest.mark.parametrize("count", [0, 1, 5000])
def test_any_number_of_rules_compiles(count):
    rules = compiled(*(f"Disallow: /same/start/of/all/{number}" for number in range(count)))
    assert rules.decide(b"/same/start/of/all/0").allowed is (count == 0)
