"""Making and updating the tables."""

from importlib.resources import as_file, files
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from pforte.register.dialects import migrating, place, reading
from pforte.register.errors import RegisterError

CURRENT = "0004"
"""The newest migration. Known here so that a register that is up to date opens without loading Alembic."""

VERSION_TABLE = "alembic_version"


def upgrade(engine: Engine) -> None:
    """Bring the tables to the state this program knows; only one process does so at a time.

    Raises:
        RegisterError: the register was made by a newer pforte.
    """
    with reading(engine) as connection:
        found = stored_version(connection)
    if found == CURRENT:
        return
    with migrating(engine) as connection:
        if stored_version(connection) != CURRENT:
            _migrate(connection, engine)


def stored_version(connection: Connection) -> str | None:
    """Return the migration that the tables are at, or None where there are none yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608  a constant
    return None if found is None else str(found)


def _migrate(connection: Connection, engine: Engine) -> None:
    from alembic import command  # noqa: PLC0415  slow to load and seldom needed
    from alembic.config import Config  # noqa: PLC0415  slow to load and seldom needed
    from alembic.script import ScriptDirectory  # noqa: PLC0415  slow to load and seldom needed
    from alembic.util import CommandError  # noqa: PLC0415  slow to load and seldom needed

    with as_file(files("pforte.register") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", _escaped(folder))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        try:
            ScriptDirectory.from_config(config).get_revision(stored_version(connection) or CURRENT)
            command.upgrade(config, "head")
        except CommandError as error:
            raise RegisterError(
                f"register {place(engine)} was made by a newer pforte ({error}); install that one or a later one"
            ) from error


def _escaped(folder: Path) -> str:
    return str(folder).replace("%", "%%")
