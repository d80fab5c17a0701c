"""Forgetting what is old, a bounded number of rows at a time.

A ban is forgotten with its offences and its lines of the journal, never before it has ended, never before it
is as old as the history is kept, and never before every gate that is alive has read about it.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, select, update

from pforte.register.encoding import encode_moment
from pforte.register.numbers import head
from pforte.register.schema import (
    AUDIT,
    BANS,
    DOCUMENTS,
    GATES,
    HEADS,
    JOURNAL,
    JOURNAL_HEAD,
    OFFENCES,
    PENDING,
    PURGED_HEAD,
    TALLIES,
)

ROWS_PER_ROUND = 1000
GATE_PATIENCE = timedelta(days=7)
"""A gate that has not been heard of for longer does not hold the journal; it starts again from a snapshot."""


def purge_round(connection: Connection, now: datetime, keep: timedelta) -> int:
    """Forget at most ``ROWS_PER_ROUND`` rows of each kind that are older than ``keep``; return how many went."""
    cutoff = encode_moment(now - keep)
    gone = _forget_bans(connection, cutoff, _read_by_all(connection, now))
    gone += _forget_offences(connection, cutoff)
    gone += _forget_documents(connection, cutoff)
    for table, moment in ((AUDIT, AUDIT.c.at), (TALLIES, TALLIES.c.saved)):
        keys = list(table.primary_key.columns)
        old = connection.execute(select(*keys).where(moment < cutoff).limit(ROWS_PER_ROUND)).all()
        for row in old:
            where = [key == value for key, value in zip(keys, row, strict=True)]
            connection.execute(delete(table).where(*where))
        gone += len(old)
    return gone


def _read_by_all(connection: Connection, now: datetime) -> int:
    """Return the sequence up to which every gate that is alive has read."""
    behind = connection.execute(
        select(func.min(GATES.c.sequence)).where(GATES.c.saved >= encode_moment(now - GATE_PATIENCE))
    ).scalar()
    return head(connection, JOURNAL_HEAD) if behind is None else int(behind)


def _forget_bans(connection: Connection, cutoff: int, read: int) -> int:
    """Forget old bans; one with very many offences loses them over several rounds, itself in the last."""
    unread = exists().where(JOURNAL.c.ban == BANS.c.id, JOURNAL.c.sequence > read)
    old = select(BANS.c.id).where(BANS.c.until < cutoff, ~unread).order_by(BANS.c.until).limit(ROWS_PER_ROUND)
    numbers = connection.execute(old).scalars().all()
    if not numbers:
        return 0
    gone = _delete_some(connection, OFFENCES.c.ban.in_(numbers))
    if gone == ROWS_PER_ROUND:
        return gone
    last = connection.execute(
        select(func.max(JOURNAL.c.sequence)).where(JOURNAL.c.ban.in_(numbers))
    ).scalar_one()
    connection.execute(
        update(HEADS).where(HEADS.c.name == PURGED_HEAD, HEADS.c.sequence < last).values(sequence=last)
    )
    connection.execute(delete(JOURNAL).where(JOURNAL.c.ban.in_(numbers)))
    connection.execute(delete(BANS).where(BANS.c.id.in_(numbers)))
    return gone + len(numbers)


def _delete_some(connection: Connection, condition: ColumnElement[bool]) -> int:
    some = select(OFFENCES.c.id).where(condition).limit(ROWS_PER_ROUND)
    return connection.execute(delete(OFFENCES).where(OFFENCES.c.id.in_(some.scalar_subquery()))).rowcount


def _forget_offences(connection: Connection, cutoff: int) -> int:
    """Forget old offences that are under no ban; those of a ban go with it."""
    return _delete_some(
        connection,
        and_(OFFENCES.c.at < cutoff, OFFENCES.c.ban.is_(None), OFFENCES.c.outcome != PENDING),
    )


def _forget_documents(connection: Connection, cutoff: int) -> int:
    """Forget versions that a newer one replaced before the cutoff."""
    newer = DOCUMENTS.alias()
    replaced = exists().where(
        newer.c.name == DOCUMENTS.c.name,
        newer.c.came_into_force > DOCUMENTS.c.came_into_force,
        newer.c.came_into_force < cutoff,
    )
    return connection.execute(delete(DOCUMENTS).where(replaced)).rowcount
