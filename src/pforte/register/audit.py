"""Who did what to which ban, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from pforte.bans.ban import Ban
from pforte.net.addresses import Network
from pforte.register.encoding import decode_moment, decode_network, encode_moment, encode_network, storable
from pforte.register.schema import AUDIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One line of the audit.

    Attributes:
        at: when, UTC.
        who: the operator.
        act: ``ban``, ``lift`` (with amnesty) or ``expire`` (a lift that keeps the history).
        network: whom it was about.
        reference: the ban.
        reason: the operator's words.
    """

    at: datetime
    who: str
    act: str
    network: Network
    reference: str
    reason: str


def write_audit(
    connection: Connection, act: str, bans: Sequence[Ban], who: str, reason: str, now: datetime
) -> None:
    """Write down that somebody did something to bans."""
    rows = [
        {
            "at": encode_moment(now),
            "who": storable(who),
            "act": act,
            "network": encode_network(ban.network),
            "reference": ban.reference,
            "reason": storable(reason),
        }
        for ban in bans
    ]
    connection.execute(insert(AUDIT), rows)


def read_audit(connection: Connection, reference: str) -> list[Act]:
    """Return what operators did to a ban, oldest first."""
    columns = (AUDIT.c.at, AUDIT.c.who, AUDIT.c.act, AUDIT.c.network, AUDIT.c.reference, AUDIT.c.reason)
    rows = connection.execute(select(*columns).where(AUDIT.c.reference == reference).order_by(AUDIT.c.id))
    return [
        Act(
            at=decode_moment(at),
            who=who,
            act=act,
            network=decode_network(network),
            reference=of,
            reason=reason,
        )
        for at, who, act, network, of, reason in rows
    ]
