"""Offences that wait for a proof are held, and judged once."""

from datetime import timedelta

from pforte.register import Batch, Entry, Outcome, Settlement


def claim(register, offence, origin=""):
    entry = Entry(offence=offence(claim="googlebot"), origin=origin)
    return register.record(Batch(claims=(entry,))).claims[0]


def settle(register, number, offence):
    return register.record(Batch(settlements=(Settlement(number=number, offence=offence),)))


def test_a_claim_bans_nobody_and_survives(register, offence):
    number = claim(register, offence)
    assert register.snapshot().sequence == 0
    (waiting,) = register.pending_claims()
    assert (waiting.number, waiting.offence) == (number, offence(claim="googlebot"))
    assert register.offences() == []


def test_a_disproved_claim_is_judged_as_what_it_turned_out_to_be(register, offence):
    number = claim(register, offence)
    recorded = settle(register, number, offence(check="visit.impersonation"))
    assert recorded.settled[0].outcome is Outcome.BAN
    assert len(recorded.decisions) == 1
    assert [filed.offence.check for filed in register.offences()] == ["visit.impersonation"]
    assert register.pending_claims() == []
    assert register.check() == []


def test_a_proven_crawler_is_recorded_and_not_banned(register, offence):
    recorded = settle(register, claim(register, offence), offence(exempt="verified crawler"))
    assert recorded.settled[0].outcome is Outcome.EXEMPT
    assert recorded.decisions == ()


def test_a_claim_that_is_dropped_is_no_offence(register, offence):
    recorded = settle(register, claim(register, offence), None)
    assert recorded.settled[0].outcome is Outcome.DROPPED
    assert register.pending_claims() == []
    assert register.offences() == []


def test_a_claim_is_settled_once(register, offence):
    """Two look-ups of one claim that end together must not make two bans."""
    number = claim(register, offence)
    settle(register, number, offence())
    assert settle(register, number, offence()).settled == (None,)
    assert settle(register, 999, offence()).settled == (None,)
    assert register.snapshot().sequence == 1


def test_a_claim_that_is_read_again_is_known(register, offence):
    assert claim(register, offence, "1:2:3") is not None
    assert claim(register, offence, "1:2:3") is None
    settle(register, 1, None)
    assert claim(register, offence, "1:2:3") is None


def test_claims_come_oldest_first_and_limited(register, offence, clock):
    numbers = []
    for _ in range(3):
        numbers.append(claim(register, offence))
        clock.move(timedelta(seconds=1))
    assert [waiting.number for waiting in register.pending_claims(limit=2)] == numbers[:2]
    assert [waiting.number for waiting in register.pending_claims(2, numbers[0])] == numbers[1:3]


def test_a_settled_claim_can_escalate(register, offence):
    entries = tuple(Entry(offence=offence(f"2001:db8:0:{number}::1")) for number in range(3))
    register.record(Batch(entries=entries))
    number = claim(register, lambda **values: offence("2001:db8:0:9::1", **values))
    recorded = settle(register, number, offence("2001:db8:0:9::1"))
    assert len(recorded.escalated) == 1
