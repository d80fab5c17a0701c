"""Hostile robots.txt files and targets: no exception, no silent nonsense."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.robots.compiled import CompiledRobots
from pforte.robots.groups import parse_robots
from pforte.robots.matching import decide

pieces = st.one_of(
    st.sampled_from(
        [
            b"User-agent:",
            b"*",
            b"Disallow:",
            b"Allow",
            b":",
            b"/",
            b"\r",
            b"\n",
            b"\r\n",
            b"#",
            b"$",
            b"%",
            b"%2",
            b"\x00",
            b"\xef\xbb\xbf",
            b"\xff",
            b" ",
            b"\t",
            b"\x0b",
            b"foo",
            b"sitemap:",
            b"index.html",
            b"\x85",
        ]
    ),
    st.binary(max_size=6),
)
blobs = st.lists(pieces, max_size=60).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(raw=blobs, strict=st.booleans())
def test_any_octets_parse(raw, strict):
    """RFC 9309 s2.3.1.5: parsing goes on whatever a line holds; every rule points at a line that exists."""
    robots = parse_robots(raw, strict=strict)
    lines = raw.count(b"\n") + raw.count(b"\r") + 1
    for group in robots.groups:
        assert 1 <= group.line <= lines
        assert [rule.line for rule in group.rules] == sorted({rule.line for rule in group.rules})
        for rule in group.rules:
            assert group.line < rule.line <= lines
            assert rule.text.isprintable()


@settings(max_examples=300, deadline=None)
@given(raw=blobs, agent=st.text(max_size=30), target=st.binary(max_size=60))
def test_any_target_is_decided(raw, agent, target):
    """Log lines hold anything; a decision against a visit always names its line."""
    robots = parse_robots(raw)
    for decision in (
        CompiledRobots(robots).rules_for((agent,)).decide(target),
        decide(robots, agent, target.decode("utf-8", "surrogateescape")),
    ):
        assert decision.allowed or (decision.line and decision.rule)


@settings(max_examples=100, deadline=None)
@given(raw=blobs)
def test_strict_reading_finds_no_rule_that_the_lenient_one_does_not(raw):
    """A conviction needs both readings, so the strict one may only take away."""
    lenient = {rule for group in parse_robots(raw).groups for rule in group.rules}
    strict = {rule for group in parse_robots(raw, strict=True).groups for rule in group.rules}
    assert strict <= lenient
