"""Whether a crawler's line can break robots.txt at all, told from its agent and target alone.

Most lines of crawlers ask for what they may. They are known by the beginnings of all paths that any robots.txt of the
operator ever forbade to that agent; only what begins like one of them is read and judged.
"""

from collections.abc import Iterator
from functools import lru_cache

from pforte.robots.crawlers import Bond, identify
from pforte.robots.matching import PLAIN
from pforte.robots.sites import Sites

MOST_VERSIONS = 16
"""Versions of all robots.txt beyond which each line is judged; compiling them for each agent would cost more."""

_Forbidden = tuple[tuple[bytes, ...], tuple[tuple[bytes, bytes], ...]]


class Obedience:
    """Says which lines of crawlers are worth a look.

    Args:
        sites: the sites with their robots.txt.
    """

    def __init__(self, sites: Sites) -> None:
        self._versions = [version for site in sites.sites for version in site.versions.versions]
        self._forbidden = lru_cache(maxsize=4096)(self._forbidden_to)

    def may_break(self, agent: bytes, target: bytes) -> bool:
        """Say whether some robots.txt may forbid this target to this agent; False is certain.

        Args:
            agent: as received.
            target: as received.
        """
        if len(self._versions) > MOST_VERSIONS or target[:1] != b"/" or target.translate(None, PLAIN):
            return True
        starts, parts = self._forbidden(agent)
        return target.startswith(starts) or any(
            part in target and target.startswith(start) for start, part in parts
        )

    def _forbidden_to(self, agent: bytes) -> _Forbidden:
        """Return how forbidden paths begin, and for those with a wildcard what else stands in them."""
        starts, parts = set(), set()
        for pieces in self._pieces(agent):
            rest = max(pieces[1:], key=len, default=b"")
            if rest:
                parts.add((pieces[0], rest))
            else:
                starts.add(pieces[0])
        return tuple(sorted(starts)), tuple(sorted(parts))

    def _pieces(self, agent: bytes) -> Iterator[tuple[bytes, ...]]:
        crawler = identify(agent)
        if crawler.bond is Bond.NONE:
            return
        for version in self._versions:
            # A visit breaks a rule only if both readings forbid it; one of them is enough to acquit.
            rules = version.lenient.rules_for(crawler.tokens)
            for patterns in (rules.anywhere, *rules.buckets.values()):
                yield from (pattern.pieces for pattern in patterns if not pattern.decision.allowed)
