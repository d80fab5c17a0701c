"""A register of its own for every test.

PFORTE_TEST_POSTGRESQL may name an empty PostgreSQL database; then the same tests run there.
"""

import itertools
import os
import shutil
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from sqlalchemy import MetaData, create_engine, text

from pforte.bans.offence import Kind, Offence
from pforte.clock import SetClock
from pforte.net.addresses import network_of
from pforte.register import Batch, Entry, Register
from pforte.register.dialects import migrating, open_engine

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    return SetClock(NOON)


@pytest.fixture
def url(tmp_path, request):
    shared = os.environ.get("PFORTE_TEST_POSTGRESQL", "")
    if not shared or "sqlite_only" in request.fixturenames:
        return f"sqlite:///{tmp_path}/register.sqlite"
    engine = create_engine(shared)
    with engine.begin() as connection:
        tables = MetaData()
        tables.reflect(connection)
        tables.drop_all(connection)
    engine.dispose()
    return shared


@pytest.fixture
def sqlite_only():
    """Keep a test on SQLite: it is about files or pragmas."""


@pytest.fixture
def draw():
    """Draw references from a row of numbers, so that a test is the same each time."""
    numbers = itertools.count(1)
    return lambda below: next(numbers) * 7_919 % below


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory):
    """Make one register with all its tables; copying it is faster than making each anew."""
    folder = tmp_path_factory.mktemp("empty")
    Register.open(folder, SetClock(NOON)).close()
    return folder / "register.sqlite"


@pytest.fixture
def register(url, clock, draw, empty_file):
    if url.startswith("sqlite:///"):
        shutil.copyfile(empty_file, url.removeprefix("sqlite:///"))
    with Register.open(url, clock, draw=draw) as opened:
        yield opened


@pytest.fixture
def offence(clock):
    def make(address="192.0.2.1", **values):
        seen = ip_address(address)
        known = {
            "network": network_of(seen),
            "address": seen,
            "kind": Kind.ATTACK,
            "check": "visit.sql-injection",
            "at": clock.now(),
            "service": "http",
            "source": "/var/log/nginx/access.log",
            "line": 7,
            "evidence": b'192.0.2.1 - - "GET /?id=1%27\xff HTTP/1.1" 200 1',
        }
        return Offence(**(known | values))

    return make


@pytest.fixture
def record(register, offence):
    """Record offences of the given addresses in one batch."""

    def make(*addresses, **values):
        entries = tuple(Entry(offence=offence(address, **values)) for address in addresses)
        return register.record(Batch(entries=entries))

    return make


MADE_SINCE = {
    "0004": (
        "DROP TABLE mail_findings",
        "DROP TABLE mails",
        *(f"DROP TABLE {name}" for name in ("mail_hours", "greeted", "conduct")),
    ),
    "0003": ("DROP TABLE pulls", "DROP TABLE bouncers"),
    "0002": ("ALTER TABLE offences DROP COLUMN observed",),
}
"""How each version of the tables is undone, the newest first."""


@pytest.fixture
def step_back(url):
    """Turn the register into one that an older pforte made."""

    def _step_back(version):
        engine = open_engine(url)
        with migrating(engine) as connection:
            for later, changes in MADE_SINCE.items():
                for change in changes if later > version else ():
                    connection.execute(text(change))
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{version}'"))
        engine.dispose()

    return _step_back
