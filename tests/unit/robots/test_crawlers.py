"""Which agents declare themselves crawlers."""

import pytest
import re2
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from pforte.robots.agents import AGENT_LIMIT
from pforte.robots.crawlers import (
    VERIFIABLE,
    Bond,
    bond_by_tags,
    claim_in,
    claimed_crawler,
    crawler_marks,
    declared_crawler,
    identify,
    name_marks,
)
from pforte.robots.reviewed_crawlers import BOUND, EXEMPT, OWN_CRAWLERS

PATTERNS = {entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA}

CRAWLERS = {
    b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": (
        "Googlebot",
        ("googlebot",),
    ),
    b"Googlebot-Image/1.0": ("Googlebot-Image", ("googlebot-image", "googlebot")),
    b"SAMSUNG-SGH-E250/1.0 (compatible; Googlebot-Mobile/2.1; +http://www.google.com/bot.html)": (
        "Googlebot-Mobile",
        ("googlebot-mobile", "googlebot"),
    ),
    b"GoogleOther": ("GoogleOther", ("googleother",)),
    b"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)": (
        "bingbot",
        ("bingbot", "msnbot"),
    ),
    b"msnbot-media/1.1 (+http://search.msn.com/msnbot.htm)": (
        "msnbot",
        ("msnbot-media", "msnbot", "bingbot"),
    ),
    b"Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)": ("Yandex", ("yandexbot", "yandex")),
    b"Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)": (
        "Yahoo! Slurp",
        ("slurp",),
    ),
    b"Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)": (
        "Sogou",
        ("sogou web spider", "sogou"),
    ),
    b"Mozilla/5.0 (compatible; Linux x86_64; Mail.RU_Bot/2.0; +http://go.mail.ru/help/robots)": (
        "Mail.RU_Bot",
        ("mail.ru_bot",),
    ),
}
WORDED_CRAWLERS = {
    b"Mozilla/5.0 (compatible; MJ12bot/v1.4.4; http://www.majestic12.co.uk/bot.php?+)": "mj12bot",
    b"Mozilla/5.0 (compatible; AhrefsBot/5.0; +http://ahrefs.com/robot/)": "ahrefsbot",
    b"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)": "gptbot",
    b"CCBot/2.0 (https://commoncrawl.org/faq/)": "ccbot",
    b"Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)": "baiduspider",
    b"nutch-1.4/Nutch-1.4": "nutch-1.4",
    b"Mozilla/5.0 (compatible; archive.org_bot +http://www.archive.org/details/archive.org_bot)": "archive.org_bot",
    b"YisouSpider": "yisouspider",
}
PEOPLE = [
    b"",
    b"-",
    b"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36",
    b"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5",
    b"Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/83.0 Safari/537.36",
    b"Mozilla/5.0 (Linux; Android 12; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0 Safari/537.36",
    b"Mozilla/5.0 (Linux; U; Android 4.0.3; de-de; Galaxy S II Build/GRJ22) AppleWebKit/534.30 Version/4.0 Mobile",
    b"Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; .NET CLR 2.0.50727; Media Center PC 6.0)",
    b"Opera/9.80 (Windows NT 6.1; U; en) Presto/2.10.229 Version/11.62",
    b"Lynx/2.8.7rel.2 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/1.0.1f",
    b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/32.0.1700.107 Safari/537.36 slurp",
]
SERVANTS = [
    b"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
    b"Feedfetcher-Google; (+http://www.google.com/feedfetcher.html; 22 subscribers; feed-id=8321906634162087507)",
    b"Mozilla/5.0 (Linux; Android 6.0.1) AppleWebKit/537.36 Chrome/119 (compatible; Google-InspectionTool/1.0;)",
    b"Twitterbot/1.0",
    b"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    b"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    b"Tiny Tiny RSS/1.11 (http://tt-rss.org/)",
    b"FeedBurner/1.0 (http://www.FeedBurner.com)",
    b"Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    b"Mozilla/5.0 (compatible; bnf.fr_bot; +http://www.bnf.fr/fr/outils/a.dl_web_capture_robot.html)",
]
TOOLS = [
    b"curl/8.5.0",
    b"Wget/1.21",
    b"python-requests/2.31",
    b"Go-http-client/1.1",
    b"Java/1.8",
    b"LWP::Simple/5.827",
]


@pytest.mark.parametrize(("agent", "told"), CRAWLERS.items())
def test_known_crawlers_have_their_tokens(agent, told):
    """RFC 9309 s2.2.1: the operators publish the tokens their crawlers look for."""
    crawler = identify(agent)
    assert (crawler.name, crawler.tokens) == told
    assert crawler.bond is Bond.ALL
    assert declared_crawler(agent) == told[0]


@pytest.mark.parametrize(("agent", "token"), WORDED_CRAWLERS.items())
def test_other_crawlers_answer_to_the_words_of_their_agent(agent, token):
    crawler = identify(agent)
    assert crawler.bond is Bond.ALL
    assert token in crawler.tokens
    assert crawler.name


@pytest.mark.parametrize(
    "agent", [b"AdsBot-Google (+http://www.google.com/adsbot.html)", b"Mediapartners-Google"]
)
def test_googles_special_crawlers_obey_only_their_names(agent):
    assert identify(agent).bond is Bond.NAMED
    assert declared_crawler(agent)


@pytest.mark.parametrize("agent", [*PEOPLE, *SERVANTS, *TOOLS])
def test_nobody_else_is_a_declared_crawler(agent):
    """A person, a feed reader or a link preview taken for a crawler would be a wrong ban."""
    assert declared_crawler(agent) == ""


@pytest.mark.parametrize("agent", SERVANTS)
def test_who_serves_a_person_or_the_owner_is_never_bound(agent):
    assert identify(agent).bond is Bond.NONE
    assert identify(agent).reason


@pytest.mark.parametrize("agent", [*PEOPLE, *TOOLS])
def test_people_and_tools_are_bound_only_where_they_act_as_crawlers(agent):
    assert identify(agent).bond is Bond.TOOL


def test_a_servant_that_also_names_a_crawler_stays_free():
    agent = b"Mozilla/5.0 (compatible; Googlebot/2.1) Feedfetcher-Google"
    assert identify(agent).bond is Bond.NONE


@pytest.mark.parametrize(
    ("pattern", "tags", "bond"),
    [
        ("NewBot", ["search-engine"], Bond.ALL),
        ("NewThing", ["seo"], Bond.TOOL),
        ("NewBot", ["feed-reader", "seo"], Bond.NONE),
        ("NewBot", ["social-preview"], Bond.NONE),
        ("NewCrawler", ["http-library"], Bond.TOOL),
        ("NewSpider", ["scanner"], Bond.TOOL),
    ],
)
def test_entries_nobody_reviewed_are_judged_by_tags_and_name(pattern, tags, bond):
    assert bond_by_tags(pattern, tags) is bond


def test_the_reviewed_table_speaks_of_entries_that_exist():
    """A new release of the list may respell a pattern; then the review must be looked at again."""
    assert [pattern for pattern in (*BOUND, *EXEMPT) if pattern not in PATTERNS] == []
    assert not set(BOUND) & set(EXEMPT)
    assert all(EXEMPT.values())
    assert all(own.reason and (own.tokens or own.bond is Bond.NONE) for own in OWN_CRAWLERS)


def test_tokens_are_lower_case():
    assert all(token == token.lower() for own in OWN_CRAWLERS for token in own.tokens)


@pytest.fixture(scope="module")
def marked():
    found = re2.Set.SearchSet(re2.Options())
    for mark in crawler_marks():
        found.Add(mark)
    found.Compile()
    return lambda line: bool(found.Match(line))


def test_every_declared_crawler_of_the_list_has_its_mark(marked):
    """The pass over the log must flag each line that the checks would look at."""
    missed = [
        instance
        for entry in CRAWLER_USER_AGENTS_DATA
        for instance in entry["instances"]
        if declared_crawler(instance.encode()) and not marked(f'"GET / HTTP/1.1" 200 1 "-" "{instance}"')
    ]
    assert missed == []


def test_every_claim_of_the_list_has_its_mark(marked):
    missed = [
        instance
        for entry in CRAWLER_USER_AGENTS_DATA
        for instance in entry["instances"]
        if claimed_crawler(instance.encode()) and identify(instance.encode()).bond is not Bond.NONE
        if not marked(f'"{instance}"')
    ]
    assert missed == []


@pytest.mark.parametrize("agent", PEOPLE)
def test_marks_leave_people_alone(marked, agent):
    line = (
        b'198.51.100.7 - - [17/May/2015:10:05:03 +0000] "GET /index.html HTTP/1.1" 200 20 "-" "'
        + agent
        + b'"'
    )
    assert not marked(line.decode())


def test_marks_fit_hyperscan_and_never_span_lines():
    hyperscan = pytest.importorskip("hyperscan", reason="install hyperscan to check the marks with it")
    database = hyperscan.Database()
    marks = crawler_marks()
    database.compile(
        expressions=list(marks), ids=list(range(len(marks))), elements=len(marks), flags=[0] * len(marks)
    )
    hits = []
    database.scan(
        b"Google\nbot\nbing\nbot/\nSogou\nspider", match_event_handler=lambda *hit: hits.append(hit)
    )
    assert hits == []


def test_names_of_groups_become_marks_unless_everybody_bears_them():
    assert name_marks(["a", "*", "mozilla", "odd.bot", "curl", "rv"]) == (b"curl", rb"odd\.bot")


@pytest.mark.parametrize(
    ("agent", "claim"),
    [
        (b"Googlebot/2.1 (+http://www.google.com/bot.html)", "googlebot"),
        (b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "googlebot"),
        (b"Mediapartners-Google", "googlebot"),
        (b"msnbot-media/1.1 (+http://search.msn.com/msnbot.htm)", "bingbot"),
        (b"Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)", "yandexbot"),
        (
            b"Mozilla/5.0 (compatible; Baiduspider-render/2.0; +http://www.baidu.com/search/spider.html)",
            "baiduspider",
        ),
        (
            b"Mozilla/5.0 (Macintosh) AppleWebKit/605 (Applebot/0.1; +http://www.apple.com/go/applebot)",
            "applebot",
        ),
        (b"DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)", "duckduckbot"),
        (
            b"Mozilla/5.0 (compatible; SeznamBot/4.0; +http://napoveda.seznam.cz/seznambot-intro/)",
            "seznambot",
        ),
        (b"Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", ""),
        (b"Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)", ""),
        (b"my-googlebot-simulator", ""),
        (b"", ""),
    ],
)
def test_claims_that_can_be_proven(agent, claim):
    assert claimed_crawler(agent) == claim
    assert not claim or claim in VERIFIABLE


def test_a_text_of_any_length_names_a_crawler_anywhere():
    assert claim_in(b"a" * 5000 + b'"Googlebot"' + b"a" * 5000) == "googlebot"
    assert claim_in(b"a" * 5000) == ""


@pytest.mark.parametrize("ask", [identify, claimed_crawler])
def test_of_a_long_agent_only_the_beginning_is_kept(ask):
    """Otherwise agents of 60 kB would fill the memory."""
    long = b"AhrefsBot/7.0; bingbot/2.0 " + b"a" * (AGENT_LIMIT - 27)
    assert ask(long + b"one") is ask(long + b"another") is ask(long)


def test_every_verifiable_crawler_says_how():
    for name, verifiable in VERIFIABLE.items():
        assert name == name.lower()
        assert verifiable.domains or verifiable.ranges
        assert verifiable.source
        assert not verifiable.conclusive or verifiable.source.startswith("https://")


def test_long_and_broken_agents_are_bounded():
    assert identify(b"x" * 100_000 + b" Googlebot/2.1").bond is Bond.TOOL
    assert identify(b"\xff\xfe Googlebot/2.1 \x00").name == "Googlebot"
