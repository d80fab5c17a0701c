"""When a prefix becomes a subject of its own, because many networks in it were banned (REGULATION R11)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from ipaddress import IPv4Network, ip_network

from pforte.bans.ban import Ban, Origin
from pforte.bans.history import History
from pforte.bans.offence import Offence
from pforte.bans.regulation import Regulation
from pforte.net.addresses import Network

CHECK = "ladder.escalation"
"""Slug that a prefix's ban carries as its reason."""


def covering_prefix(network: Network, regulation: Regulation) -> Network | None:
    """Return the prefix whose bans must be counted after ``network`` was banned, or None.

    Only networks of the size that addresses are charged to count, so a prefix never escalates further.
    """
    escalation = regulation.escalation(network.version)
    charged = 32 if isinstance(network, IPv4Network) else regulation.ipv6_prefix
    if escalation is None or network.prefixlen != charged or escalation.prefix >= charged:
        return None
    return ip_network((network.network_address, escalation.prefix), strict=False)


def escalates(prefix: History, recent: Iterable[Ban], regulation: Regulation, at: datetime) -> bool:
    """Say whether the bans inside a prefix make it a subject, to be judged like a network itself.

    A ban counts once: those from before the prefix's own last ban, or its amnesty, led to that already.

    Args:
        prefix: the prefix and its own bans.
        recent: bans of networks inside it, the new one included; those outside the window may be among them.
        regulation: the ladder in force.
        at: event time of the newest ban.
    """
    escalation = regulation.escalation(prefix.network.version)
    if escalation is None:
        return False
    used = max((ban.starts for ban in prefix.bans), default=None)
    forgiven = prefix.forgiven()
    after = max(moment for moment in (at - escalation.within, used, forgiven) if moment is not None)
    networks = {
        ban.network
        for ban in recent
        if ban.origin is Origin.LADDER
        and not ban.amnesty
        and covering_prefix(ban.network, regulation) == prefix.network
        and after <= ban.starts <= at
        and ban.starts != used
    }
    return len(networks) >= escalation.count


def escalated_offence(offence: Offence, prefix: Network) -> Offence:
    """Return the offence that stands for the whole prefix: the last one, charged to the prefix.

    It carries no act, because a prefix retries nothing.
    """
    return replace(offence, network=prefix, check=CHECK, act="")
