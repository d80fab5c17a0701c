"""Who is exempt now: the settings, this machine, and host names that are looked up again and again."""

import structlog

from pforte.bans.exemption import Exemptions, build_exemptions
from pforte.dns.resolver import Resolver, Status
from pforte.net.addresses import Address
from pforte.net.local import read_local
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
