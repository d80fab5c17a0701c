"""A register is made when it is missing, left alone when it is up to date, refused when it is newer."""

import subprocess
import sys
from importlib.resources import files

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from pforte.register import Register, RegisterError
from pforte.register.dialects import migrating, open_engine, reading
from pforte.register.schema_version import CURRENT, stored_version, upgrade


def test_the_known_version_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(files("pforte.register") / "migrations"))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [CURRENT]


def test_a_new_register_has_no_version_and_gets_one(url, sqlite_only):
    engine = open_engine(url)
    with reading(engine) as connection:
        assert stored_version(connection) is None
    upgrade(engine)
    with reading(engine) as connection:
        assert stored_version(connection) == CURRENT
    engine.dispose()


def test_opening_again_does_not_load_the_migrations(url, clock):
    """`pforte status` must start fast."""
    Register.open(url, clock).close()
    program = (
        "import sys; from pforte.register import Register; from pforte.clock import SystemClock;"
        f"Register.open({url!r}, SystemClock()).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_offences_recorded_before_an_update_tell_nothing_beside_their_line(
    url, clock, record, register, step_back
):
    """A register of the version before is taken over with all it holds."""
    filed = record("192.0.2.1").filed[0]
    step_back("0001")
    with Register.open(url, clock) as again:
        assert [one.offence for one in again.case(filed.ban.reference).offences] == [filed.offence]
        assert again.check() == []


def test_a_register_of_a_newer_pforte_is_refused(url, clock):
    Register.open(url, clock).close()
    engine = open_engine(url)
    with migrating(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RegisterError, match="made by a newer pforte"):
        Register.open(url, clock)
    engine.dispose()


def test_what_was_recorded_is_there_after_opening_again(url, clock, record, register):
    reference = record("192.0.2.1").filed[0].ban.reference
    with Register.open(url, clock) as again:
        assert again.case(reference).ban.network.compressed == "192.0.2.1/32"
