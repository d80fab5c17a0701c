"""Claims to be a crawler."""

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from pforte.robots.crawlers import VERIFIABLE, claimed_crawler
from pforte.visits.checks import impersonated_crawler
from pforte.visits.engine import build


def test_a_claim_is_handed_on(asking, facts):
    """Whether it is true, the service looks up."""
    finding = asking(impersonated_crawler.CHECK)(b"/", facts(claimed="googlebot"), agent=b"Googlebot/2.1")
    assert finding is not None
    assert finding.claim == "googlebot"


def test_without_a_claim_there_is_nothing(asking):
    """People claim nothing."""
    assert asking(impersonated_crawler.CHECK)(b"/") is None


def test_every_agent_that_claims_has_a_mark():
    """The pass must not overlook a claim that the list of verifiable crawlers knows."""
    agents = [agent for listed in CRAWLER_USER_AGENTS_DATA for agent in listed["instances"]]
    claims = {agent: claim for agent in agents if (claim := claimed_crawler(agent.encode()))}
    scan = build([impersonated_crawler.CHECK.marks])
    assert len(set(claims.values())) > len(VERIFIABLE) / 2
    assert [agent for agent in claims if not scan.candidates(agent.encode())] == []
