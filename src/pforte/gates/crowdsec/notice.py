"""How a ban is written in the dialect: what CrowdSec calls a decision."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from math import ceil

from pforte.bans.ban import Ban, Origin
from pforte.net.addresses import Network

TYPE = "ban"
ORIGINS: Mapping[Origin, str] = {
    Origin.LADDER: "crowdsec",
    Origin.OPERATOR: "cscli",
    Origin.IMPORT: "cscli-import",
}
"""What CrowdSec would call who set the ban: bouncers filter and count by these words."""

_BY_HAND: Mapping[Origin, str] = {Origin.OPERATOR: "manual", Origin.IMPORT: "imported"}
_BELOW_HOUR = tuple(b"%dm%ds" % divmod(seconds, 60) for seconds in range(3600))
_ID_BITS = 52  # Lua and JavaScript know numbers exactly up to 2^53.


@dataclass(frozen=True, slots=True)
class Notice:
    """One value that is shut out.

    Attributes:
        network: the ban's network, or a piece of it where an exempt network lies inside.
        ends: first second at liberty as the ban says it, POSIX.
        scope: ``Ip`` or ``Range``, spelled as the Caddy bouncer compares it.
        value: the address, or the network in CIDR form.
        origin: who set it, in CrowdSec's words.
        scenario: slug of the check that saw it; the operator's own words are not told.
        rest: its JSON object behind the time that is left.
    """

    network: Network
    ends: int
    scope: str
    value: str
    origin: str
    scenario: str
    rest: bytes

    def render(self, seconds: int) -> bytes:
        """Return the JSON object with the seconds that are left; negative where it is over."""
        return b'{"duration":"' + render_duration(seconds) + self.rest


def notice_of(network: Network, ban: Ban) -> Notice:
    """Write down a ban, or the piece of it that is shut out."""
    single = network.prefixlen == network.max_prefixlen
    scope, value = ("Ip", str(network.network_address)) if single else ("Range", str(network))
    origin = ORIGINS[ban.origin]
    scenario = _BY_HAND.get(ban.origin, ban.reason)
    # By hand and in the order of json.dumps with sorted keys: 100,000 are written at a start.
    rest = (
        f'","id":{id_of(network)},"origin":"{origin}","scenario":{_quoted(scenario)},"scope":"{scope}",'
        f'"simulated":false,"type":"{TYPE}","uuid":{_quoted(ban.reference)},"value":"{value}"}}'
    ).encode()
    return Notice(network, ceil(ban.effective_end().timestamp()), scope, value, origin, scenario, rest)


def id_of(network: Network) -> int:
    """Return the number of a value.

    It is the value's and not the ban's: some bouncers take out by number what they put in by number, and a number
    that lasts over extensions, further bans and restarts of the service leaves nothing behind with them.
    """
    if network.version == 4:
        return int(network.network_address) << 6 | network.prefixlen
    digest = blake2b(network.network_address.packed + bytes((network.prefixlen,)), digest_size=8).digest()
    return 1 << _ID_BITS | int.from_bytes(digest) >> 64 - _ID_BITS


@lru_cache(maxsize=1_024)
def _quoted(text: str) -> str:
    return json.dumps(text)


def render_duration(seconds: int) -> bytes:
    """Render seconds as Go writes a duration, whole and without days.

    The nginx bouncer reads nothing else and would never let go of what it cannot read; the firewall bouncer takes
    what it cannot read for four hours.

    >>> render_duration(7 * 86_400 - 2), render_duration(60), render_duration(-1)
    (b'167h59m58s', b'1m0s', b'-1s')
    """
    hours, below = divmod(abs(seconds), 3600)
    text = b"%dh%b" % (hours, _BELOW_HOUR[below]) if hours else _BELOW_HOUR[below].removeprefix(b"0m")
    return b"-" + text if seconds < 0 else text
