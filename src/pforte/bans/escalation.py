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


def escalated_at(
    prefix: History, recent: Iterable[Ban], regulation: Regulation, at: datetime
) -> datetime | None:
    """Return when the bans inside a prefix make it a subject, to be judged like a network itself, or None.

    It is the start of the ban that is one too many: the newest one, or a later one where lines were read late.
    A ban counts once: those from before the prefix's own last ban, or its amnesty, led to that already.

    Args:
        prefix: the prefix and its own bans.
        recent: bans of networks inside it, the new one included; those outside the window may be among them.
        regulation: the ladder in force.
        at: event time of the new ban.
    """
    escalation = regulation.escalation(prefix.network.version)
    if escalation is None:
        return None
    used = max((ban.starts for ban in prefix.bans), default=None)
    forgiven = prefix.forgiven()
    counted = [
        ban
        for ban in recent
        if ban.origin is Origin.LADDER
        and not ban.amnesty
        and covering_prefix(ban.network, regulation) == prefix.network
        and (used is None or ban.starts > used)
        and (forgiven is None or ban.starts >= forgiven)
    ]
    for end in sorted({ban.starts for ban in counted if at <= ban.starts <= at + escalation.within}):
        networks = {ban.network for ban in counted if end - escalation.within <= ban.starts <= end}
        if len(networks) >= escalation.count:
            return end
    return None


def escalated_offence(offence: Offence, prefix: Network, at: datetime) -> Offence:
    """Return the offence that stands for the whole prefix: the last one, charged to the prefix.

    It carries no act, because a prefix retries nothing.

    Args:
        offence: the last offence in it.
        prefix: the prefix.
        at: when it became a subject (:func:`escalated_at`).
    """
    return replace(offence, network=prefix, check=CHECK, act="", at=at)
