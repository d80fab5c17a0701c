"""`pforte panic` opens every gate at once, and they stay open until its end, whatever else is out of order."""

import fcntl
from pathlib import Path

import pytest
from fake_haproxy import FakeHaproxy

from pforte.clock import SystemClock
from pforte.commands import enforcement, panic
from pforte.gates import opening
from pforte.gates.follower import STANDS_OPEN
from pforte.gates.gate import GateError
from pforte.gates.nftables.engine import Engines
from pforte.register import Register

OPEN = "every gate stands open and nobody is shut out; `pforte panic --end` lets them do their work again\n"


class Kernel:
    def __init__(self) -> None:
        self.commands: list[str] = []
        self.refuses = False

    def change(self, commands: str) -> None:
        if self.refuses:
            raise GateError("nftables refused: Operation not permitted")
        self.commands.append(commands)

    def list_json(self, command: str) -> str:
        raise GateError("nothing to list")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(enforcement, "PATIENCE", 0.0)
    monkeypatch.setattr(panic, "PATIENCE", 0.0)


@pytest.fixture
def kernel(monkeypatch):
    made = Kernel()
    monkeypatch.setattr(opening, "open_engines", lambda backend: Engines(made, made))
    return made


@pytest.fixture
def haproxy(monkeypatch, tmp_path):
    peer = FakeHaproxy(str(tmp_path / "bans.map"), "198.51.100.7 PF-1")
    monkeypatch.setattr(opening, "RuntimeSocket", lambda path: peer)
    return peer


@pytest.fixture
def serving(state):
    """Hold the lock of a running service."""
    state.mkdir(exist_ok=True)
    with (state / "service.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def on(*gates: str) -> list[str]:
    return [word for gate in gates for word in ("--set", f"gate.{gate}.enabled=true")]


def follow(state: Path, *cursor: object) -> None:
    with Register.open(state, SystemClock()) as register:
        register.save_cursor(*cursor)  # type: ignore[arg-type]


def test_what_holds_bans_by_itself_is_opened_at_once(run, seen, state, kernel, haproxy):
    seen("198.51.100.7")
    files = [*on("files"), "--set", 'gate.files.kinds=["plain"]']
    run(*files, "gate", "files", "write")
    assert (state / "files" / "banned.txt").read_text() == "198.51.100.7\n"
    mapped = [*on("haproxy"), "--set", f"gate.haproxy.map={haproxy.path}"]
    answer = run(*files, *mapped, *on("nftables"), "panic", "--reason", "all customers are out")
    assert (answer.code, answer.out) == (0, OPEN)
    assert "read them again" in answer.err
    assert kernel.commands == ["add table inet pforte\ndelete table inet pforte\n"]
    assert (state / "files" / "banned.txt").read_text() == ""
    assert haproxy.entries == []


def test_everybody_who_looks_is_warned_until_the_end(run, seen, state):
    seen("198.51.100.7")
    assert run("panic", "--reason", "all\x1b customers").code == 0
    for look in (("gates",), ("status", "198.51.100.7"), ("bans",)):
        answer = run(*look)
        assert answer.code == 0
        assert answer.err.startswith("WARNING: PANIC since ")
        assert "all\\x1b customers. Every gate stands open" in answer.err
    banned = run("ban", "192.0.2.9", "--rung", "1", "--reason", "x")
    assert "PANIC" in banned.err
    ended = run("panic", "--end")
    assert ended.code == 0
    assert ended.out.startswith("the gates do their work again; they stood open since 20")
    assert "PANIC" not in run("gates").err


def test_gates_cannot_be_loaded_by_hand_meanwhile(run, seen, kernel):
    seen("198.51.100.7")
    run("panic")
    for by_hand in (("nftables", "load"), ("files", "write"), ("haproxy", "load")):
        answer = run("gate", *by_hand)
        assert (answer.code, answer.out) == (1, "")
        assert "pforte panic --end" in answer.err
    assert kernel.commands == []


def test_an_end_without_a_panic(run, seen):
    seen("198.51.100.7")
    answer = run("panic", "--end")
    assert answer.code == 1
    assert "there is no panic" in answer.err


def test_the_end_names_gates_that_do_not_close(run, seen):
    seen("198.51.100.7")
    run(*on("nftables"), "panic")
    answer = run(*on("nftables"), "panic", "--end")
    assert answer.code == 0
    assert (
        "the gate nftables did not follow; if no service runs, start it or run: pforte gate nftables load"
        in answer.err
    )


def test_a_gate_that_cannot_be_opened_is_named_and_the_others_are_open(run, seen, state, kernel, haproxy):
    seen("198.51.100.7")
    kernel.refuses = True
    answer = run(*on("nftables", "haproxy"), "--set", f"gate.haproxy.map={haproxy.path}", "panic")
    assert (answer.code, answer.out) == (1, "")
    assert "the gate nftables could not be opened: nftables refused: Operation not permitted" in answer.err
    assert haproxy.entries == []
    with Register.open(state, SystemClock()) as register:
        assert register.panic() is not None


def test_a_register_that_is_away_keeps_nothing_shut(run, state, kernel):
    state.write_text("no folder")
    answer = run(*on("nftables"), "panic")
    assert answer.code == 1
    assert "so a service that runs closes the gates again: stop it" in answer.err
    assert len(kernel.commands) == 1


def test_there_need_be_no_register_yet(run, state):
    assert run("panic").code == 0
    with Register.open(state, SystemClock()) as register:
        assert register.panic() is not None


@pytest.mark.usefixtures("serving")
def test_gates_of_a_running_service_are_waited_for(run, seen, state):
    seen("198.51.100.7")
    answer = run(*on("postfix"), "panic")
    assert answer.code == 1
    assert "the gate postfix did not follow; if the service hangs, stop it" in answer.err
    follow(state, "table", 0, 0, STANDS_OPEN)
    assert run(*on("postfix"), "panic").code == 0


def test_gates_that_answer_refuse_nobody_where_no_service_runs(run, seen):
    seen("198.51.100.7")
    assert run(*on("postfix"), "panic").code == 0


def test_a_simulated_service_is_said(run, state):
    assert "no gate enforces" in run("--set", "service.simulate=true", "panic").err


def test_zones_in_other_name_servers_are_opened_too(run, seen, tmp_path):
    """One that does not answer is named, because it goes on listing."""
    seen("198.51.100.7")
    key = tmp_path / "key"
    key.write_text("c2VjcmV0IHRoYXQgaXMgbG9uZyBlbm91Z2ggZm9yIHRzaWc=")
    key.chmod(0o600)
    zones = ["--set", f"gate.dnsupdate.secret={key}", "--set", "gate.dnsupdate.server=127.0.0.1:9"]
    answer = run(*on("dnsupdate"), *zones, "--set", "gate.dnsupdate.timeout=1s", "panic")
    assert answer.code == 1
    assert "the gate dnsupdate could not be opened" in answer.err
