"""The register as others use it: from many threads, from many processes, in any folder."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from pforte.bans.regulation import Regulation
from pforte.register import (
    Batch,
    Entry,
    Ladder,
    Outcome,
    Register,
    RegisterError,
    RegisterUnavailableError,
    file_url,
    is_missing,
    locate,
)
from pforte.register.acts import Order
from pforte.settings.table import RegisterSettings, ServiceSettings, Settings


def test_the_settings_say_where_it_is():
    service = ServiceSettings(state=Path("/var/lib/pforte"))
    assert locate(Settings(service=service)) == "sqlite:////var/lib/pforte/register.sqlite"
    url = "postgresql://localhost/pforte"
    assert locate(Settings(service=service, register=RegisterSettings(url=url))) == url


def test_the_state_folder_is_made(tmp_path, clock):
    state = tmp_path / "var" / "pforte"
    assert is_missing(file_url(state))
    Register.open(state, clock).close()
    assert not is_missing(file_url(state))
    assert state.stat().st_mode & 0o007 == 0


def test_a_register_in_memory_is_never_missing(clock, offence):
    assert not is_missing("sqlite://")
    with Register.open("sqlite://", clock) as register:
        assert register.record(Batch(entries=(Entry(offence=offence()),))).filed[0].outcome is Outcome.BAN


def test_a_folder_that_cannot_be_made_is_named(tmp_path, clock):
    (tmp_path / "file").write_text("")
    with pytest.raises(RegisterError, match=r"file/state cannot be made: .*; set service\.state"):
        Register.open(tmp_path / "file" / "state", clock)


def test_threads_may_record_and_read_at_once(register, offence):
    """Every offence is there once, and the journal has no gap."""
    stop = threading.Event()
    problems = []

    def read():
        while not stop.is_set():
            snapshot = register.snapshot()
            if len(snapshot.bans) != snapshot.sequence:
                problems.append(snapshot)

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(4) as pool:
        entries = [Entry(offence=offence(f"192.0.2.{number}")) for number in range(40)]
        list(pool.map(lambda entry: register.record(Batch(entries=(entry,))), entries))
    stop.set()
    reader.join()
    assert problems == []
    assert register.snapshot().sequence == 40
    assert register.check() == []


def test_two_registers_on_one_database_do_not_disturb_each_other(register, url, clock, offence, draw):
    """`pforte ban` writes while the service does."""
    with Register.open(url, clock, draw=draw) as other, ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(each.record, Batch(entries=(Entry(offence=offence(f"192.0.2.{number}")),)))
            for number in range(20)
            for each in (register, other)
        ]
        outcomes = sorted(job.result().filed[0].outcome for job in jobs)
    assert outcomes == [Outcome.BAN] * 20 + [Outcome.EVIDENCE] * 20
    assert register.check() == []


def test_the_ladder_can_be_replaced_while_it_runs(register, record):
    """SIGHUP brings a new regulation without losing a line."""
    register.ladder = Ladder(
        regulation=Regulation(
            durations=(Regulation().durations[1],), windows=(Regulation().grace,), shared_rung=1
        )
    )
    ban = record("192.0.2.1").filed[0].ban
    assert ban.ends - ban.starts == Regulation().durations[1]


def test_ipv6_networks_follow_the_regulation(register):

    register.ladder = Ladder(regulation=Regulation(ipv6_prefix=56))
    assert register.status(ip_address("2001:db8::1")).network.prefixlen == 56


def test_a_place_that_cannot_be_looked_at_is_explained_by_opening_it(tmp_path, clock):
    """Another user's state folder, or a name no disk can hold: no traceback, and not taken for an empty register."""
    url = f"sqlite:///{tmp_path}/{'x' * 300}"
    assert not is_missing(url)
    with pytest.raises(RegisterUnavailableError, match=r"service\.state"):
        Register.open(url, clock)


def test_a_decision_is_taken_when_its_turn_comes(tmp_path, clock, monkeypatch):
    """Whoever waits for another process decides after it, and says so: the journal's moments follow its order."""
    waiting = threading.Event()
    with Register.open(tmp_path, clock) as register, ThreadPoolExecutor(1) as others:
        other = sqlite3.connect(tmp_path / "register.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr("pforte.register.dialects.time.sleep", lambda _: waiting.set())
        hour = timedelta(hours=1)
        order = Order(network=ip_network("192.0.2.1/32"), rung=1, span=hour, reason="x", who="x")
        ban = others.submit(register.ban, order)
        assert waiting.wait(30)
        clock.move(hour)
        other.execute("ROLLBACK")
        other.close()
        assert ban.result(30).starts == clock.now()
        assert register.journal(0)[0].decided == clock.now()
