"""Read positions, counts and cursors are there again after a restart, as they were committed."""

from datetime import timedelta

import pytest

from pforte.net.addresses import parse_network
from pforte.register import Batch, Entry, GateCursor, Register, Tally

ONE, OTHER = parse_network("192.0.2.1"), parse_network("2001:db8::1")


def tally(state, check="visit.404", network=ONE):
    return Tally(check=check, network=network, state=state)


def test_positions_are_replaced_and_survive(register, url, clock):
    register.record(Batch(positions={"a": '{"offset": 1}', "b": "x"}))
    register.record(Batch(positions={"a": '{"offset": 2}'}))
    with Register.open(url, clock) as again:
        assert again.positions() == {"a": '{"offset": 2}', "b": "x"}


def test_a_position_is_never_ahead_of_its_offences(register, offence, monkeypatch):
    """What is not committed with its position would be lost for ever."""

    def broken(*_arguments):
        raise LookupError

    monkeypatch.setattr("pforte.register.store.progress.save_positions", broken)
    with pytest.raises(LookupError):
        register.record(Batch(entries=(Entry(offence=offence()),), positions={"a": "1"}))
    assert register.positions() == {}
    assert register.offences() == []
    assert register.snapshot().sequence == 0


def test_tallies_are_kept_replaced_and_deleted(register):
    register.record(Batch(tallies=(tally(b"\x01"), tally(b"\x02", network=OTHER), tally(b"\x03", "c"))))
    register.record(Batch(tallies=(tally(b""), tally(b"\x09", network=OTHER), tally(b"", "never counted"))))
    assert sorted(register.tallies(), key=lambda each: each.check) == [
        tally(b"\x03", "c"),
        tally(b"\x09", network=OTHER),
    ]


def test_the_last_of_several_states_in_one_batch_counts(register):
    register.record(Batch(tallies=(tally(b""), tally(b"\x01"), tally(b"\x02"))))
    assert register.tallies() == [tally(b"\x02")]
    register.record(Batch(tallies=(tally(b"\x05"), tally(b""))))
    assert register.tallies() == []


def test_tallies_come_oldest_first_and_the_latest_ones_when_limited(register, clock):
    for state in (b"1", b"2", b"3"):
        register.record(Batch(tallies=(tally(state, check=f"c{state.decode()}"),)))
        clock.move(timedelta(seconds=1))
    assert [each.state for each in register.tallies()] == [b"1", b"2", b"3"]
    assert [each.state for each in register.tallies(limit=2)] == [b"2", b"3"]


def test_old_tallies_are_forgotten(register, clock):
    register.record(Batch(tallies=(tally(b"1", "old"),)))
    clock.move(timedelta(hours=1))
    register.record(Batch(tallies=(tally(b"2", "new"),)))
    assert register.forget_tallies(clock.now()) == 1
    assert [each.check for each in register.tallies()] == ["new"]


def test_cursors_of_gates(register, clock):
    assert register.gates() == []
    register.save_cursor("nftables", 3, 100)
    clock.move(timedelta(seconds=1))
    register.save_cursor("nftables", 5, 0, "nft is missing")
    register.save_cursor("files", 4, 100)
    latest = GateCursor(name="nftables", sequence=5, entries=0, error="nft is missing", saved=clock.now())
    files, nftables = register.gates()
    assert (files.cursor.name, nftables.cursor) == ("files", latest)


def test_how_far_a_gate_is_behind(register, record, clock):
    """An operator must see at one glance that a decision is not enforced yet, and since when."""
    record("192.0.2.1")
    register.save_cursor("nftables", 1, 1)
    (level,) = register.gates()
    assert (level.behind, level.waiting_since) == (0, None)
    clock.move(timedelta(hours=2))
    second = clock.now()
    record("192.0.2.2")
    clock.move(timedelta(hours=2))
    record("192.0.2.3")
    (late,) = register.gates()
    assert (late.behind, late.waiting_since) == (2, second)


def test_a_gate_that_must_begin_anew_is_behind_by_no_number(register, record, clock):
    record("192.0.2.1")
    register.save_cursor("files", 0, 0, "the disk is full")
    register.save_cursor("nftables", 0, 0)
    clock.move(timedelta(days=500))
    register.purge(timedelta(days=400))
    assert [(gate.behind, gate.waiting_since) for gate in register.gates()] == [(None, None), (None, None)]
