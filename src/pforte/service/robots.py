"""Each site's robots.txt through time: fetched, its versions kept in the register, given to the scanner."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog

from pforte.clock import Clock
from pforte.commands.scanning import sites_of
from pforte.register.store import Register
from pforte.robots.groups import SIZE_LIMIT
from pforte.robots.sites import Sites
from pforte.robots.versions import Versions
from pforte.settings.table import Settings, SiteSettings
from pforte.sources.robots_txt import FetchStatus, fetch_robots
from pforte.worker import Worker

_log = structlog.get_logger("pforte")


class RobotsKeeper:
    """Keeps the versions.

    Args:
        register: where versions are kept, so that a restart forgets none.
        clock: tells when a version was seen.
    """

    def __init__(self, register: Register, clock: Clock) -> None:
        self._register = register
        self._clock = clock
        self._looked: dict[str, datetime] = {}
        self._open: frozenset[tuple[str, str]] = frozenset()

    def sites(self, settings: Settings) -> Sites:
        """Return the sites with all that is known of their robots.txt; name new traps that convict nobody.

        Raises:
            RegisterError: the register cannot be read.
        """
        sites = sites_of(settings, self.versions(settings.site))
        open_traps = frozenset(sites.open_traps())
        for site, trap in sorted(open_traps - self._open):
            _log.warning(
                "trap.open",
                site=site,
                trap=trap,
                text="it convicts nobody, because robots.txt does not forbid it to everybody; disallow it for *",
            )
        self._open = open_traps
        return sites

    def versions(self, sites: Iterable[SiteSettings]) -> dict[str, Versions]:
        """Return the known versions of each site's robots.txt, by the site's name."""
        found: dict[str, Versions] = {}
        for site in sites:
            versions = Versions()
            for document in self._register.documents(_name(site)):
                versions = versions.followed_by(document.content, document.came_into_force.timestamp())
            found[site.name] = versions
        return found

    def read_files(self, sites: Iterable[SiteSettings]) -> None:
        """Take over each robots.txt that is a file here.

        It came into force when the file was last changed: the web server has served it since. Where another one
        was in force after that, an old copy was put in its place, with the time of the copy: then it counts from now.
        """
        for site in sites:
            if site.robots and "://" not in site.robots:
                path = Path(site.robots)
                try:
                    with path.open("rb") as opened:
                        content = opened.read(SIZE_LIMIT + 1)
                    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                except OSError as error:
                    _log.warning("robots.unread", site=site.name, place=site.robots, text=error.strerror)
                    continue
                self._note(site, content, changed)

    def _note(self, site: SiteSettings, content: bytes, changed: datetime) -> None:
        """Keep what a file says now as a version, if it says something else than the last one."""
        name, now = _name(site), self._clock.now()
        looked = self._looked.get(name)
        self._looked[name] = now
        known = self._register.documents(name)
        if not known:
            self._save(site, content, min(changed, now))
        elif known[-1].content != content:
            other = max(known[-1].came_into_force, looked or known[-1].came_into_force)
            self._save(site, content, min(changed, now) if changed > other else now)

    async def fetch(self, sites: Iterable[SiteSettings], worker: Worker) -> None:
        """Fetch each robots.txt that is a URL; temporary trouble leaves the last version in force.

        Args:
            sites: the sites.
            worker: writes to the register.
        """
        for site in sites:
            if "://" not in site.robots:
                continue
            fetched = await fetch_robots(site.robots, self._clock)
            if fetched.status is FetchStatus.TROUBLE:
                _log.warning("robots.unread", site=site.name, place=site.robots, text=fetched.trouble)
            else:
                await worker.run(partial(self._save, site, fetched.content, fetched.at))

    def _save(self, site: SiteSettings, content: bytes, since: datetime) -> None:
        if self._register.save_document(_name(site), content, since):
            _log.info("robots.version", site=site.name, since=since.isoformat(), octets=len(content))


def _name(site: SiteSettings) -> str:
    return f"robots:{site.name}:{site.robots}"
