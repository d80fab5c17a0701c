"""A history keeps what the ladder needs, in whatever order the register reads it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from pforte.bans.ban import Ban
from pforte.bans.history import HISTORY_LIMIT, History, Spell
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOME = parse_network("192.0.2.1")


def ban_of(number: int, start: datetime, length: timedelta = HOUR, **values: object) -> Ban:
    ban = Ban(
        network=HOME, rung=1, starts=start, ends=start + length, reference=f"PF-{number}", reason="login.ssh"
    )
    return replace(ban, **values)  # type: ignore[arg-type]


def test_bans_come_latest_first_in_any_order_of_reading():
    bans = [ban_of(number, NOON + number * 2 * HOUR) for number in range(5)]
    Random(7).shuffle(bans)
    starts = [ban.starts for ban in History.of(HOME, bans).bans]
    assert starts == sorted(starts, reverse=True)


def test_the_limit_drops_those_that_ended_first_but_never_one_in_force():
    long = ban_of(0, NOON, timedelta(days=365))
    short = [ban_of(number, NOON + number * 2 * HOUR) for number in range(1, HISTORY_LIMIT + 10)]
    history = History.of(HOME, [long, *short])
    assert len(history.bans) == HISTORY_LIMIT
    assert history.bans[-1] == long


def test_including_replaces_the_ban_of_the_same_reference():
    history = History.of(HOME, [ban_of(1, NOON), ban_of(2, NOON + 5 * HOUR)])
    lifted = ban_of(1, NOON, lifted=NOON + HOUR / 2)
    assert history.including(lifted).bans == (ban_of(2, NOON + 5 * HOUR), lifted)


def test_an_amnesty_takes_the_bans_before_it_off_the_ladder_and_leaves_them_visible():
    old, forgiven, after = (
        ban_of(1, NOON),
        ban_of(2, NOON + 3 * HOUR, lifted=NOON + 4 * HOUR, amnesty=True),
        ban_of(3, NOON + 6 * HOUR),
    )
    history = History.of(HOME, [old, forgiven, after])
    assert history.counted() == (after,)
    assert history.bans == (after, forgiven, old)
    assert history.forgiven() == NOON + 4 * HOUR


def test_a_lift_without_amnesty_forgives_nothing():
    lifted = ban_of(1, NOON, lifted=NOON + HOUR / 2)
    history = History.of(HOME, [lifted])
    assert history.forgiven() is None
    assert history.last_spell() == Spell(starts=NOON, ends=NOON + HOUR / 2, rung=1)


def test_there_is_no_spell_without_bans_that_count():
    assert History(HOME).last_spell() is None


def test_bans_that_overlap_are_one_spell_with_the_latest_end_and_the_highest_rung():
    long = ban_of(1, NOON, 10 * HOUR, rung=3)
    inner = ban_of(2, NOON + 2 * HOUR)
    tail = ban_of(3, NOON + 9 * HOUR, 3 * HOUR)
    apart = ban_of(4, NOON - 9 * HOUR, rung=4)
    history = History.of(HOME, [long, inner, tail, apart])
    assert history.last_spell() == Spell(starts=NOON + 9 * HOUR, ends=NOON + 12 * HOUR, rung=3)


def test_bans_that_only_touch_are_two_spells():
    history = History.of(HOME, [ban_of(1, NOON, rung=2), ban_of(2, NOON + HOUR)])
    assert history.last_spell() == Spell(starts=NOON + HOUR, ends=NOON + 2 * HOUR, rung=1)
