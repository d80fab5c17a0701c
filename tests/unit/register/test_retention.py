"""What is old is forgotten in small portions; what still counts stays."""

from datetime import timedelta

import pytest

from pforte.bans.offence import Mode
from pforte.net.addresses import parse_network
from pforte.register import Batch, Entry, Order, Register, Tally, UnknownReferenceError

DAY = timedelta(days=1)
KEEP = 400 * DAY


def test_an_old_ban_goes_with_its_offences_and_decisions(register, record, clock):
    reference = record("192.0.2.1", "192.0.2.1").filed[0].ban.reference
    clock.move(KEEP + DAY)
    assert register.purge(KEEP) == 3
    with pytest.raises(UnknownReferenceError):
        register.case(reference)
    assert register.offences() == []
    assert register.check() == []


def test_a_ban_is_kept_until_it_is_old_and_so_are_its_offences(register, record, clock):
    reference = record("192.0.2.1").filed[0].ban.reference
    clock.move(KEEP)
    assert register.purge(KEEP) == 0
    assert len(register.case(reference).offences) == 1


def test_a_ban_in_force_stays_with_its_proof_however_short_the_history(register, clock, offence):
    order = Order(network=parse_network("192.0.2.1"), rung=4, span=365 * DAY, reason="r", who="anna")
    ban = register.ban(order)
    register.record(Batch(entries=(Entry(offence=offence()),)))
    clock.move(300 * DAY)
    register.purge(DAY)
    assert register.snapshot().bans == [ban]
    assert len(register.case(ban.reference).offences) == 1
    assert [decision.ban for decision in register.journal(0)] == [ban]


def test_offences_without_a_ban_go_by_their_age(register, record, clock):
    record("192.0.2.1", mode=Mode.WATCH)
    clock.move(KEEP + DAY)
    record("192.0.2.2", mode=Mode.WATCH)
    assert register.purge(KEEP) == 1
    assert [str(filed.offence.address) for filed in register.offences()] == ["192.0.2.2"]


def test_claims_that_wait_are_not_forgotten(register, offence, clock):
    register.record(Batch(claims=(Entry(offence=offence()),)))
    clock.move(KEEP + DAY)
    assert register.purge(KEEP) == 0
    assert len(register.pending_claims()) == 1


def test_a_gate_that_is_alive_is_waited_for(register, record, clock):
    record("192.0.2.1", "192.0.2.2")
    clock.move(KEEP + DAY)
    register.save_cursor("nftables", 1, 0)
    register.purge(KEEP)
    assert [decision.sequence for decision in register.journal(1)] == [2]
    register.save_cursor("nftables", 2, 0)
    register.purge(KEEP)
    assert register.journal(2) == []


def test_a_gate_that_is_gone_for_long_holds_nothing(register, record, clock):
    register.save_cursor("old", 0, 0)
    record("192.0.2.1")
    clock.move(KEEP + DAY)
    assert register.purge(KEEP) == 2


def test_the_version_in_force_at_the_cutoff_is_kept(register, clock):
    """An offence of that day must still be judged by the text of that day."""
    for content in (b"a", b"b", b"c"):
        register.save_document("robots", content, clock.now())
        clock.move(10 * DAY)
    clock.move(KEEP - 15 * DAY)
    register.purge(KEEP)
    assert [document.content for document in register.documents("robots")] == [b"b", b"c"]


def test_audit_and_counts_go_too(register, clock):
    order = Order(network=parse_network("192.0.2.1"), rung=4, span=365 * DAY, reason="r", who="anna")
    reference = register.ban(order).reference
    register.record(Batch(tallies=(Tally(check="c", network=order.network, state=b"1"),)))
    clock.move(30 * DAY)
    assert register.purge(20 * DAY) == 2
    assert register.case(reference).acts == ()
    assert register.tallies() == []


def test_rounds_are_small_and_go_on_to_the_end(url, clock, offence, monkeypatch):
    """The writer must get its turn between two rounds."""
    monkeypatch.setattr("pforte.register.retention.ROWS_PER_ROUND", 10)
    with Register.open(url, clock) as register:
        entries = [Entry(offence=offence("192.0.2.1", line=line)) for line in range(35)]
        entries += [Entry(offence=offence(f"192.0.3.{number}")) for number in range(25)]
        entries += [Entry(offence=offence("192.0.4.1", exempt="own")) for _ in range(25)]
        register.record(Batch(entries=tuple(entries)))
        clock.move(KEEP + DAY)
        assert register.purge(KEEP) == 85 + 26
        assert register.check() == []
