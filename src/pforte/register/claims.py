"""Offences of visitors that claim to be a crawler and whose proof is awaited."""

from sqlalchemy import Connection, select

from pforte.register.batch import Claim, Filed, Outcome, Settlement
from pforte.register.filing import Filing
from pforte.register.rows import OFFENCE_COLUMNS, offence_of
from pforte.register.schema import OFFENCES, PENDING


def pending(connection: Connection, limit: int, after: int = 0) -> list[Claim]:
    """Return claims that wait and have a higher number than ``after``, oldest first."""
    query = (
        select(*OFFENCE_COLUMNS, OFFENCES.c.id)
        .where(OFFENCES.c.outcome == PENDING, OFFENCES.c.id > after)
        .order_by(OFFENCES.c.id)
        .limit(limit)
    )
    return [Claim(number=row.id, offence=offence_of(row)) for row in connection.execute(query)]


def settle(connection: Connection, filing: Filing, settlement: Settlement) -> Filed | None:
    """Judge the offence that a claim turned out to be, or drop it; None when the claim does not wait any more."""
    number, offence = settlement.number, settlement.offence
    known = connection.execute(
        select(*OFFENCE_COLUMNS).where(OFFENCES.c.id == number, OFFENCES.c.outcome == PENDING)
    ).first()
    if known is None:
        return None
    if offence is None:
        filed = Filed(offence=offence_of(known), outcome=Outcome.DROPPED)
    else:
        filing.past.load([offence.network])
        filed = filing.judge(offence)
        filing.escalate(filed)
    filing.rewrite(number, filed)
    return filed
