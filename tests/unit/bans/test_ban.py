"""A ban knows when it is in force."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pforte.bans.ban import Ban
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BAN = Ban(
    network=parse_network("192.0.2.1"),
    rung=1,
    starts=NOON,
    ends=NOON + HOUR,
    reference="PF-7K3M-Q2XD",
    reason="login.ssh",
)


@pytest.mark.parametrize(
    ("after", "in_force"), [(-1, False), (0, True), (3599, True), (3600, False), (9999, False)]
)
def test_a_ban_is_in_force_from_its_start_until_before_its_end(after, in_force):
    assert BAN.in_force(NOON + timedelta(seconds=after)) is in_force


def test_a_lift_ends_it_at_once():
    lifted = replace(BAN, lifted=NOON + HOUR / 2)
    assert lifted.effective_end() == NOON + HOUR / 2
    assert not lifted.in_force(NOON + HOUR / 2)


@pytest.mark.parametrize(
    ("after", "lifted", "stands"),
    [(-60, None, True), (0, None, True), (3599.9, None, True), (3600, None, False), (10, 20, False)],
)
def test_what_is_known_of_a_ban_stands_until_its_end_or_a_lift(after, lifted, stands):
    """Whoever set or lifted it may have another clock: its start and the moment of a lift do not count."""
    moment = None if lifted is None else NOON + timedelta(seconds=lifted)
    assert replace(BAN, lifted=moment).stands(NOON + timedelta(seconds=after)) is stands


def test_a_lift_after_its_end_makes_it_no_longer():
    assert replace(BAN, lifted=NOON + 5 * HOUR).effective_end() == NOON + HOUR
