"""The DNS Tree Walk (RFC 9989 s4.10): up from a name, from record to record, to where its organisation begins."""

from dataclasses import dataclass

from pforte.dns.resolver import Resolver, Status
from pforte.mail.identity.dmarc.record import Psd, Record, parse_record

MOST_QUERIES = 8
"""Questions of one walk, however long the name is (RFC 9989 s4.10)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record and the domain it was found for; the record stands at ``_dmarc`` below that domain."""

    domain: str
    record: Record


@dataclass(frozen=True, slots=True)
class Lookup:
    """What stands for one domain.

    Attributes:
        record: its DMARC record, or None.
        surplus: how many records stand there where only one may; all of them are discarded then.
        trouble: why nobody knows, or "".
    """

    record: Record | None = None
    surplus: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class TreeWalk:
    """One walk.

    Attributes:
        start: the domain it began with.
        asked: the domains asked for, in their order.
        found: what was found, the longest name first.
        surplus: domains whose records were discarded because there is more than one.
        trouble: why the walk could not be ended, or "".
    """

    start: str
    asked: tuple[str, ...]
    found: tuple[Found, ...]
    surplus: tuple[str, ...] = ()
    trouble: str = ""


def targets(domain: str) -> tuple[str, ...]:
    """Return the domains that a walk asks for, in their order, if nothing stops it before.

    >>> targets("a.mail.example.com")
    ('a.mail.example.com', 'mail.example.com', 'example.com', 'com')
    """
    labels = domain.split(".")
    # RFC 9989 s4.10 step 4: a long name is cut to seven labels at once.
    above = labels[1:] if len(labels) < MOST_QUERIES else labels[1 - MOST_QUERIES :]
    return (domain, *(".".join(above[number:]) for number in range(len(above))))


class Walker:
    """Walks for one mail; what one walk has learned, the next does not ask again.

    Args:
        resolver: answers what stands in the DNS.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._known: dict[str, Lookup] = {}

    async def look_up(self, domain: str) -> Lookup:
        """Return the DMARC record that stands for one domain."""
        known = self._known.get(domain)
        if known is None:
            known = self._known[domain] = await self._ask(domain)
        return known

    async def walk(self, start: str) -> TreeWalk:
        """Walk up from a domain, written in ASCII and small letters without a point at its end."""
        asked: list[str] = []
        found: list[Found] = []
        surplus: list[str] = []
        trouble = ""
        for domain in targets(start):
            asked.append(domain)
            known = await self.look_up(domain)
            if known.surplus:
                surplus.append(domain)
            if known.trouble:
                trouble = f"_dmarc.{domain}: {known.trouble}"
                break
            if known.record is not None:
                found.append(Found(domain, known.record))
                if known.record.psd is not Psd.UNKNOWN:  # RFC 9989 s4.10 steps 2 and 6
                    break
        return TreeWalk(start, tuple(asked), tuple(found), tuple(surplus), trouble)

    async def _ask(self, domain: str) -> Lookup:
        # RFC 9989 s4.5: the resolver gives each record as its strings put together.
        answer = await self._resolver.records(f"_dmarc.{domain}", "TXT")
        if answer.status is Status.TROUBLE:
            return Lookup(trouble=answer.trouble)
        # RFC 9989 s4.10 step 2: what has no version is discarded, and so are all where more than one is left.
        records = [record for record in map(parse_record, answer.values) if record is not None]
        if len(records) > 1:
            return Lookup(surplus=len(records))
        return Lookup(next(iter(records), None))


def policy_record(walk: TreeWalk) -> Found | None:
    """Return the record that applies to mail of the domain where a walk without trouble started (RFC 9989 s4.10.1).

    It is the domain's own, else that of its organisation, else that of the public suffix, with which the walk ended.
    """
    if not walk.found:
        return None
    preferred = (walk.start, organizational_domain(walk), walk.found[-1].domain)
    by_domain = {found.domain: found for found in walk.found}
    return next(by_domain[domain] for domain in preferred if domain in by_domain)


def organizational_domain(walk: TreeWalk) -> str:
    """Return the Organizational Domain of the domain where a walk without trouble started (RFC 9989 s4.10.2)."""
    for found in walk.found:
        if found.record.psd is Psd.NO:
            return found.domain
        if found.record.psd is Psd.YES and found.domain != walk.start:
            labels = walk.start.split(".")
            return ".".join(labels[-found.domain.count(".") - 2 :])
    return walk.found[-1].domain if walk.found else walk.start
