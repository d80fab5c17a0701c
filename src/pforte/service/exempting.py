"""Who is exempt now: the settings, this machine, and host names that are looked up again and again."""

from pathlib import Path

import structlog

from pforte.bans.exemption import Exemptions, build_exemptions
from pforte.dns.resolver import Resolver, Status
from pforte.net.addresses import Address, Network
from pforte.net.local import read_local
from pforte.robots.verification import RANGES_LIMIT, RangesError, crawler_of_ranges, parse_ranges
from pforte.settings.table import Settings

_log = structlog.get_logger("pforte")


class Exempting:
    """Makes the exemptions and keeps the addresses of exempt hosts.

    A host that cannot be looked up keeps its last known addresses: trouble is no verdict (law 6).
    """

    def __init__(self) -> None:
        self._hosts: dict[str, tuple[Address, ...]] = {}

    def exemptions(self, settings: Settings) -> Exemptions:
        """Return who is exempt by these settings, on this machine, at this moment."""
        local = read_local()
        for trouble in local.troubles:
            _log.warning("exempt.machine-unread", text=trouble)
        hosts = {host: self._hosts.get(host, ()) for host in settings.exempt.hosts}
        return build_exemptions(settings.exempt, local, hosts, settings.regulation.ipv6_prefix)

    async def look_up(self, settings: Settings, resolver: Resolver) -> None:
        """Look up the exempt hosts anew."""
        for host in settings.exempt.hosts:
            answer = await resolver.addresses(host)
            if answer.status is Status.TROUBLE:
                _log.warning("exempt.host-unknown", host=host, text=answer.trouble)
                self._hosts[host] = tuple({*self._hosts.get(host, ()), *answer.values})
            else:
                self._hosts[host] = answer.values


def read_ranges(files: tuple[Path, ...]) -> dict[str, tuple[Network, ...]]:
    """Read published ranges of crawlers; a file that cannot be read is named and left out."""
    ranges: dict[str, tuple[Network, ...]] = {}
    for file in files:
        try:
            crawler = crawler_of_ranges(file.stem)
            with file.open("rb") as opened:
                networks = parse_ranges(opened.read(RANGES_LIMIT + 1))
        except (OSError, RangesError) as error:
            _log.error("exempt.ranges-unread", file=str(file), text=str(error))
            continue
        ranges[crawler] = (*ranges.get(crawler, ()), *networks)
    return ranges
