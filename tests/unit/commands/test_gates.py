"""`pforte gates` shows an operator whether what was decided is also enforced."""

import json

import pytest

from pforte.clock import SetClock, SystemClock
from pforte.commands import verification
from pforte.gates import opening
from pforte.gates.gate import GateError
from pforte.gates.nftables.engine import Engines
from pforte.register import Register

KEYS = ["gate", "enabled", "sequence", "behind", "seconds", "entries", "error", "saved", "banned", "refused"]
NEVER = dict.fromkeys(KEYS[2:]) | {"banned": 0}


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(verification, "PAUSE", 0.0)


@pytest.fixture
def follow(state):
    """Store a cursor as the service's followers do."""

    def _follow(*cursor, clock=None):
        with Register.open(state, clock or SystemClock()) as register:
            register.save_cursor(*cursor)

    return _follow


def gates(run, *arguments):
    answer = run(*arguments, "gates", "--json")
    assert answer.code == 0, answer.err
    assert all(list(line) == KEYS for line in answer.lines)
    return {line["gate"]: line for line in answer.lines}


def test_gates_that_never_followed_are_listed(run, state):
    found = gates(run, "--set", "gate.files.enabled=true")
    assert found["nftables"] == {"gate": "nftables", "enabled": False} | NEVER
    assert found["files"] == {"gate": "files", "enabled": True} | NEVER
    assert not state.exists()


def test_a_gate_that_took_over_everything(run, seen, follow):
    seen("192.0.2.7")
    follow("nftables", 1, 1)
    found = gates(run)["nftables"]
    assert (found["sequence"], found["behind"], found["seconds"], found["entries"], found["error"]) == (
        1,
        0,
        0,
        1,
        None,
    )


def test_a_gate_that_is_late(run, seen, follow):
    """Behind counts decisions; the seconds are those the oldest of them has waited."""
    first = seen("192.0.2.7").ban
    follow("files", 0, 0)
    seen("192.0.2.8")
    found = gates(run)["files"]
    assert found["behind"] == 2
    assert 0 < found["seconds"] < (SystemClock().now() - first.starts).total_seconds()


def test_a_gate_in_trouble_begins_anew(run, seen, follow):
    """What it holds is unknown, so no number of decisions would be true."""
    seen("192.0.2.7")
    follow("nftables", 0, 0, "nft: Operation not permitted")
    found = gates(run)["nftables"]
    assert (found["behind"], found["seconds"], found["error"]) == (None, None, "nft: Operation not permitted")


def test_people_get_a_table(run, seen, follow):
    seen("192.0.2.7")
    follow("files", 0, 1234)
    follow("nftables", 0, 0, "nft:\x1b[2J")
    out = run("--set", "gate.files.enabled=true", "--set", "gate.nftables.enabled=true", "gates").out
    heading, nftables, files, *_ = out.splitlines()
    assert heading.split() == [
        "gate",
        "enabled",
        "decision",
        "behind",
        "shuts",
        "out",
        "of",
        "last",
        "word",
        "trouble",
    ]
    assert "begins anew" in nftables
    assert nftables.endswith("nft:\\x1b[2J")
    assert "1 for 0s" in files
    assert "1,234" in files


def test_a_gate_that_was_switched_off_is_neither_late_nor_in_trouble(run, seen, follow):
    seen("192.0.2.7")
    follow("files", 0, 0)
    follow("haproxy", 0, 0, "HAProxy does not answer")
    off = run("gates").out
    assert "1 for" not in off
    assert "HAProxy does not answer" not in off
    on = run("--set", "gate.files.enabled=true", "--set", "gate.haproxy.enabled=true", "gates").out
    assert "1 for" in on
    assert "HAProxy does not answer" in on


def test_a_gate_that_answers_is_as_far_as_the_table(run, seen, follow):
    seen("192.0.2.7")
    follow("table", 1, 1)
    found = gates(run)["postfix"]
    assert (found["behind"], found["entries"]) == (0, 1)


def test_a_simulated_service_is_said(run, state):
    assert "no gate enforces" in run("--set", "service.simulate=true", "gates").err


def test_a_clock_that_was_set_back_is_no_negative_lag(run, seen, follow):
    seen("192.0.2.7", at=SystemClock().now())
    follow("files", 0, 0, clock=SetClock(SystemClock().now()))
    assert gates(run)["files"]["seconds"] >= 0


def test_entries_stand_beside_those_of_the_register(run, seen, follow):
    """A gate that holds fewer than were decided is seen at a glance; the firewall leaves shared networks to others."""
    seen("192.0.2.7")
    assert (
        run(
            "--set",
            'exempt.shared=["198.51.100.0/24"]',
            "ban",
            "198.51.100.7",
            "--rung",
            "1",
            "--reason",
            "x",
        ).code
        == 0
    )
    follow("files", 1, 1)
    found = gates(run)
    assert (found["files"]["entries"], found["files"]["banned"], found["nftables"]["banned"]) == (1, 2, 1)


class Kernel:
    def __init__(self, packets):
        rule = {
            "chain": "visitors",
            "expr": [{"match": {"right": "@ban4"}}, {"counter": {"packets": packets}}, {"drop": None}],
        }
        self.listing = json.dumps({"nftables": [{"rule": rule}]})

    def list_json(self, command):
        assert command == "list chain inet pforte visitors"
        return self.listing


def test_refused_packets_are_told_where_the_kernel_may_be_asked(run, seen, follow, monkeypatch):
    seen("192.0.2.7")
    kernel = Kernel(1234)
    monkeypatch.setattr(opening, "open_engines", lambda backend: Engines(kernel, kernel))
    assert gates(run)["nftables"]["refused"] is None, "nobody asks for a gate that is not enabled"
    enabled = ("--set", "gate.nftables.enabled=true")
    assert gates(run, *enabled)["nftables"]["refused"] == 1234
    assert "1,234 packets" in run(*enabled, "gates").out
    assert "the firewall has refused 1,234 packets" in run(*enabled, "bans").err

    def refuse(backend):
        raise GateError("no right to ask")

    monkeypatch.setattr(opening, "open_engines", refuse)
    assert gates(run, *enabled)["nftables"]["refused"] is None
    assert "packets" not in run(*enabled, "bans").err


def test_files_are_verified_line_by_line(run, seen, state):
    seen("192.0.2.7")
    files = ("--set", "gate.files.enabled=true", "--set", 'gate.files.kinds=["plain"]')
    assert run(*files, "gate", "files", "write").code == 0
    answer = run(*files, "gates", "verify")
    assert (answer.code, answer.err) == (0, "")
    assert "the register says the same" in answer.out
    (state / "files" / "banned.txt").write_text("192.0.2.9\n192.0.2.7\n")
    answer = run(*files, "gates", "verify")
    assert answer.code == 1
    assert "differs" in answer.out
    assert "too many: 192.0.2.9" in answer.err
    (line,) = run(*files, "gates", "verify", "--json").lines
    assert (line["gate"], line["agrees"], line["held"], line["surplus"], line["missing"]) == (
        "files",
        False,
        2,
        ["192.0.2.9"],
        [],
    )


def test_what_cannot_be_seen_from_here_is_said(run, seen):
    seen("192.0.2.7")
    answer = run("--set", "gate.postfix.enabled=true", "gates", "verify")
    assert answer.code == 0
    assert "in the memory of the service" in answer.out
    (line,) = run("--set", "gate.postfix.enabled=true", "gates", "verify", "--json").lines
    assert (line["reachable"], line["agrees"]) == (False, None)


def test_a_gate_that_cannot_be_asked_is_no_agreement(run, seen, tmp_path):
    seen("192.0.2.7")
    haproxy = ("--set", "gate.haproxy.enabled=true", "--set", f"gate.haproxy.socket={tmp_path}/no")
    answer = run(*haproxy, "gates", "verify")
    assert answer.code == 1
    assert "cannot be asked: HAProxy does not answer" in answer.out
    (line,) = run(*haproxy, "gates", "verify", "--json").lines
    assert line["agrees"] is False
    assert "does not answer" in line["trouble"]


def test_nothing_to_verify(run, seen):
    seen("192.0.2.7")
    answer = run("gates", "verify")
    assert (answer.code, answer.out) == (0, "")
    assert "no gate is enabled" in answer.err


def test_in_a_panic_gates_are_to_hold_nothing(run, seen, state):
    seen("192.0.2.7")
    files = ("--set", "gate.files.enabled=true", "--set", 'gate.files.kinds=["plain"]')
    assert run(*files, "panic").code == 0
    assert run(*files, "gates", "verify").code == 0
