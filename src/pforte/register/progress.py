"""How far things have come: read positions of sources, counts of checks, cursors of gates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from pforte.register.batch import Tally
from pforte.register.dialects import insert_or_update
from pforte.register.encoding import decode_moment, decode_network, encode_moment, encode_network, storable
from pforte.register.numbers import head
from pforte.register.schema import GATES, JOURNAL, JOURNAL_HEAD, POSITIONS, PURGED_HEAD, TALLIES


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCursor:
    """How far a gate has followed the journal, for whoever looks at it.

    No gate of today goes on from here at its next start: both take the full state, because while nobody followed the
    kernel may have lost its table, and a file may have been changed by somebody else.

    Attributes:
        name: the gate's.
        sequence: last decision it has taken in.
        entries: networks it shuts out now.
        error: its present trouble in words, or "".
        saved: when it said so, UTC.
    """

    name: str
    sequence: int
    entries: int
    error: str
    saved: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GateProgress:
    """How a gate stands against the journal.

    Attributes:
        cursor: how far it has come.
        behind: decisions it has not taken in; None when it begins anew from the full state, because it is in
            trouble or the journal no longer reaches back to it.
        waiting_since: when the oldest of these was decided, UTC; None when there is none.
    """

    cursor: GateCursor
    behind: int | None
    waiting_since: datetime | None


def save_positions(connection: Connection, positions: Mapping[str, str], now: datetime) -> None:
    """Store how far sources have been read."""
    if positions:
        rows = [
            {"source": storable(source), "state": storable(state), "saved": encode_moment(now)}
            for source, state in positions.items()
        ]
        connection.execute(insert_or_update(connection, POSITIONS, ("source",)), rows)


def read_positions(connection: Connection) -> dict[str, str]:
    """Return how far each source has been read."""
    return dict(connection.execute(select(POSITIONS.c.source, POSITIONS.c.state)).all())


def save_tallies(connection: Connection, tallies: Sequence[Tally], now: datetime) -> None:
    """Store counts; the last of several for one check and network stays, an empty one deletes the row."""
    latest = {(tally.check, encode_network(tally.network)): tally.state for tally in tallies}
    kept = [
        {"check_id": check, "network": network, "state": state, "saved": encode_moment(now)}
        for (check, network), state in latest.items()
        if state
    ]
    gone = [{"check": check, "key": network} for (check, network), state in latest.items() if not state]
    if kept:
        connection.execute(insert_or_update(connection, TALLIES, ("check_id", "network")), kept)
    if gone:
        statement = delete(TALLIES).where(
            TALLIES.c.check_id == bindparam("check"), TALLIES.c.network == bindparam("key")
        )
        connection.execute(statement, gone)


def read_tallies(connection: Connection, limit: int) -> list[Tally]:
    """Return the counts that were changed last, the oldest of them first."""
    query = (
        select(TALLIES.c.check_id, TALLIES.c.network, TALLIES.c.state)
        .order_by(TALLIES.c.saved.desc())
        .limit(limit)
    )
    found = [
        Tally(check=check, network=decode_network(network), state=bytes(state))
        for check, network, state in connection.execute(query)
    ]
    found.reverse()
    return found


def forget_tallies(connection: Connection, before: datetime) -> int:
    """Forget counts that have not changed since ``before``; return how many."""
    return connection.execute(delete(TALLIES).where(TALLIES.c.saved < encode_moment(before))).rowcount


def save_cursor(connection: Connection, cursor: GateCursor) -> None:
    """Store how far a gate has come."""
    row = {
        "name": cursor.name,
        "sequence": cursor.sequence,
        "entries": cursor.entries,
        "error": storable(cursor.error),
        "saved": encode_moment(cursor.saved),
    }
    connection.execute(insert_or_update(connection, GATES, ("name",)), row)


def read_cursors(connection: Connection) -> list[GateCursor]:
    """Return the cursors of all gates that ever followed, by name."""
    columns = (GATES.c.name, GATES.c.sequence, GATES.c.entries, GATES.c.error, GATES.c.saved)
    return [
        GateCursor(name=name, sequence=sequence, entries=entries, error=error, saved=decode_moment(saved))
        for name, sequence, entries, error, saved in connection.execute(
            select(*columns).order_by(GATES.c.name)
        )
    ]


def read_gates(connection: Connection) -> list[GateProgress]:
    """Return how all gates that ever followed stand, by name; the connection must be in one read transaction."""
    return [_progress(connection, cursor) for cursor in read_cursors(connection)]


def _progress(connection: Connection, cursor: GateCursor) -> GateProgress:
    if cursor.error or cursor.sequence < head(connection, PURGED_HEAD):
        return GateProgress(cursor=cursor, behind=None, waiting_since=None)
    oldest = connection.execute(
        select(JOURNAL.c.decided)
        .where(JOURNAL.c.sequence > cursor.sequence)
        .order_by(JOURNAL.c.sequence)
        .limit(1)
    ).scalar()
    return GateProgress(
        cursor=cursor,
        behind=head(connection, JOURNAL_HEAD) - cursor.sequence,
        waiting_since=None if oldest is None else decode_moment(oldest),
    )
