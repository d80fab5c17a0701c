"""The sites an operator runs: their robots.txt, their trap paths and what they really run.

All look-ups are pure and quick enough for the scan; a site is found by the host name of the visit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from pforte.robots.compiled import CompiledRobots
from pforte.robots.crawlers import Bond, Crawler, identify
from pforte.robots.matching import Decision, canonical, path_of
from pforte.robots.versions import Versions

_HOST_LIMIT = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One web site.

    Attributes:
        name: its host name.
        versions: its robots.txt through time.
        traps: trap paths as the operator wrote them.
        runs: software that it really runs, lower case.
    """

    name: str
    versions: Versions
    traps: tuple[str, ...] = ()
    runs: frozenset[str] = frozenset()


class Asked(Protocol):
    """A visit, as far as robots.txt is concerned."""

    @property
    def agent(self) -> bytes:
        """User-Agent as received."""
        ...

    @property
    def target(self) -> bytes:
        """Request target as received."""
        ...

    @property
    def at(self) -> float:
        """Event time, POSIX seconds."""
        ...


class Sites:
    """All sites; the first one also stands for hosts that nobody named.

    Args:
        sites: in the order of the settings.

    Raises:
        ValueError: two sites have one name.
    """

    def __init__(self, sites: Iterable[Site] = ()) -> None:
        self.sites = tuple(sites)
        self._by_host: dict[str, Site] = {}
        for site in self.sites:
            name = _host(site.name.encode())
            if name in self._by_host:
                raise ValueError(f"the site {site.name!r} is given twice")
            self._by_host[name] = site
        self._traps = {
            site.name: tuple((_trap_path(trap), trap) for trap in site.traps) for site in self.sites
        }

    def site(self, host: bytes) -> Site | None:
        """Return the site of a Host header (port, case and final dot do not matter), or the first one."""
        if not self.sites:
            return None
        return self._by_host.get(_host(host[:_HOST_LIMIT]), self.sites[0])

    def runs(self, host: bytes, software: str) -> bool:
        """Say whether the site of ``host`` really runs ``software``."""
        site = self.site(host)
        return site is not None and software.lower() in site.runs

    def rule_against(self, host: bytes, visit: Asked, *, fetched: bool = False) -> str:
        """Return the rule that a visit breaks, such as ``Disallow: /x (robots.txt:12)``, or "".

        A visit breaks a rule only if its agent is bound at all (:class:`pforte.robots.crawlers.Bond`), and both
        readings of every version that was in force (:meth:`Versions.in_force`) forbid the target to it.

        Args:
            host: site the visit was for, b"" where the log does not tell.
            visit: agent, target and time.
            fetched: whether this network has fetched robots.txt and so acts as a crawler.
        """
        site = self.site(host)
        versions = site.versions.in_force(visit.at) if site else ()
        crawler = identify(visit.agent) if versions else None
        if crawler is None or crawler.bond is Bond.NONE:
            return ""
        told = None
        # The newest version is asked first: it decides most visits and its lines are those the site shows now.
        for version in reversed(versions):
            decision = _against(version.lenient, crawler, visit.target, fetched=fetched)
            if decision is None or _against(version.strict, crawler, visit.target, fetched=fetched) is None:
                return ""
            told = told or decision
        return f"{told.rule} (robots.txt:{told.line})" if told else ""

    def trap(self, host: bytes, target: bytes, agent: bytes = b"", at: float | None = None) -> str:
        """Return the trap that a visit asked for, as the operator wrote it, or "".

        A trap is a path, with everything below it where it ends with ``/``; the query does not matter. It
        convicts only if robots.txt forbids it to this agent: nobody may be caught where he may go. A site whose
        robots.txt is not known relies on the operator.

        Args:
            host: site the visit was for.
            target: request target as received.
            agent: User-Agent as received; b"" asks for everybody.
            at: event time, POSIX seconds; None asks the newest robots.txt only.
        """
        site = self.site(host)
        if site is None or not site.traps:
            return ""
        path = path_of(target).partition(b"?")[0]
        found = next((text for trap, text in self._traps[site.name] if _caught(trap, path)), "")
        if not found or not site.versions.versions:
            return found
        versions = site.versions.versions[-1:] if at is None else site.versions.in_force(at)
        names = identify(agent).tokens
        forbidden = [version.lenient.rules_for(names).forbids(path) for version in versions]
        return found if forbidden and all(forbidden) else ""

    def open_traps(self) -> tuple[tuple[str, str], ...]:
        """Return (site, trap) for every trap that the newest robots.txt does not forbid to everybody.

        Such a trap never convicts; the operator should hear of it at the start.
        """
        return tuple(
            (site.name, text)
            for site in self.sites
            for trap, text in self._traps[site.name]
            if not self.trap(site.name.encode(), trap)
        )

    def agents(self) -> tuple[str, ...]:
        """Return every name that a group of any version of any robots.txt has, but ``*``, sorted."""
        names = {
            name
            for site in self.sites
            for version in site.versions.versions
            for name in version.lenient.names
        }
        return tuple(sorted(names - {"*"}))


def _against(robots: CompiledRobots, crawler: Crawler, target: bytes, *, fetched: bool) -> Decision | None:
    named = not robots.names.isdisjoint(crawler.tokens)
    if not named and crawler.bond is not Bond.ALL and not (fetched and crawler.bond is Bond.TOOL):
        return None
    return robots.rules_for(crawler.tokens).forbids(target)


def _trap_path(trap: str) -> bytes:
    path = trap.encode()
    return canonical(path if path.startswith(b"/") else b"/" + path)


def _caught(trap: bytes, path: bytes) -> bool:
    return path == trap or (trap.endswith(b"/") and path.startswith(trap))


@lru_cache(maxsize=4096)
def _host(host: bytes) -> str:
    name = host.decode("ascii", "replace").strip().lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0].removesuffix(".")
