"""`pforte gates` shows an operator whether what was decided is also enforced."""

import pytest

from pforte.clock import SetClock, SystemClock
from pforte.register import Register

KEYS = ["gate", "enabled", "sequence", "behind", "seconds", "entries", "error", "saved"]
NEVER = dict.fromkeys(KEYS[2:])


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
    out = run("gates").out
    heading, nftables, files, *_ = out.splitlines()
    assert heading.split() == [
        "gate",
        "enabled",
        "decision",
        "behind",
        "shuts",
        "out",
        "last",
        "word",
        "trouble",
    ]
    assert "begins anew" in nftables
    assert nftables.endswith("nft:\\x1b[2J")
    assert "1 for 0s" in files
    assert "1,234" in files


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
