"""An operator who bans or lifts hears whether the gates do what was decided."""

import threading

import pytest

from pforte.clock import SystemClock
from pforte.commands import enforcement
from pforte.commands.enforcement import follower_of
from pforte.register import Register

NFTABLES = ("--set", "gate.nftables.enabled=true")
BAN = ("ban", "192.0.2.7", "--rung", "1", "--reason", "spam")
LATE = (
    "note: the gate nftables did not follow; if no service runs, start it or run: pforte gate nftables load\n"
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Give up at once."""
    monkeypatch.setattr(enforcement, "PATIENCE", 0.0)


@pytest.fixture
def follow(state):
    """Store a position as the service's followers do."""

    def _follow(*cursor):
        with Register.open(state, SystemClock()) as register:
            register.save_cursor(*cursor)

    return _follow


def test_a_gate_that_never_followed_is_named_with_what_to_do(run):
    answer = run(*NFTABLES, *BAN)
    assert (answer.code, answer.err) == (0, LATE)
    assert answer.out.startswith("192.0.2.7/32 is banned")


def test_a_lift_says_so_too(run, seen, follow):
    """The kernel holds the bans of a service that stopped, and nobody takes them out."""
    seen("192.0.2.7")
    follow("nftables", 1, 1)
    answer = run(*NFTABLES, "lift", "192.0.2.7", "--reason", "mistake")
    assert (answer.code, answer.err) == (0, LATE)
    assert "is at liberty" in answer.out


def test_a_gate_in_trouble_is_named_with_it(run, follow):
    follow("nftables", 0, 0, "nft: Operation not permitted")
    assert "did not follow (nft: Operation not permitted); if no" in run(*NFTABLES, *BAN).err


def test_each_gate_has_its_own_command(run):
    assert "run: pforte gate files write\n" in run("--set", "gate.files.enabled=true", *BAN).err
    assert "run: pforte gate haproxy load\n" in run("--set", "gate.haproxy.enabled=true", *BAN).err


def test_a_gate_that_follows_is_waited_for(run, monkeypatch, follow):
    monkeypatch.setattr(enforcement, "PATIENCE", 30.0)
    follow("nftables", 0, 0)
    looked = threading.Event()
    monkeypatch.setattr(enforcement.time, "sleep", lambda _: looked.set())

    def catch_up():
        looked.wait(30)
        follow("nftables", 1, 1)

    service = threading.Thread(target=catch_up)
    service.start()
    answer = run(*NFTABLES, *BAN)
    service.join()
    assert (answer.code, answer.err) == (0, "")


def test_what_is_decided_meanwhile_is_not_waited_for(run, seen, monkeypatch, follow):
    """On a busy register a gate may never be level with the last decision."""
    monkeypatch.setattr(enforcement, "PATIENCE", 30.0)
    follow("nftables", 0, 0)
    followed = []

    def another(_):
        seen(f"192.0.2.{10 + len(followed)}")
        followed.append(len(followed) + 1)
        follow("nftables", followed[-1], 1)

    monkeypatch.setattr(enforcement.time, "sleep", another)
    assert run(*NFTABLES, *BAN).err == ""
    assert followed == [1]


def test_without_any_gate_nothing_is_enforced(run):
    assert run(*BAN).err == "note: no gate is enabled: this is recorded, and nothing enforces it\n"


SIMULATED = "note: service.simulate is on: bans are recorded, and no gate enforces them\n"


@pytest.mark.parametrize(
    "command",
    [("ban", "192.0.2.8", "--rung", "1", "--reason", "x"), ("lift", "192.0.2.7", "--reason", "x")],
    ids=["ban", "lift"],
)
def test_simulation_is_said_where_something_is_decided(run, seen, command):
    seen("192.0.2.7")
    assert run("--set", "service.simulate=true", *NFTABLES, *command).err == SIMULATED


def test_simulation_is_said_where_bans_are_shown(run, seen):
    reference = seen("192.0.2.7").ban.reference
    for command in (("bans",), ("status", "192.0.2.7"), ("explain", reference), ("gates",)):
        assert run("--set", "service.simulate=true", *command).err == SIMULATED, command
        assert run(*command).err == "", command


def test_gates_that_answer_follow_by_the_table(run, follow, monkeypatch):
    """They hold no bans of their own, and nothing loads them but a service."""
    answer = run("--set", "gate.postfix.enabled=true", *BAN)
    assert answer.err == "note: the gate postfix did not follow; if no service runs, start it\n"
    monkeypatch.setattr(enforcement, "PATIENCE", 30.0)
    follow("table", 2, 2)
    assert run("--set", "gate.postfix.enabled=true", *BAN[:1], "192.0.2.8", *BAN[2:]).err == ""


@pytest.mark.parametrize(
    ("gate", "follower"),
    [("nftables", "nftables"), ("crowdsec", "crowdsec"), ("postfix", "table"), ("dnsbl", "table")],
)
def test_a_gate_is_known_by_who_follows_for_it(gate, follower):
    """Gates that only answer share the bans of the table; all others follow by themselves."""
    assert follower_of(gate) == follower
