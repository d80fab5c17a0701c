"""The journal: every decision in the order of its commit.

Sequences have no gaps and are never given twice, because the head is a row that the one write transaction
changes. A gate that has read up to a sequence therefore has missed nothing before it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from pforte.bans.ban import Action, Ban, Decision
from pforte.register.encoding import decode_moment, encode_moment
from pforte.register.numbers import Numbers
from pforte.register.rows import BAN_COLUMNS, ban_of, changeable_values
from pforte.register.schema import BANS, JOURNAL, JOURNAL_HEAD

ACTIONS = {action.value: action for action in Action}

# The same order as BAN_COLUMNS, but what a decision may change is read as it stood after the decision.
_AT_DECISION = tuple(
    JOURNAL.c[column.name] if column.name in {"rung", "starts", "ends", "lifted", "amnesty"} else column
    for column in BAN_COLUMNS
)


_ADD = insert(JOURNAL)
_READ = (
    select(*_AT_DECISION, JOURNAL.c.sequence, JOURNAL.c.action, JOURNAL.c.decided)
    .join(BANS, BANS.c.id == JOURNAL.c.ban)
    .where(JOURNAL.c.sequence > bindparam("after"))
    .order_by(JOURNAL.c.sequence)
    .limit(bindparam("most"))
)


def append(
    connection: Connection, numbers: Numbers, taken: Sequence[tuple[Action, int, Ban]], decided: datetime
) -> list[Decision]:
    """Write decisions about bans (action, the ban's row number, the ban after it) and return them numbered."""
    decisions = [
        Decision(sequence=numbers.take(JOURNAL_HEAD), action=action, ban=ban, decided=decided)
        for action, _, ban in taken
    ]
    rows = [
        {
            "sequence": decision.sequence,
            "action": action.value,
            "ban": number,
            "decided": encode_moment(decided),
            **changeable_values(ban),
        }
        for decision, (action, number, ban) in zip(decisions, taken, strict=True)
    ]
    if rows:
        connection.execute(_ADD, rows)
    return decisions


def read(connection: Connection, after: int, limit: int) -> list[Decision]:
    """Return at most ``limit`` decisions that follow the sequence ``after``, in order."""
    rows = connection.execute(_READ, {"after": after, "most": limit})
    return [_decision_of(row) for row in rows]


def _decision_of(row: Sequence[Any]) -> Decision:
    sequence, action, decided = row[11:14]
    return Decision(
        sequence=sequence, action=ACTIONS[action], ban=ban_of(row), decided=decode_moment(decided)
    )
