"""Whether a crawler's line can break robots.txt at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.robots.sites import Site, Sites
from pforte.robots.versions import ALWAYS, Versions, read_version
from pforte.visits.obedience import MOST_VERSIONS, Obedience
from pforte.visits.visit import Visit

BOT = b"Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"
MONITOR = b"Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"
GPT = b"Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)"
OLD = b"User-agent: *\nDisallow: /old/\n"
ROBOTS = b"""\
User-agent: *
Disallow: /private/
Disallow: /*?sort=
Disallow: /a*z$
Allow: /private/press/
Disallow:

User-agent: GPTBot
Disallow: /
"""


def sites(*texts: bytes) -> Sites:
    versions = Versions(tuple(read_version(raw, at * 1e5 if at else ALWAYS) for at, raw in enumerate(texts)))
    return Sites([Site(name="a", versions=versions), Site(name="b", versions=Versions())])


OBEDIENCE = Obedience(sites(OLD, ROBOTS))


@pytest.mark.parametrize(
    ("agent", "target", "may"),
    [
        (BOT, b"/", False),
        (BOT, b"/public/private/", False),
        (BOT, b"/private/x", True),
        (BOT, b"/private/press/x", True),
        (BOT, b"/old/x", True),
        (BOT, b"/shop?sort=1", True),
        (BOT, b"/shop?page=1", False),
        (BOT, b"/b", False),
        (BOT, b"/%70rivate/x", True),
        (BOT, b"http://a/", True),
        (GPT, b"/any", True),
        (MONITOR, b"/private/x", False),
    ],
)
def test_only_what_begins_like_something_forbidden_is_judged(agent: bytes, target: bytes, may: bool) -> None:  # noqa: FBT001  a column
    assert OBEDIENCE.may_break(agent, target) is may


def test_too_many_versions_are_not_looked_through() -> None:
    many = [b"User-agent: *\nDisallow: /%d/\n" % number for number in range(MOST_VERSIONS)]
    assert not Obedience(sites(*many)).may_break(BOT, b"/x")
    assert Obedience(sites(*many, b"")).may_break(BOT, b"/x")


def test_all_agents_share_the_rules_of_their_group() -> None:
    """A copy for each agent would fill the memory, because the visitor chooses its agent."""
    (rules, *_), (others, *_) = OBEDIENCE._rules(BOT), OBEDIENCE._rules(BOT.replace(b"7.0", b"7.1"))
    assert rules is others
    assert OBEDIENCE._rules(GPT)[-1] is not OBEDIENCE._rules(BOT)[-1]


RULES = st.lists(
    st.builds(
        lambda kind, path: kind + b": " + path,
        st.sampled_from([b"Allow", b"Disallow"]),
        st.lists(st.sampled_from([b"/", b"a", b"b", b"*", b"?", b"%41", b"A", b"$", b"="]), max_size=6).map(
            b"".join
        ),
    ),
    max_size=5,
).map(b"\n".join)
TARGETS = st.lists(st.sampled_from([b"/", b"a", b"b", b"A", b"?", b"=", b"%41", b"$"]), max_size=8).map(
    lambda parts: b"/" + b"".join(parts)
)


@settings(max_examples=150, deadline=None)
@given(st.lists(RULES, min_size=1, max_size=2), TARGETS, st.sampled_from([BOT, GPT, MONITOR, b"curl/8"]))
def test_who_cannot_break_a_rule_breaks_none(groups: list[bytes], target: bytes, agent: bytes) -> None:
    text = b"User-agent: *\n" + groups[0] + b"".join(b"\nUser-agent: GPTBot\n" + more for more in groups[1:])
    known = sites(text)
    visit = Visit("192.0.2.1", 1e9, b"GET", target, b"HTTP/1.1", 200, agent, b"", b"", b"")
    if known.rule_against(b"a", visit, fetched=True):
        assert Obedience(known).may_break(agent, target)
