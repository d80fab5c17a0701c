"""Operators shut out and lift by hand, and it is written down who did it."""

from datetime import timedelta

import pytest

from pforte.bans.ban import Action, Origin
from pforte.net.addresses import parse_network
from pforte.register import Order, Pardon, RegisterError, UnknownReferenceError

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WIDE = Order(network=parse_network("192.0.2.0/24"), rung=2, span=7 * DAY, reason="spam run", who="anna")


def test_a_ban_by_hand_is_journalled_and_audited(register, clock):
    ban = register.ban(WIDE)
    assert (ban.origin, ban.rung, ban.reason) == (Origin.OPERATOR, 2, "spam run")
    assert (ban.starts, ban.ends) == (clock.now(), clock.now() + 7 * DAY)
    (decision,) = register.journal(0)
    assert (decision.action, decision.ban) == (Action.BEGIN, ban)
    (act,) = register.case(ban.reference).acts
    assert (act.who, act.act, act.network, act.reason, act.at) == (
        "anna",
        "ban",
        WIDE.network,
        "spam run",
        clock.now(),
    )


def test_it_ends_at_a_whole_second(register, clock):
    """Whoever is told the end reads it to the second, and gates count whole ones."""
    clock.move(timedelta(microseconds=250_000))
    ban = register.ban(WIDE)
    assert ban.starts == clock.now()
    assert ban.ends == clock.now() + 7 * DAY + timedelta(microseconds=750_000)
    assert ban.ends.microsecond == 0


def test_it_counts_on_the_ladder(register, record, clock):
    register.ban(Order(network=parse_network("192.0.2.1"), rung=2, span=7 * DAY, reason="spam", who="anna"))
    clock.move(8 * DAY)
    assert record("192.0.2.1").filed[0].ban.rung == 3


def test_bans_may_overlap_and_the_register_stays_whole(register, record):
    record("192.0.2.1")
    register.ban(WIDE)
    register.ban(WIDE)
    assert register.check() == []


def test_a_lift_by_network_opens_it_at_once(register, record, clock):
    ban = record("192.0.2.1").filed[0].ban
    clock.move(timedelta(minutes=10))
    (lifted,) = register.lift(Pardon(target=ban.network, reason="mistake", who="anna"))
    assert (lifted.reference, lifted.lifted, lifted.amnesty) == (ban.reference, clock.now(), True)
    assert register.snapshot().bans == []
    assert register.journal(1)[0].action is Action.LIFT
    assert register.check() == []


def test_an_amnesty_forgives_and_an_expiry_does_not(register, record, clock):
    """R7: after an amnesty the ladder starts anew, after an expiry it goes on."""
    for address, amnesty, rung in (("192.0.2.1", True, 1), ("192.0.2.2", False, 2)):
        ban = record(address).filed[0].ban
        clock.move(timedelta(minutes=10))
        register.lift(Pardon(target=ban.reference, reason="why", who="anna", amnesty=amnesty))
        clock.move(2 * HOUR)
        assert record(address).filed[0].ban.rung == rung
    assert register.check() == []


def test_an_expiry_is_audited_as_such(register, record):
    ban = record("192.0.2.1").filed[0].ban
    register.lift(Pardon(target=ban.reference, reason="why", who="anna", amnesty=False))
    assert [act.act for act in register.case(ban.reference).acts] == ["expire"]


def test_a_lift_by_network_ends_all_its_bans_and_a_reference_only_one(register, record):
    first = record("192.0.2.1").filed[0].ban
    hand = Order(network=first.network, rung=1, span=DAY, reason="spam", who="anna")
    register.ban(hand)
    register.lift(Pardon(target=first.reference, reason="why", who="anna"))
    assert len(register.snapshot().bans) == 1
    register.ban(hand)
    assert len(register.lift(Pardon(target=first.network, reason="why", who="anna"))) == 2
    assert register.snapshot().bans == []


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (parse_network("198.51.100.1"), "198.51.100.1/32 is not banned"),
        (parse_network("192.0.2.7"), "inside 192.0.2.0/24 .*: lift that by its reference"),
    ],
)
def test_nothing_to_lift_says_what_to_do(register, target, said):
    register.ban(WIDE)
    with pytest.raises(RegisterError, match=said):
        register.lift(Pardon(target=target, reason="why", who="anna"))
    assert register.snapshot().sequence == 1


def test_an_ended_ban_cannot_be_lifted(register, record, clock):
    ban = record("192.0.2.1").filed[0].ban
    clock.move(HOUR)
    with pytest.raises(RegisterError, match="ended already"):
        register.lift(Pardon(target=ban.reference, reason="why", who="anna"))


def test_an_unknown_reference_cannot_be_lifted(register):
    with pytest.raises(UnknownReferenceError, match="PF-0000-0000"):
        register.lift(Pardon(target="PF-0000-0000", reason="why", who="anna"))
