"""What operators do by hand: each act is journalled for the gates and audited by name."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from pforte.bans.ban import Action, Ban, Origin, Reach
from pforte.net.addresses import Network
from pforte.register.audit import write_audit
from pforte.register.errors import RegisterError
from pforte.register.filing import Filing
from pforte.register.queries import ban_by_reference, bans_around


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A ban by hand.

    Attributes:
        network: who is to be shut out.
        rung: counts on the ladder like a ban that the ladder set.
        span: how long.
        reason: the operator's words.
        who: the operator.
        reach: where it may be enforced.
    """

    network: Network
    rung: int
    span: timedelta
    reason: str
    who: str
    reach: Reach = Reach.EVERYWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Pardon:
    """A lift by hand.

    Attributes:
        target: a network, for all its bans in force, or the reference of one ban.
        reason: the operator's words.
        who: the operator.
        amnesty: the history before it no longer counts on the ladder (R7).
    """

    target: Network | str
    reason: str
    who: str
    amnesty: bool = True


def ban(connection: Connection, filing: Filing, order: Order, now: datetime) -> Ban:
    """Shut a network out from now on, up to the next whole second; bans that hold it already stay as they are (R6)."""
    ends = now + order.span
    ends += timedelta(microseconds=-ends.microsecond % 1_000_000)
    new = Ban(
        network=order.network,
        rung=order.rung,
        starts=now,
        ends=ends,
        reference=filing.references.take(),
        reason=order.reason,
        origin=Origin.OPERATOR,
        reach=order.reach,
    )
    filing.begin(new)
    write_audit(connection, "ban", [new], order.who, order.reason, now)
    return new


def lift(connection: Connection, filing: Filing, pardon: Pardon, now: datetime) -> list[Ban]:
    """Lift bans in force and return them as they stand afterwards.

    Raises:
        UnknownReferenceError: no ban carries the reference.
        RegisterError: there is nothing to lift; the message says what holds the network instead, if anything.
    """
    found = _to_lift(connection, pardon.target, now)
    lifted = [replace(ban, lifted=now, amnesty=pardon.amnesty) for ban in found]
    filing.past.load(ban.network for ban in lifted)
    for ban in lifted:
        filing.change(Action.LIFT, ban)
    write_audit(connection, "lift" if pardon.amnesty else "expire", lifted, pardon.who, pardon.reason, now)
    return lifted


def _to_lift(connection: Connection, target: Network | str, now: datetime) -> list[Ban]:
    if isinstance(target, str):
        _, ban = ban_by_reference(connection, target)
        if not ban.in_force(now):
            raise RegisterError(f"ban {target} of {ban.network} ended already; there is nothing to lift")
        return [ban]
    around = [ban for _, ban in bans_around(connection, target) if ban.in_force(now)]
    own = [ban for ban in around if ban.network == target]
    if own:
        return own
    if around:
        wider = ", ".join(f"{ban.network} ({ban.reference})" for ban in around)
        raise RegisterError(
            f"{target} has no ban of its own; it is inside {wider}: lift that by its reference"
        )
    raise RegisterError(f"{target} is not banned; there is nothing to lift")
