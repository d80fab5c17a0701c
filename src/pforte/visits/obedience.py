"""Whether a crawler's line can break robots.txt at all, told from its agent and target alone.

Most lines of crawlers ask for what they may. They are known by the beginnings of all paths that any robots.txt of the
operator ever forbade to that agent; only what begins like one of them is read and judged.
"""

from functools import lru_cache

from pforte.robots.agents import AGENT_LIMIT
from pforte.robots.compiled import CompiledRules
from pforte.robots.crawlers import Bond, identify
from pforte.robots.matching import PLAIN
from pforte.robots.sites import Sites

MOST_VERSIONS = 16
"""Versions of all robots.txt beyond which each line is judged; asking all of them would cost more."""


class Obedience:
    """Says which lines of crawlers are worth a look.

    Args:
        sites: the sites with their robots.txt.
    """

    def __init__(self, sites: Sites) -> None:
        self._versions = [version for site in sites.sites for version in site.versions.versions]
        self._rules = lru_cache(maxsize=4096)(self._rules_for)

    def may_break(self, agent: bytes, target: bytes) -> bool:
        """Say whether some robots.txt may forbid this target to this agent; False is certain.

        Args:
            agent: as received.
            target: as received.
        """
        if len(self._versions) > MOST_VERSIONS or target[:1] != b"/" or target.translate(None, PLAIN):
            return True
        # Cut before the cache, which would keep the rest.
        for rules in self._rules(agent[:AGENT_LIMIT]):  # noqa: SIM110  asked of each line of a crawler
            if rules.may_forbid(target):
                return True
        return False

    def _rules_for(self, agent: bytes) -> tuple[CompiledRules, ...]:
        """Return the rules that may forbid this agent something; all agents share those of their group."""
        crawler = identify(agent)
        if crawler.bond is Bond.NONE:
            return ()
        # A visit breaks a rule only if both readings forbid it; one of them is enough to acquit.
        every = (version.lenient.rules_for(crawler.tokens) for version in self._versions)
        return tuple(rules for rules in every if rules.starts or rules.parts)
