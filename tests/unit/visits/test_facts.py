"""What a check may ask beside the visit."""

from dataclasses import replace

import pytest

from pforte.robots.sites import Site, Sites
from pforte.robots.versions import Versions, read_version
from pforte.visits.checks.declaration import RuleMatch
from pforte.visits.facts import VisitFacts
from pforte.visits.request_rules import RequestRules
from pforte.visits.visit import Visit

VISIT = Visit(
    "192.0.2.1", 1e9, b"GET", b"/", b"HTTP/1.1", 200, b"Mozilla/5.0", b"https://example.org/", b"", b""
)
GOOGLE = b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
ROBOTS = b"User-agent: *\nDisallow: /private/\nDisallow: /trap/"
SITES = Sites(
    [
        Site(
            name="example.org",
            versions=Versions((read_version(ROBOTS),)),
            traps=("/trap/",),
            runs=frozenset({"wordpress"}),
        ),
        Site(name="example.net", versions=Versions()),
    ]
)


class RecordedRules(RequestRules):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__({})
        self.asked: list[Visit] = []

    def matches(self, check: str, visit: Visit) -> tuple[RuleMatch, ...]:
        self.asked.append(visit)
        return (RuleMatch(1, check, "ARGS:id", b"x"),)


@pytest.fixture
def rules() -> RecordedRules:
    return RecordedRules()


@pytest.fixture
def facts(rules) -> VisitFacts:
    return VisitFacts(rules, SITES, lambda text: b"mark" in text)


def turned(
    facts: VisitFacts, site: bytes = b"example.org", *, fetched: bool = False, **parts: object
) -> VisitFacts:
    facts.turn(replace(VISIT, **parts), site, fetched=fetched)  # type: ignore[arg-type]
    return facts


def test_what_the_site_runs_is_known_and_the_first_site_stands_for_others(facts):
    assert turned(facts).site_runs("wordpress")
    assert turned(facts, b"").site_runs("wordpress")
    assert not turned(facts, b"example.net").site_runs("wordpress")


def test_a_trap_is_named(facts):
    assert turned(facts, target=b"/trap/a").trap() == "/trap/"
    assert turned(facts, target=b"/other").trap() == ""


def test_an_agent_says_which_crawler_it_is(facts):
    assert turned(facts).crawler() == turned(facts).verifiable_crawler() == ""
    assert turned(facts, agent=GOOGLE).crawler() == "Googlebot"
    assert turned(facts, agent=GOOGLE).verifiable_crawler() == "googlebot"


def test_a_crawler_breaks_a_rule_and_who_fetched_robots_txt_is_one(facts):
    assert "/private/" in turned(facts, target=b"/private/", agent=GOOGLE).robots_rule()
    assert turned(facts, target=b"/private/").robots_rule() == ""
    assert "/private/" in turned(facts, target=b"/private/", agent=b"curl/8", fetched=True).robots_rule()


def test_rules_are_asked_without_headers_that_hold_no_mark(facts, rules):
    turned(facts, target=b"/?id=1", agent=b"with a mark").rule_matches("visit.x")
    turned(facts, referrer=b"mark").rule_matches("visit.x")
    assert [(asked.target, asked.agent, asked.referrer) for asked in rules.asked] == [
        (b"/?id=1", b"with a mark", b""),
        (b"/", b"", b"mark"),
    ]
    assert {(asked.client, asked.at) for asked in rules.asked} == {("", 0.0)}


@pytest.mark.parametrize("header", [b'a "quoted" one', b"back\\slash", b"not \xff ASCII", b"a\x00control"])
def test_headers_with_bytes_that_logs_escape_always_stay(facts, header):
    assert turned(facts, agent=header, referrer=header).telling() == (header, header)


def test_the_answer_of_the_rules_is_that_of_the_visit_turned_to(facts, rules):
    turned(facts, target=b"/a").rule_matches("visit.x")
    assert facts.rule_matches("visit.y") == (RuleMatch(1, "visit.y", "ARGS:id", b"x"),)
    turned(facts, target=b"/b").rule_matches("visit.x")
    assert [asked.target for asked in rules.asked] == [b"/a", b"/a", b"/b"]
