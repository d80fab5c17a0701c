"""The journal tells every decision once, in order, as it stood when it was taken."""

from datetime import timedelta

import pytest

from pforte.bans.ban import Action
from pforte.register import JournalPurgedError, Pardon

HOUR = timedelta(hours=1)


def test_before_the_first_decision(register):
    assert (register.snapshot().sequence, register.journal(0)) == (0, [])


def test_decisions_come_in_order_and_in_pages(register, record):
    record(*[f"192.0.2.{number}" for number in range(1, 6)])
    assert register.snapshot().sequence == 5
    assert [decision.sequence for decision in register.journal(0, limit=3)] == [1, 2, 3]
    assert [decision.sequence for decision in register.journal(3, limit=3)] == [4, 5]


def test_a_decision_shows_the_ban_as_it_stood_then(register, record, clock):
    """A follower that catches up must see the begin as a begin, even when a lift came later."""
    ban = record("192.0.2.1").filed[0].ban
    clock.move(timedelta(minutes=5))
    (lifted,) = register.lift(Pardon(target=ban.reference, reason="mistake", who="anna"))
    begin, lift = register.journal(0)
    assert (begin.action, begin.ban) == (Action.BEGIN, ban)
    assert (lift.action, lift.ban) == (Action.LIFT, lifted)
    assert lift.decided == clock.now()


def test_what_recording_answers_is_what_the_journal_says(register, record):
    answered = [record(f"192.0.2.{number}").decisions for number in range(1, 4)]
    assert [decision for decisions in answered for decision in decisions] == register.journal(0)


def test_sequences_go_on_after_a_purge(register, record, clock):
    """A sequence that came twice would make a gate miss a ban."""
    record("192.0.2.1", "192.0.2.2")
    clock.move(timedelta(days=401))
    register.purge(timedelta(days=400))
    assert register.snapshot().sequence == 2
    assert record("192.0.2.3").decisions[0].sequence == 3
    assert register.check() == []


def test_a_follower_that_stands_before_the_purge_is_sent_to_the_snapshot(register, record, clock):
    record("192.0.2.1")
    clock.move(timedelta(days=401))
    register.purge(timedelta(days=400))
    record("192.0.2.2")
    with pytest.raises(JournalPurgedError, match="begin from a snapshot"):
        register.journal(0)
    assert [decision.sequence for decision in register.journal(1)] == [2]
