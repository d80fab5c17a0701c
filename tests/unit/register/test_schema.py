"""The tables that the code knows are those that the migrations make."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, insert, select

from pforte.register import Register
from pforte.register.schema import METADATA, POSITIONS, TALLIES


def test_migrations_make_exactly_these_tables(url, clock):
    Register.open(url, clock).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_octets_come_back_as_bytes(register):
    """Both drivers must give bytes, because keys are compared and cut."""
    with register._engine.begin() as connection:
        row = {"check_id": "c", "network": b"\x04\x00\xff\x7f\x01 ", "state": b"\x00", "saved": 1}
        connection.execute(insert(TALLIES).values(row))
        found = connection.execute(select(TALLIES.c.network)).scalar_one()
        assert type(found) is bytes
        assert found == b"\x04\x00\xff\x7f\x01 "
        assert connection.execute(select(POSITIONS.c.source)).all() == []
