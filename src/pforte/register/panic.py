"""Whether every gate is to stand open: said by an operator, and in force until it is taken back, over restarts.

It is a document like others: every version stays, with who said it, when and why.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from pforte.register.documents import save_document
from pforte.register.encoding import decode_moment, storable
from pforte.register.schema import DOCUMENTS

NAME = "panic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panic:
    """Every gate stands open.

    Attributes:
        since: when it was said, UTC.
        who: the operator.
        reason: the operator's words, or "".
    """

    since: datetime
    who: str
    reason: str


def begin(connection: Connection, who: str, reason: str, now: datetime) -> Panic:
    """Let every gate stand open; one that is in force already stays as it is."""
    return read(connection) or _say(connection, {"open": True, "who": who, "reason": reason}, now)


def end(connection: Connection, who: str, now: datetime) -> Panic | None:
    """Let the gates do their work again; return what ended, or None where nothing was in force."""
    before = read(connection)
    if before is not None:
        _say(connection, {"open": False, "who": who, "reason": ""}, now)
    return before


def read(connection: Connection) -> Panic | None:
    """Return the panic in force, or None."""
    last = _last(connection)
    if last is None:
        return None
    content, since = last
    said = json.loads(content)
    return Panic(since=since, who=said["who"], reason=said["reason"]) if said["open"] else None


def _say(connection: Connection, said: dict[str, object], now: datetime) -> Panic:
    last = _last(connection)
    # The last word counts, also where a clock was put back since.
    since = now if last is None else max(now, last[1] + timedelta(microseconds=1))
    # The moment stands in it too, because a document that says the same as the one before is not stored again.
    content = json.dumps({**said, "at": since.isoformat()})
    save_document(connection, NAME, storable(content).encode(), since)
    return Panic(since=since, who=str(said["who"]), reason=str(said["reason"]))


def _last(connection: Connection) -> tuple[bytes, datetime] | None:
    query = (
        select(DOCUMENTS.c.content, DOCUMENTS.c.came_into_force)
        .where(DOCUMENTS.c.name == NAME)
        .order_by(DOCUMENTS.c.came_into_force.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else (bytes(row[0]), decode_moment(row[1]))
