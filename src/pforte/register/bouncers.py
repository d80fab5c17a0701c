"""Programs that pull the bans by a key of their own, and when each of them last did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, delete, exists, insert, select

from pforte.bans.ban import Ban
from pforte.net.addresses import Address
from pforte.register.dialects import insert_or_update
from pforte.register.encoding import decode_address, decode_moment, encode_address, encode_moment, storable
from pforte.register.errors import RefusedError
from pforte.register.rows import BAN_COLUMNS, ban_of
from pforte.register.schema import BANS, BOUNCERS, JOURNAL, PULLS

LONGEST_AGENT = 200
PULLS_KEPT = timedelta(days=30)
"""How long an address from which a bouncer no longer pulls is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bouncer:
    """A program that may pull the bans.

    Attributes:
        name: the operator's word for it.
        made: when its key was made, UTC.
    """

    name: str
    made: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """That a bouncer pulled the bans.

    Attributes:
        bouncer: its name.
        address: where it pulled from.
        agent: what program it said it is.
        pulled: when it did last, UTC.
    """

    bouncer: str
    address: Address
    agent: str
    pulled: datetime


class Pulled(Protocol):
    """What is stored of a pull; a :class:`Pull` is one."""

    @property
    def bouncer(self) -> str:
        """Return the bouncer's name."""
        ...

    @property
    def address(self) -> Address:
        """Return where it pulled from."""
        ...

    @property
    def agent(self) -> str:
        """Return what program it said it is."""
        ...

    @property
    def pulled(self) -> datetime:
        """Return when it did."""
        ...


def add(connection: Connection, name: str, digest: str, made: datetime) -> None:
    """Let a new bouncer pull by the key with this digest.

    Raises:
        RefusedError: the name or the key is in use.
    """
    taken = select(BOUNCERS.c.name).where((BOUNCERS.c.name == name) | (BOUNCERS.c.digest == digest))
    for other in connection.execute(taken).scalars():
        what = "there is a bouncer" if other == name else "its key is that of"
        raise RefusedError(f"{what} {other} already; remove it first, or choose another")
    connection.execute(insert(BOUNCERS).values({"name": name, "digest": digest, "made": encode_moment(made)}))


def remove(connection: Connection, name: str) -> bool:
    """Let a bouncer pull no longer; False where there is none of that name."""
    connection.execute(delete(PULLS).where(PULLS.c.bouncer == name))
    return bool(connection.execute(delete(BOUNCERS).where(BOUNCERS.c.name == name)).rowcount)


def read(connection: Connection) -> list[Bouncer]:
    """Return all bouncers by name."""
    rows = connection.execute(select(BOUNCERS.c.name, BOUNCERS.c.made).order_by(BOUNCERS.c.name))
    return [Bouncer(name=name, made=decode_moment(made)) for name, made in rows]


def read_digests(connection: Connection) -> Mapping[str, str]:
    """Return the name of each bouncer by the digest of its key."""
    return dict(connection.execute(select(BOUNCERS.c.digest, BOUNCERS.c.name)).all())


def read_pulls(connection: Connection) -> list[Pull]:
    """Return when each bouncer last pulled from which address, by name, the latest first."""
    rows = connection.execute(
        select(PULLS.c.bouncer, PULLS.c.address, PULLS.c.agent, PULLS.c.pulled).order_by(
            PULLS.c.bouncer, PULLS.c.pulled.desc()
        )
    )
    return [
        Pull(bouncer=name, address=decode_address(address), agent=agent, pulled=decode_moment(pulled))
        for name, address, agent, pulled in rows
    ]


def save_pulls(connection: Connection, pulls: Iterable[Pulled], now: datetime) -> None:
    """Store pulls over those before them, but not of a bouncer that was removed meanwhile; forget old ones."""
    known = set(connection.execute(select(BOUNCERS.c.name)).scalars())
    rows = [
        {
            "bouncer": pull.bouncer,
            "address": encode_address(pull.address),
            "agent": storable(pull.agent[:LONGEST_AGENT]),
            "pulled": encode_moment(pull.pulled),
        }
        for pull in pulls
        if pull.bouncer in known
    ]
    if rows:
        connection.execute(insert_or_update(connection, PULLS, ("bouncer", "address")), rows)
    connection.execute(delete(PULLS).where(PULLS.c.pulled < encode_moment(now - PULLS_KEPT)))


def changed_bans(connection: Connection, since: datetime, now: datetime, limit: int) -> list[Ban]:
    """Return the bans that ended or were decided about after ``since``, at most ``limit``, the latest to end first."""
    after, until = encode_moment(since), encode_moment(now)
    ended = select(BANS.c.id).where(BANS.c.until > after, BANS.c.until <= until)
    decided = select(BANS.c.id).where(
        exists().where(JOURNAL.c.ban == BANS.c.id, JOURNAL.c.decided > after), BANS.c.until > after
    )
    rows = connection.execute(
        select(*BAN_COLUMNS)
        .where(BANS.c.id.in_(ended.union(decided)))
        .order_by(BANS.c.until.desc())
        .limit(limit)
    )
    return [ban_of(row) for row in rows]
