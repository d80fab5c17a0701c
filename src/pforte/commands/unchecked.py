"""Claims to be a crawler that nobody checks: the usual case offline, without anything that is slow to load."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

from pforte.bans.offence import Kind, Offence
from pforte.robots.verifiable import crawler_name
from pforte.visits.checks.impersonated_crawler import ID as IMPERSONATED


def unproven(offence: Offence, *, excuse: bool) -> Offence | None:
    """Return what an offence becomes when nobody can tell whether its visitor's claim is true; None is nothing.

    The bare claim is no offence. Whoever may be a crawler is exempt from what only crawlers can break; an attack is
    one from whomever it comes.

    Args:
        offence: it carries a claim.
        excuse: whether crawlers are exempt (setting ``exempt.crawlers``).
    """
    if offence.check == IMPERSONATED:
        return None
    if excuse and offence.kind is not Kind.ATTACK:
        return replace(
            offence, exempt=f"says it is {crawler_name(offence.claim)}, which could not be checked"
        )
    return offence


class UncheckedClaims(AbstractContextManager["UncheckedClaims"]):
    """Settles offences like :class:`pforte.commands.claims.Claims`, where there is nobody to ask.

    Args:
        excuse: whether crawlers are exempt (setting ``exempt.crawlers``).

    Attributes:
        found: under ``unknown``, the number of offences whose visitor says it is a crawler.
    """

    def __init__(self, *, excuse: bool) -> None:
        self.found: Counter[str] = Counter()
        self._excuse = excuse

    def __exit__(self, *_: object) -> None:
        pass

    def settle(self, offences: Iterable[Offence]) -> Iterator[Offence]:
        """Yield in their order the offences that are left, exempt where the visitor is excused."""
        for offence in offences:
            if not offence.claim:
                yield offence
                continue
            self.found["unknown"] += 1
            left = unproven(offence, excuse=self._excuse)
            if left is not None:
                yield left
