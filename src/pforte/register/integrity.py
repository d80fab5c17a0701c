"""The register's promises to itself, checked over all rows."""

from collections.abc import Iterable

from sqlalchemy import Connection, case, exists, func, or_, select

from pforte.bans.ban import Action, Origin
from pforte.register.batch import Outcome
from pforte.register.dialects import verify_storage
from pforte.register.encoding import decode_network
from pforte.register.numbers import head
from pforte.register.past import read_widths
from pforte.register.schema import (
    BANS,
    BANS_HEAD,
    JOURNAL,
    JOURNAL_HEAD,
    OFFENCES,
    OFFENCES_HEAD,
    PURGED_HEAD,
)

NAMED = 5
"""Broken rows of one kind that are named; the rest is counted."""

DECIDED = (Outcome.BAN.value, Outcome.EXTENSION.value, Outcome.EVIDENCE.value, Outcome.HISTORY.value)


def check(connection: Connection) -> list[str]:
    """Return every broken promise in words; an empty list means all is well."""
    return [
        *verify_storage(connection),
        *_check_journal(connection),
        *_check_bans(connection),
        *_check_overlaps(connection),
        *_check_offences(connection),
        *_check_widths(connection),
    ]


def _named(what: str, names: Iterable[object]) -> list[str]:
    found = list(names)
    rest = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return [f"{what}: {', '.join(map(str, found[:NAMED]))}{rest}"] if found else []


def _check_journal(connection: Connection) -> list[str]:
    journal_head, purged = head(connection, JOURNAL_HEAD), head(connection, PURGED_HEAD)
    count, highest = connection.execute(
        select(func.count(), func.max(JOURNAL.c.sequence)).where(JOURNAL.c.sequence > purged)
    ).one()
    problems = []
    if count != journal_head - purged or (highest or purged) != journal_head:
        problems.append(
            f"journal: {count} decisions between {purged} and {journal_head}, the last is {highest or 'missing'}"
        )
    begun = exists().where(JOURNAL.c.ban == BANS.c.id, JOURNAL.c.action == Action.BEGIN.value)
    silent = connection.execute(select(BANS.c.reference).where(~begun)).scalars()
    return problems + _named("bans whose begin is not in the journal", silent)


def _check_bans(connection: Connection) -> list[str]:
    shorter = or_(BANS.c.lifted.is_(None), BANS.c.lifted >= BANS.c.ends)
    liberty = case((shorter, BANS.c.ends), else_=BANS.c.lifted)
    wrong = connection.execute(select(BANS.c.reference).where(BANS.c.until != liberty)).scalars()
    problems = _named("bans whose end does not fit their lift", wrong)
    backwards = connection.execute(select(BANS.c.reference).where(BANS.c.ends <= BANS.c.starts)).scalars()
    problems += _named("bans that end before they start", backwards)
    latest = select(JOURNAL.c.ban, func.max(JOURNAL.c.sequence).label("sequence")).group_by(JOURNAL.c.ban)
    last = latest.subquery()
    differs = connection.execute(
        select(BANS.c.reference)
        .join(last, last.c.ban == BANS.c.id)
        .join(JOURNAL, JOURNAL.c.sequence == last.c.sequence)
        .where(
            or_(
                JOURNAL.c.ends != BANS.c.ends,
                JOURNAL.c.starts != BANS.c.starts,
                JOURNAL.c.rung != BANS.c.rung,
                func.coalesce(JOURNAL.c.lifted, -1) != func.coalesce(BANS.c.lifted, -1),
            )
        )
    ).scalars()
    problems += _named("bans that differ from their last decision", differs)
    highest = connection.execute(select(func.max(BANS.c.id))).scalar() or 0
    if highest > head(connection, BANS_HEAD):
        problems.append(f"bans: row {highest} is above the counter")
    return problems


def _check_overlaps(connection: Connection) -> list[str]:
    """Two bans of one network that the ladder set never hold at the same time: the second act is evidence (R2)."""
    other = BANS.alias()
    double = connection.execute(
        select(BANS.c.reference)
        .join(other, other.c.network == BANS.c.network)
        .where(
            BANS.c.origin == Origin.LADDER.value,
            other.c.origin == Origin.LADDER.value,
            other.c.id != BANS.c.id,
            other.c.starts >= BANS.c.starts,
            other.c.starts < BANS.c.until,
        )
    ).scalars()
    return _named("bans in which another ban of the ladder begins", double)


def _check_offences(connection: Connection) -> list[str]:
    homeless = connection.execute(
        select(OFFENCES.c.id).where(OFFENCES.c.outcome.in_(DECIDED), OFFENCES.c.ban.is_(None))
    ).scalars()
    problems = _named("offences without their ban", homeless)
    highest = connection.execute(select(func.max(OFFENCES.c.id))).scalar() or 0
    if highest > head(connection, OFFENCES_HEAD):
        problems.append(f"offences: row {highest} is above the counter")
    return problems


def _check_widths(connection: Connection) -> list[str]:
    widths = read_widths(connection)
    networks = map(decode_network, connection.execute(select(BANS.c.network).distinct()).scalars())
    lost = {network for network in networks if network.prefixlen not in widths[network.version]}
    return _named("bans of a prefix length that look-ups do not know", sorted(map(str, lost)))
