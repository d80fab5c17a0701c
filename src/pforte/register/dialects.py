"""Every difference between SQLite and PostgreSQL.

The rest of the register writes portable SQLAlchemy Core and comes here for connections, for transactions and for
inserts that meet an existing row.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Insert, Table, create_engine, event, make_url, select, text
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    StatementError,
)
from sqlalchemy.pool import QueuePool, StaticPool

from pforte.register.errors import (
    RefusedError,
    RegisterError,
    RegisterUnavailableError,
    RegisterUnusableError,
)
from pforte.register.schema import HEADS, JOURNAL_HEAD
from pforte.settings.database_url import database, hide_password

BUSY_SECONDS = 15
ASK_AGAIN_SECONDS = 0.001
WAL_BYTES = 64 * 1024 * 1024
IMMEDIATE = "pforte_immediate"
MIGRATION_LOCK = 7_305_071_205  # any constant; the same in every pforte that shares a PostgreSQL database

PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    # FULL, not NORMAL: what was acknowledged survives a loss of power too. Group commit carries the fsync.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA journal_size_limit = {WAL_BYTES}",
)


class RawConnection(Protocol):
    """What is used of a connection of the driver."""

    isolation_level: str | None

    def execute(self, statement: str) -> object:
        """Run one statement."""
        ...


def open_engine(url: str) -> Engine:
    """Return an engine for the URL; nothing is connected yet.

    Raises:
        RegisterError: the URL is not one of a database that the register runs on, or its driver is missing.
    """
    complaint = database(url)
    if complaint or not url:
        raise RegisterError(f"setting register.url: {complaint or 'must not be empty here'}")
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(url, memory=parsed.database in {None, "", ":memory:"})
    return _open_postgresql(url)


def _open_sqlite(url: str, *, memory: bool) -> Engine:
    engine = create_engine(
        url,
        poolclass=StaticPool if memory else QueuePool,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )

    def prepare(raw: RawConnection, _record: object) -> None:
        raw.isolation_level = None  # the driver must not begin transactions by itself
        for pragma in PRAGMAS:
            raw.execute(pragma)

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(IMMEDIATE, False):
            _begin_immediate(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _begin_immediate(connection: Connection) -> None:
    """Wait for the write lock, asking often.

    SQLite's own waiting asks every 100 ms, so that a process that writes without pause would keep all others,
    such as ``pforte ban``, waiting for seconds.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError as error:
                if "database is locked" not in str(error.orig) or time.monotonic() >= deadline:
                    raise
            else:
                return
            time.sleep(ASK_AGAIN_SECONDS)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _open_postgresql(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    try:
        return create_engine(parsed, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise RegisterError(
            f"setting register.url: the driver of PostgreSQL is missing ({error.name}); install psycopg"
        ) from error


def is_memory(engine: Engine) -> bool:
    """Say whether the database lives in this process only and is gone with it."""
    return isinstance(engine.pool, StaticPool)


def place(engine: Engine) -> str:
    """Return where the register is, for messages: the path, or the URL without its password."""
    if engine.dialect.name == "sqlite":
        return str(engine.url.database or ":memory:")
    return hide_password(engine.url.render_as_string(hide_password=False))


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a read transaction that sees one state of the register from its first query to its end."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with _translated(engine), engine.connect() as raw, raw.execution_options(**options) as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open the one write transaction there can be at a time, over all processes; commit at the end.

    What it reads therefore cannot change under it, and the journal's order is the order of commits.
    """
    with _translated(engine), engine.connect() as raw:
        connection = raw.execution_options(**{IMMEDIATE: True})
        with connection.begin():
            if engine.dialect.name == "postgresql":
                # One row for all writers: locks on several could be taken in different orders and never be freed.
                connection.execute(
                    select(HEADS.c.sequence).where(HEADS.c.name == JOURNAL_HEAD).with_for_update()
                )
            yield connection


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """Open a write transaction before the tables exist; one process at a time."""
    with _translated(engine), engine.connect() as raw:
        connection = raw.execution_options(**{IMMEDIATE: True})
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            yield connection


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OverflowError as error:  # the driver of SQLite lets it through as it is
        raise RefusedError(f"register {place(engine)}: {error}") from error
    except StatementError as error:
        said = hide_password(" ".join(str(error.orig).split()))  # psycopg talks on several lines
        raise _kind(error)(f"register {place(engine)}: {said}{_advice(said)}") from error


def _kind(error: StatementError) -> type[RegisterError]:
    """Return what an error means for whoever would try again (PEP 249)."""
    if isinstance(error, IntegrityError | DataError) or not isinstance(error, DBAPIError):
        return RefusedError
    if isinstance(error, ProgrammingError | NotSupportedError):
        return RegisterUnusableError
    return RegisterUnavailableError


def _advice(said: str) -> str:
    if "unable to open" in said or "readonly" in said or "permission" in said:
        return "; run as the user that owns the state folder, or name another one by service.state"
    if "database is locked" in said:
        return f"; another process has been writing for {BUSY_SECONDS} s, try again"
    if "full" in said:
        return "; make room on the disk"
    if "malformed" in said or "not a database" in said:
        return "; stop pforte, keep the file for a look and restore a backup"
    return ""


def insert_or_update(connection: Connection, table: Table, keys: tuple[str, ...]) -> Insert:
    """Return an insert that updates all other columns where a row with the same ``keys`` stands already."""
    return _upsert(connection.dialect.name, table, keys)


def insert_or_add(connection: Connection, table: Table, keys: tuple[str, ...]) -> Insert:
    """Return an insert that adds all other columns, which are numbers, to a row with the same ``keys``."""
    return _upsert(connection.dialect.name, table, keys, adds=True)


@cache
def _upsert(dialect: str, table: Table, keys: tuple[str, ...], *, adds: bool = False) -> Insert:
    # Each dialect is loaded only where it is used: the other costs a command a tenth of a second.
    statement = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    given = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    changed = {name: table.c[name] + value for name, value in given.items()} if adds else given
    upsert = statement.on_conflict_do_update(index_elements=list(keys), set_=changed)
    assert isinstance(upsert, Insert)  # noqa: S101  told to the type checker
    return upsert


def verify_storage(connection: Connection) -> list[str]:
    """Return what the database itself finds damaged, empty when all is well (SQLite only)."""
    if connection.dialect.name != "sqlite":
        return []
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    broken = [f"foreign key: {tuple(row)}" for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
    return [line for line in found if line != "ok"] + broken


def file_of(engine: Engine) -> Path | None:
    """Return the file of a SQLite database, or None."""
    if engine.dialect.name != "sqlite" or is_memory(engine) or not engine.url.database:
        return None
    return Path(engine.url.database)
