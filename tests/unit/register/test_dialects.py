"""What differs between the databases stays in one place, and their errors say what to do next."""

import sqlite3
import sys
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import exc, insert, make_url, select, text

from pforte.register import (
    Batch,
    Entry,
    RefusedError,
    Register,
    RegisterError,
    RegisterUnavailableError,
    RegisterUnusableError,
)
from pforte.register.dialects import (
    file_of,
    insert_or_update,
    is_memory,
    migrating,
    open_engine,
    place,
    reading,
    verify_storage,
    writing,
)
from pforte.register.schema import POSITIONS


def add(connection, source, state):
    row = {"source": source, "state": state, "saved": 0}
    connection.execute(insert_or_update(connection, POSITIONS, ("source",)), row)


def positions(engine):
    with reading(engine) as connection:
        return dict(connection.execute(select(POSITIONS.c.source, POSITIONS.c.state)).all())


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "must not be empty"),
        ("nonsense", "not a database URL"),
        ("postgresql://pforte:secret@localhost:notaport/x", "needs a port"),
        ("postgresql+quux://pforte:secret@localhost/x", "not supported"),
        ("sqlite+pysqlcipher://:secret@/x", "not supported"),
        ("mysql://localhost/x", "mysql is not supported; use sqlite or postgresql"),
        ("quux://localhost/x", "quux is not supported"),
    ],
)
def test_other_databases_are_refused_with_the_setting_s_name(url, said):
    with pytest.raises(RegisterError, match=said) as caught:
        open_engine(url)
    assert str(caught.value).startswith("setting register.url: ")
    assert "secret" not in str(caught.value)


def test_a_missing_driver_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RegisterError, match="install psycopg"):
        open_engine("postgresql://localhost/pforte")


def test_pragmas_hold_in_every_connection(register, sqlite_only):
    """Acknowledged means on the disk: FULL is 2 in SQLite's words."""
    with register._engine.connect() as one, register._engine.connect() as other:
        for connection in (one, other):
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_failed_transaction_leaves_nothing(register):
    def fail():
        with writing(register._engine) as connection:
            add(connection, "a", "1")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert positions(register._engine) == {}


def test_a_second_writer_waits_for_the_first(register):
    """What is read in a write transaction must still be true when it commits."""
    inside, finish, order = threading.Event(), threading.Event(), []

    def first():
        with writing(register._engine) as connection:
            add(connection, "a", "1")
            inside.set()
            finish.wait(5)
            order.append("first")

    def second():
        inside.wait(5)
        with writing(register._engine) as connection:
            order.append("second")
            add(connection, "a", "2")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    inside.wait(5)
    finish.set()
    for thread in threads:
        thread.join()
    assert order == ["first", "second"]
    assert positions(register._engine) == {"a": "2"}


def test_a_reader_sees_one_state_while_others_write(register):
    query = select(POSITIONS.c.source)
    with reading(register._engine) as reader:
        assert reader.execute(query).all() == []
        with writing(register._engine) as writer:
            add(writer, "a", "1")
        assert reader.execute(query).all() == []
    assert positions(register._engine) == {"a": "1"}


def test_an_insert_of_a_known_key_updates(register):
    with writing(register._engine) as connection:
        add(connection, "a", "1")
        add(connection, "a", "2")
        add(connection, "b", "3")
    assert positions(register._engine) == {"a": "2", "b": "3"}


def test_a_locked_register_says_so(register, url, monkeypatch, sqlite_only):
    monkeypatch.setattr("pforte.register.dialects.BUSY_SECONDS", 0)
    engine = open_engine(url)
    with (
        writing(register._engine),
        pytest.raises(RegisterUnavailableError, match="another process") as caught,
    ):
        migrating(engine).__enter__()
    assert place(engine) in str(caught.value)
    engine.dispose()


def test_a_file_that_is_no_register_is_named(tmp_path, clock):
    (tmp_path / "register.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(RegisterUnavailableError, match="restore a backup"):
        Register.open(tmp_path, clock)


def test_a_folder_where_the_file_should_be_is_named(tmp_path, clock):
    (tmp_path / "register.sqlite").mkdir()
    with pytest.raises(RegisterUnavailableError, match=r"service\.state"):
        Register.open(tmp_path, clock)


def test_the_file_of_a_database(tmp_path):
    assert file_of(open_engine(f"sqlite:///{tmp_path}/r.sqlite")) == tmp_path / "r.sqlite"
    assert file_of(open_engine("sqlite://")) is None
    assert is_memory(open_engine("sqlite://"))


def test_places_hide_passwords():
    url = make_url("postgresql://pforte:secret@localhost/pforte?password=secret")
    engine = SimpleNamespace(dialect=SimpleNamespace(name="postgresql"), url=url)
    assert place(engine) == "postgresql://pforte:***@localhost/pforte?password=***"


def test_damage_in_the_file_is_found(tmp_path, clock, offence):
    """A flipped page must not pass as a whole register."""
    with Register.open(tmp_path, clock) as register:
        for number in range(50):
            register.save_document("robots:a", bytes(5000) + bytes([number]), clock.now())
            clock.move(timedelta(seconds=1))
        with reading(register._engine) as connection:
            assert verify_storage(connection) == []
    raw = sqlite3.connect(tmp_path / "register.sqlite")
    raw.execute("PRAGMA journal_mode = DELETE")
    raw.execute("PRAGMA writable_schema = ON")
    raw.execute("UPDATE sqlite_master SET rootpage = 3 WHERE name = 'ix_audit_at'")
    raw.commit()
    raw.close()
    engine = open_engine(f"sqlite:///{tmp_path}/register.sqlite")
    with reading(engine) as connection:
        assert verify_storage(connection) != []
    engine.dispose()


def test_orphans_are_found(register, sqlite_only):
    raw = sqlite3.connect(register._engine.url.database)
    raw.execute("INSERT INTO journal VALUES (1, 'begin', 99, 0, 1, 0, 0, NULL, 0)")
    raw.commit()
    raw.close()
    with reading(register._engine) as connection:
        assert any("foreign key" in line for line in verify_storage(connection))


def test_statements_of_the_driver_are_translated(register):
    def ask():
        with reading(register._engine) as connection:
            connection.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises(RegisterError, match="no_such_table"):
        ask()


def driver_error(kind):
    """Return an error as SQLAlchemy hands on those of the driver."""
    return kind("INSERT", {}, Exception("driver says\n  no"))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (driver_error(exc.OperationalError), RegisterUnavailableError),
        (driver_error(exc.InterfaceError), RegisterUnavailableError),
        (driver_error(exc.DatabaseError), RegisterUnavailableError),
        (driver_error(exc.ProgrammingError), RegisterUnusableError),
        (driver_error(exc.NotSupportedError), RegisterUnusableError),
        (driver_error(exc.IntegrityError), RefusedError),
        (driver_error(exc.DataError), RefusedError),
        (exc.StatementError("bad value", "INSERT", {}, TypeError("driver says no")), RefusedError),
    ],
)
def test_trying_again_is_for_what_may_pass_by_itself(register, error, kind):
    """Retrying what can never be written would stop all recording for ever."""

    def ask():
        with writing(register._engine):
            raise error

    with pytest.raises(kind, match="driver says no") as caught:
        ask()
    assert type(caught.value) is kind


def test_a_value_that_no_database_holds_is_refused(register, offence, sqlite_only):
    with pytest.raises(RefusedError, match="too large"):
        register.record(Batch(entries=(Entry(offence=offence(line=2**70)),)))


def test_a_row_that_contradicts_another_is_refused(register):
    def twice():
        with writing(register._engine) as connection:
            for _ in range(2):
                connection.execute(insert(POSITIONS), {"source": "a", "state": "1", "saved": 0})

    with pytest.raises(RefusedError):
        twice()
    assert positions(register._engine) == {}
