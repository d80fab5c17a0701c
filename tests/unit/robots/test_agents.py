"""Names inside agents."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pforte.robots.agents import AGENT_LIMIT, names_in, without_addresses


@pytest.mark.parametrize(
    ("agent", "names"),
    [
        ("Googlebot", ("googlebot",)),
        ("Google_Bot-x", ("google_bot-x",)),
        ("Googlebot/2.1", ("googlebot/2.1", "googlebot")),
        ("MJ12bot", ("mj12bot",)),
        ("", ("",)),
    ],
)
def test_tokens_name_themselves(agent, names):
    """RFC 9309 s2.2.1: the product token alone finds the group."""
    assert names_in(agent) == names


@pytest.mark.parametrize(
    ("agent", "telling"),
    [
        ("Mozilla/5.0 (compatible; ExampleBot/0.1; https://www.example.com/bot.html)", {"examplebot"}),
        (
            "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
            {"yahoo", "slurp"},
        ),
        ("Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)", {"sogou"}),
        ("CCBot/2.0 (mailto:ops@commoncrawl.org)", {"ccbot"}),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0"
            ),
            set(),
        ),
    ],
)
def test_browsers_and_addresses_name_nobody(agent, telling):
    """A group called Mozilla, or a name inside a contact address, must not turn people into crawlers."""
    assert set(names_in(agent)[1:]) == telling


@given(st.text("aB1.@/:;, ()\t+w-", max_size=30) | st.text("http:/w.mailo@ ,xs", max_size=30))
@example("+http://a@b.example/ x")
@example("a@@b @c d@ @")
@example("www.mailto:x")
def test_addresses_are_cut_out_as_one_pattern_would(agent):
    """The pattern says plainly what an address is; on a long word without @ it takes time by the square."""
    plain = re.compile(r"(?:https?://|www\.|mailto:)[^\s;,()]*|[^\s;,()]+@[^\s;,()]+", re.IGNORECASE)
    assert without_addresses(agent).split() == plain.sub(" ", agent).split()


def test_long_agents_are_bounded():
    assert names_in("x/" + "a " * AGENT_LIMIT + "Late/1.0")[-1] != "late"
