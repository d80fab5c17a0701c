"""What clients did lately, over restarts and for all processes: counts per network, and who was greeted when."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from pforte.net.addresses import Network
from pforte.register.dialects import insert_or_add, insert_or_update
from pforte.register.encoding import decode_moment, encode_moment, encode_network
from pforte.register.schema import CONDUCT, GREETED

Counted = Mapping[tuple[Network, str, datetime], int]
"""How often a network did something in the window that began then."""

GREETED_KEPT = timedelta(days=36)
"""How long a triple that was not seen again is remembered: longer than a month's news letter (RFC 6647 s4.4)."""


def add(connection: Connection, counted: Counted) -> None:
    """Add to counts."""
    rows = [
        {"network": encode_network(network), "what": what, "begun": encode_moment(begun), "count": count}
        for (network, what, begun), count in counted.items()
    ]
    if rows:
        connection.execute(insert_or_add(connection, CONDUCT, ("network", "what", "begun")), rows)


def read(connection: Connection, network: Network, since: datetime) -> dict[tuple[str, datetime], int]:
    """Return how often a network did each thing in each window that began at or after a moment."""
    rows = connection.execute(
        select(CONDUCT.c.what, CONDUCT.c.begun, CONDUCT.c.count).where(
            CONDUCT.c.network == encode_network(network), CONDUCT.c.begun >= encode_moment(since)
        )
    )
    return {(what, decode_moment(begun)): count for what, begun, count in rows}


def greet(connection: Connection, triple: bytes, now: datetime) -> datetime:
    """Return when a triple was first seen, and remember that it was seen now."""
    first = connection.execute(select(GREETED.c.first).where(GREETED.c.triple == triple)).scalar()
    begun = encode_moment(now) if first is None else first
    connection.execute(
        insert_or_update(connection, GREETED, ("triple",)),
        [{"triple": triple, "first": begun, "last": encode_moment(now)}],
    )
    return decode_moment(begun)


def forget(connection: Connection, now: datetime, windows: Iterable[timedelta]) -> None:
    """Forget counts older than every window, and triples that were not seen again."""
    oldest = encode_moment(now - max(windows))
    connection.execute(delete(CONDUCT).where(CONDUCT.c.begun < oldest))
    connection.execute(delete(GREETED).where(GREETED.c.last < encode_moment(now - GREETED_KEPT)))
