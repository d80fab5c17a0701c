"""What the pass looks for because of the sites: crawlers by name, traps, and requests for a robots.txt.

Paths stay out of it. Rules are looked up behind the pass, by the group that binds the crawler: a disallowed path
may be a word that stands in every other line, and paths times crawlers are more than any pass can hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pforte.robots.crawlers import crawler_marks, name_marks
from pforte.robots.sites import Sites
from pforte.visits.checks.declaration import Mark
from pforte.visits.formats.format import quote

_FETCH = Mark(rb"/robots\.txt", caseless=False)


@dataclass(frozen=True, slots=True)
class SiteMarks:
    """Marks that come from the sites.

    Attributes:
        crawlers: names of crawlers and of robots groups.
        traps: trap paths.
        fetches: requests for a robots.txt.
    """

    crawlers: tuple[Mark, ...] = ()
    traps: tuple[Mark, ...] = ()
    fetches: tuple[Mark, ...] = ()


def site_marks(sites: Sites) -> SiteMarks:
    """Return the marks that the sites ask for; without any robots.txt no crawler is of interest."""
    traps = _unique(
        Mark(quote(trap.strip().encode()), caseless=False)
        for site in sites.sites
        for trap in site.traps
        if trap.strip()
    )
    if not any(site.versions.versions for site in sites.sites):
        return SiteMarks(traps=traps)
    named = [Mark(pattern) for pattern in name_marks(sites.agents())]
    known = [Mark(pattern, caseless=False) for pattern in crawler_marks()]
    return SiteMarks(_unique((*known, *named)), traps, (_FETCH,))


def _unique(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    return tuple(dict.fromkeys(marks))
