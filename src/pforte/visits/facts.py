"""What a check may ask beside the visit itself; every answer is computed when it is first asked for."""

from collections.abc import Callable
from functools import lru_cache

from pforte.robots.agents import AGENT_LIMIT
from pforte.robots.crawlers import claimed_crawler, declared_crawler
from pforte.robots.sites import Sites
from pforte.visits.checks.declaration import RuleMatch
from pforte.visits.request_rules import RequestRules
from pforte.visits.visit import Visit

_NOTHING = Visit("", 0.0, b"", b"", b"", 0, b"", b"", b"", b"")


class VisitFacts:
    """The facts about one visit after the other.

    Args:
        rules: the request rules.
        sites: what the sites ask of their visitors.
        marked: says whether a text holds a mark of any check.
    """

    def __init__(self, rules: RequestRules, sites: Sites, marked: Callable[[bytes], bool]) -> None:
        self._rules = rules
        self._sites = sites
        self._telling_agent = lru_cache(maxsize=4096)(self._agent)
        self._marked = marked
        self._visit = _NOTHING
        self._site = b""
        self._fetched = False
        self._request: Visit | None = None

    def turn(self, visit: Visit, site: bytes, *, fetched: bool) -> None:
        """Turn to another visit.

        Args:
            visit: what the line says.
            site: host name of the visited site, b"" where unknown.
            fetched: whether the visitor's network fetched robots.txt before.
        """
        self._visit = visit
        self._site = site
        self._fetched = fetched
        self._request = None

    def telling(self) -> tuple[bytes, bytes]:
        """Return agent and referrer, each b"" if no mark of any check stands in it.

        A check convicts only what has a mark: the answer to the request without such a header is the answer to
        every request that differs in it alone.
        """
        visit = self._visit
        referrer = visit.referrer
        if referrer and not _unusual(referrer) and not self._marked(referrer):
            referrer = b""
        agent = visit.agent
        return self._telling_agent(agent) if len(agent) <= AGENT_LIMIT else self._agent(agent), referrer

    def _agent(self, agent: bytes) -> bytes:
        return agent if _unusual(agent) or self._marked(agent) else b""

    def rule_matches(self, check: str) -> tuple[RuleMatch, ...]:
        """Return the request rules tagged with this check that match the visit."""
        if self._request is None:
            visit = self._visit
            agent, referrer = self.telling()
            self._request = Visit(
                "", 0.0, visit.method, visit.target, visit.protocol, 0, agent, referrer, b"", b""
            )
        return self._rules.matches(check, self._request)

    def site_runs(self, software: str) -> bool:
        """Say whether the visited site really runs ``software`` (setting ``site.runs``)."""
        return self._sites.runs(self._site, software)

    def trap(self) -> str:
        """Return the trap path that the visit asked for, or ""."""
        visit = self._visit
        return self._sites.trap(self._site, visit.target, visit.agent, visit.at)

    def crawler(self) -> str:
        """Return the name of the crawler that the agent declares itself to be, or ""."""
        return declared_crawler(self._visit.agent)

    def verifiable_crawler(self) -> str:
        """Return the crawler the agent claims to be if its addresses can be proven, or ""."""
        return claimed_crawler(self._visit.agent)

    def robots_rule(self) -> str:
        """Return the ``Disallow`` line in force for 24 h that forbids the visit to this crawler, or ""."""
        return self._sites.rule_against(self._site, self._visit, fetched=self._fetched)


def _unusual(header: bytes) -> bool:
    """Whether a header holds what logs escape, so that marks for the log's spelling may miss it."""
    return (
        not header.isascii() or b'"' in header or b"\\" in header or not header.decode("ascii").isprintable()
    )
