"""What people and programs ask the register."""

import gc
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network

from sqlalchemy import ColumnElement, Connection, and_, func, not_, or_, select

from pforte.bans.ban import Ban, Reach
from pforte.net.addresses import Address, Network
from pforte.register.audit import Act
from pforte.register.batch import Filed, Outcome
from pforte.register.encoding import covering_keys, encode_moment, inside_keys
from pforte.register.errors import UnknownReferenceError
from pforte.register.numbers import head
from pforte.register.past import read_widths, slices
from pforte.register.rows import BAN_COLUMNS, OFFENCE_COLUMNS, ban_of, offence_of
from pforte.register.schema import BANS, JOURNAL_HEAD, OFFENCES

NOT_FILED = (Outcome.PENDING.value, Outcome.DROPPED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class BanQuery:
    """Which bans are asked for; what is None or "" does not restrict.

    Attributes:
        network: bans of this network, of those inside it and of those around it.
        rung: bans on this rung.
        reason: bans with this reason: a check's slug, or the operator's words.
        active: True for bans in force, False for ended and lifted ones.
        since: bans that began then or later.
        before: the ``more`` of the page before.
        limit: bans at most.
    """

    network: Network | None = None
    rung: int | None = None
    reason: str = ""
    active: bool | None = None
    since: datetime | None = None
    before: int | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BanPage:
    """Bans, the latest recorded first.

    Attributes:
        bans: at most as many as were asked for.
        more: value for ``BanQuery.before`` that gives the next page; None at the end.
    """

    bans: tuple[Ban, ...]
    more: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The bans in force and the journal's head at one and the same moment.

    Attributes:
        sequence: last decision that is counted in.
        bans: bans in force, in no order; one network may have several.
    """

    sequence: int
    bans: list[Ban]


@dataclass(frozen=True, slots=True, kw_only=True)
class BanRecord:
    """A ban with what is filed under it.

    Attributes:
        ban: the ban.
        offences: how many offences each check filed under it.
    """

    ban: Ban
    offences: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where an address stands.

    Attributes:
        address: the address that was asked about.
        network: the network its acts are charged to.
        ban: the ban that holds longest now, or None when it is at liberty.
        history: bans of the network and of networks around the address, latest start first.
    """

    address: Address
    network: Network
    ban: Ban | None
    history: tuple[BanRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that is known of one ban.

    Attributes:
        ban: the ban.
        counts: how many offences each check filed under it.
        offences: the first of them.
        acts: what operators did to it.
    """

    ban: Ban
    counts: Mapping[str, int]
    offences: tuple[Filed, ...]
    acts: tuple[Act, ...]


def snapshot(connection: Connection, now: datetime) -> Snapshot:
    """Return the bans in force; the connection must be in one read transaction."""
    sequence = head(connection, JOURNAL_HEAD)
    query = select(*BAN_COLUMNS).where(BANS.c.until > encode_moment(now))
    with _collection_paused():
        return Snapshot(sequence=sequence, bans=[ban_of(row) for row in connection.execute(query)])


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Spare the search for garbage while very many values are made, none of which is garbage.

    It would walk over all of them again and again and take longer than making them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def ban_by_reference(connection: Connection, reference: str) -> tuple[int, Ban]:
    """Return the row number and the ban of a reference.

    Raises:
        UnknownReferenceError: no ban carries it.
    """
    row = connection.execute(select(*BAN_COLUMNS, BANS.c.id).where(BANS.c.reference == reference)).first()
    if row is None:
        raise UnknownReferenceError(f"no ban carries the reference {reference}")
    return row[11], ban_of(row)


def bans(connection: Connection, query: BanQuery, now: datetime) -> BanPage:
    """Return one page of bans, the latest recorded first."""
    conditions = _conditions(connection, query, now)
    rows = connection.execute(
        select(*BAN_COLUMNS, BANS.c.id).where(*conditions).order_by(BANS.c.id.desc()).limit(query.limit + 1)
    ).all()
    page = rows[: query.limit]
    more = page[-1][11] if page and len(rows) > len(page) else None
    return BanPage(bans=tuple(ban_of(row) for row in page), more=more)


def count_banned(connection: Connection, now: datetime, reach: Reach | None) -> int:
    """Return how many networks are banned, by bans of this reach or by any."""
    conditions = [BANS.c.until > encode_moment(now), BANS.c.starts <= encode_moment(now)]
    if reach is not None:
        conditions.append(BANS.c.reach == reach.value)
    return connection.execute(select(func.count(BANS.c.network.distinct())).where(*conditions)).scalar_one()


def _conditions(connection: Connection, query: BanQuery, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.network is not None:
        lowest, highest = inside_keys(query.network)
        around = covering_keys(query.network, read_widths(connection)[query.network.version])
        conditions.append(or_(BANS.c.network.between(lowest, highest), BANS.c.network.in_(around)))
    if query.rung is not None:
        conditions.append(BANS.c.rung == query.rung)
    if query.reason:
        conditions.append(BANS.c.reason == query.reason)
    if query.active is not None:
        active = and_(BANS.c.until > encode_moment(now), BANS.c.starts <= encode_moment(now))
        conditions.append(active if query.active else not_(active))
    if query.since is not None:
        conditions.append(BANS.c.starts >= encode_moment(query.since))
    if query.before is not None:
        conditions.append(BANS.c.id < query.before)
    return conditions


def bans_around(connection: Connection, network: Network) -> list[tuple[int, Ban]]:
    """Return row number and ban for every ban of the network and of those around it, latest start first."""
    keys = covering_keys(network, {network.prefixlen, *read_widths(connection)[network.version]})
    rows = connection.execute(
        select(*BAN_COLUMNS, BANS.c.id).where(BANS.c.network.in_(keys)).order_by(BANS.c.starts.desc())
    )
    return [(row[11], ban_of(row)) for row in rows]


def status(connection: Connection, address: Address, network: Network, now: datetime) -> Status:
    """Return where an address stands; until when is the latest end of all bans that hold it (R6)."""
    found = dict(bans_around(connection, ip_network(address)))
    found.update(bans_around(connection, network))
    holding = [ban for ban in found.values() if ban.in_force(now)]
    counts = count_offences(connection, found)
    records = [BanRecord(ban=ban, offences=counts.get(number, {})) for number, ban in found.items()]
    return Status(
        address=address,
        network=network,
        ban=max(holding, key=lambda ban: (ban.effective_end(), ban.rung), default=None),
        history=tuple(sorted(records, key=lambda record: record.ban.starts, reverse=True)),
    )


def count_offences(connection: Connection, numbers: Iterable[int]) -> dict[int, Counter[str]]:
    """Return for each ban how many offences each check filed under it."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for part in slices(numbers):
        query = (
            select(OFFENCES.c.ban, OFFENCES.c.check_id, func.count())
            .where(OFFENCES.c.ban.in_(part))
            .group_by(OFFENCES.c.ban, OFFENCES.c.check_id)
        )
        for number, check, count in connection.execute(query):
            counts[number][check] = count
    return counts


def offences_of_ban(connection: Connection, number: int, ban: Ban, limit: int) -> list[Filed]:
    """Return the offences filed under a ban, in the order they were recorded."""
    query = (
        select(*OFFENCE_COLUMNS, OFFENCES.c.outcome, OFFENCES.c.why)
        .where(OFFENCES.c.ban == number)
        .order_by(OFFENCES.c.id)
        .limit(limit)
    )
    return [
        Filed(offence=offence_of(row), outcome=Outcome(row.outcome), ban=ban, why=row.why)
        for row in connection.execute(query)
    ]


def offences(connection: Connection, network: Network | None, check: str, limit: int) -> list[Filed]:
    """Return the offences of a network and of those inside it, or of all, latest recorded first."""
    conditions: list[ColumnElement[bool]] = [OFFENCES.c.outcome.not_in(NOT_FILED)]
    if network is not None:
        conditions.append(OFFENCES.c.network.between(*inside_keys(network)))
    if check:
        conditions.append(OFFENCES.c.check_id == check)
    query = (
        select(*OFFENCE_COLUMNS, OFFENCES.c.outcome, OFFENCES.c.why, OFFENCES.c.ban)
        .where(*conditions)
        .order_by(OFFENCES.c.id.desc())
        .limit(limit)
    )
    rows = connection.execute(query).all()
    found: dict[int, Ban] = {}
    for part in slices({row.ban for row in rows if row.ban is not None}):
        for row in connection.execute(select(*BAN_COLUMNS, BANS.c.id).where(BANS.c.id.in_(part))):
            found[row[11]] = ban_of(row)
    return [
        Filed(offence=offence_of(row), outcome=Outcome(row.outcome), ban=found.get(row.ban), why=row.why)
        for row in rows
    ]
