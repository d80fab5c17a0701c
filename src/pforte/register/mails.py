"""Judged mails: what was found and done, by their public reference; and how much mail there was in all."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select

from pforte.mail.case import KeptFinding, MailCase
from pforte.mail.checks.declaration import Action
from pforte.net.addresses import Network
from pforte.register.dialects import insert_or_add
from pforte.register.encoding import (
    decode_address,
    decode_moment,
    encode_address,
    encode_moment,
    inside_keys,
    storable,
)
from pforte.register.references import References
from pforte.register.schema import MAIL_FINDINGS, MAIL_HOURS, MAILS

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailQuery:
    """Which judged mails are wanted.

    Attributes:
        since: not before this moment.
        until: before this moment.
        check: only with a finding of this check, or "".
        inside: only from this network, with its key for :func:`encode_network`, or None.
        refused: only those that were refused.
        limit: at most so many, the latest first.
    """

    since: datetime | None = None
    until: datetime | None = None
    check: str = ""
    inside: Network | None = None
    refused: bool = False
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTotal:
    """How often a check saw something in a period.

    Attributes:
        check: slug of the check.
        wanted: what the rules ask for.
        action: what was done.
        mails: in how many judged mails.
    """

    check: str
    wanted: Action
    action: Action
    mails: int


def file(connection: Connection, cases: Sequence[MailCase], references: References) -> list[MailCase]:
    """Keep judged mails; return them with the references they were given, in order."""
    if not cases:
        return []
    references.expect(len(cases))
    filed = [replace(case, reference=case.reference or references.take()) for case in cases]
    connection.execute(insert(MAILS), [_row(case) for case in filed])
    findings = [row for case in filed for row in _finding_rows(case)]
    if findings:
        connection.execute(insert(MAIL_FINDINGS), findings)
    return filed


def count(connection: Connection, counted: Mapping[tuple[datetime, str], int]) -> None:
    """Add to the number of mails of an hour by what was done with them (``off`` is: passed without a finding)."""
    rows = [
        {"hour": encode_moment(hour), "action": action, "mails": mails}
        for (hour, action), mails in counted.items()
    ]
    if rows:
        connection.execute(insert_or_add(connection, MAIL_HOURS, ("hour", "action")), rows)


def find(connection: Connection, reference: str) -> MailCase | None:
    """Return the judged mail with a reference, or None."""
    found = connection.execute(select(MAILS).where(MAILS.c.reference == reference)).all()
    return next(_cases(connection, found), None)


def read(connection: Connection, query: MailQuery) -> list[MailCase]:
    """Return judged mails, the latest first."""
    wanted = select(MAILS).where(*_conditions(query)).order_by(MAILS.c.at.desc(), MAILS.c.reference)
    return list(_cases(connection, connection.execute(wanted.limit(query.limit)).all()))


def totals(connection: Connection, query: MailQuery) -> list[CheckTotal]:
    """Return how often each check saw something, most often first."""
    counted = func.count().label("mails")
    columns = (MAIL_FINDINGS.c.check_id, MAIL_FINDINGS.c.wanted, MAIL_FINDINGS.c.action)
    rows = connection.execute(
        select(*columns, counted)
        .join(MAILS, MAILS.c.reference == MAIL_FINDINGS.c.reference)
        .where(*_conditions(query))
        .group_by(*columns)
        .order_by(counted.desc(), MAIL_FINDINGS.c.check_id)
    )
    return [
        CheckTotal(check=check, wanted=Action(wanted), action=Action(action), mails=mails)
        for check, wanted, action, mails in rows
    ]


def hours(connection: Connection, since: datetime, until: datetime) -> dict[datetime, dict[str, int]]:
    """Return the number of mails of each hour by what was done with them."""
    rows = connection.execute(
        select(MAIL_HOURS)
        .where(MAIL_HOURS.c.hour >= encode_moment(since), MAIL_HOURS.c.hour < encode_moment(until))
        .order_by(MAIL_HOURS.c.hour)
    )
    found: dict[datetime, dict[str, int]] = {}
    for hour, action, mails in rows:
        found.setdefault(decode_moment(hour), {})[action] = mails
    return found


def first_hour(connection: Connection) -> datetime | None:
    """Return the hour in which the first mail was judged, or None: the first week counts from it."""
    first = connection.execute(select(func.min(MAIL_HOURS.c.hour))).scalar()
    return None if first is None else decode_moment(first)


def forget(connection: Connection, before: datetime, rows: int) -> int:
    """Forget at most so many mails judged before a moment; return how many went."""
    old = (
        connection.execute(select(MAILS.c.reference).where(MAILS.c.at < encode_moment(before)).limit(rows))
        .scalars()
        .all()
    )
    if not old:
        return 0
    connection.execute(delete(MAIL_FINDINGS).where(MAIL_FINDINGS.c.reference.in_(old)))
    connection.execute(delete(MAILS).where(MAILS.c.reference.in_(old)))
    return len(old)


def _conditions(query: MailQuery) -> Iterator[ColumnElement[bool]]:
    if query.since is not None:
        yield MAILS.c.at >= encode_moment(query.since)
    if query.until is not None:
        yield MAILS.c.at < encode_moment(query.until)
    if query.refused:
        yield MAILS.c.action.in_((Action.DEFER.value, Action.REJECT.value))
    if query.inside is not None:
        # Addresses of one family and length are ordered by their bytes.
        low, high = inside_keys(query.inside)
        yield MAILS.c.address.between(low[1:-1], high[1:-1])
        yield func.length(MAILS.c.address) == len(low) - 2
    if query.check:
        yield MAILS.c.reference.in_(
            select(MAIL_FINDINGS.c.reference).where(MAIL_FINDINGS.c.check_id == query.check)
        )


def _row(case: MailCase) -> dict[str, object]:
    return {
        "reference": case.reference,
        "at": encode_moment(case.at),
        "address": encode_address(case.address),
        "helo": storable(case.helo),
        "tls": storable(case.tls),
        "account": storable(case.user),
        "sender": storable(case.sender),
        "recipients": json.dumps(case.recipients),
        "queue": storable(case.queue),
        "action": case.action.value,
        "wanted": case.wanted.value,
        "header": case.header,
        "message": case.message,
    }


def _finding_rows(case: MailCase) -> Iterator[dict[str, object]]:
    for place, finding in enumerate(case.findings):
        yield {
            "reference": case.reference,
            "place": place,
            "check_id": finding.check,
            "action": finding.action.value,
            "wanted": finding.wanted.value,
            "observed": finding.observed,
            "expected": storable(finding.expected),
            "said": json.dumps(dict(finding.values)),
            "temporary": finding.temporary,
        }


def _cases(connection: Connection, rows: Sequence[Row[tuple[object, ...]]]) -> Iterator[MailCase]:
    findings = _findings(connection, [row.reference for row in rows])
    for row in rows:
        yield MailCase(
            reference=row.reference,
            at=decode_moment(row.at),
            address=decode_address(row.address),
            helo=row.helo,
            tls=row.tls,
            user=row.account,
            sender=row.sender,
            recipients=tuple(json.loads(row.recipients)),
            queue=row.queue,
            action=Action(row.action),
            wanted=Action(row.wanted),
            findings=tuple(findings.get(row.reference, ())),
            header=row.header,
            message=row.message,
        )


def _findings(connection: Connection, references: Iterable[str]) -> dict[str, list[KeptFinding]]:
    found: dict[str, list[KeptFinding]] = {}
    rows = connection.execute(
        select(MAIL_FINDINGS)
        .where(MAIL_FINDINGS.c.reference.in_(list(references)))
        .order_by(MAIL_FINDINGS.c.reference, MAIL_FINDINGS.c.place)
    )
    for row in rows:
        found.setdefault(row.reference, []).append(
            KeptFinding(
                check=row.check_id,
                action=Action(row.action),
                wanted=Action(row.wanted),
                observed=row.observed,
                expected=row.expected,
                values=json.loads(row.said),
                temporary=row.temporary,
            )
        )
    return found
