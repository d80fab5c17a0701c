"""Bans and offences survive their rows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pforte.bans.ban import Ban, Origin, Reach
from pforte.bans.offence import Kind, Mode
from pforte.net.addresses import parse_network
from pforte.register.encoding import encode_moment
from pforte.register.rows import (
    BAN_COLUMNS,
    OFFENCE_COLUMNS,
    ban_of,
    ban_values,
    changeable_values,
    offence_of,
    offence_values,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BAN = Ban(
    network=parse_network("192.0.2.1"),
    rung=2,
    starts=NOON,
    ends=NOON + timedelta(days=7),
    reference="PF-7K3M-Q2XD",
    reason="visit.sql-injection",
)
EVERY_FIELD = replace(
    BAN,
    network=parse_network("2001:db8::/56"),
    origin=Origin.IMPORT,
    reach=Reach.APPLICATION,
    lifted=NOON + timedelta(days=1),
    amnesty=True,
    act="<1@example.net>",
)


@pytest.mark.parametrize("ban", [BAN, EVERY_FIELD])
def test_a_ban_comes_back(ban):
    values = ban_values(ban)
    assert ban_of([values[column.name] for column in BAN_COLUMNS]) == ban


@pytest.mark.parametrize(
    ("lifted", "until"),
    [
        (None, BAN.ends),
        (NOON + timedelta(hours=1), NOON + timedelta(hours=1)),
        (BAN.ends + timedelta(hours=1), BAN.ends),
    ],
)
def test_until_is_the_moment_of_liberty(lifted, until):
    assert ban_values(replace(BAN, lifted=lifted))["until"] == encode_moment(until)


def test_the_journal_keeps_what_a_decision_may_change():
    assert set(changeable_values(BAN)) == {"rung", "starts", "ends", "lifted", "amnesty"}


def test_an_offence_comes_back(offence):
    seen = offence(
        "2001:db8::7",
        kind=Kind.STANDARDS,
        line=None,
        evidence=b"\x00\xff",
        mode=Mode.WATCH,
        claim="googlebot",
        exempt="verified crawler",
        act="m",
        observed="Disallow: /x (robots.txt:2)",
    )
    values = offence_values(seen)
    assert offence_of([values[column.name] for column in OFFENCE_COLUMNS]) == seen
