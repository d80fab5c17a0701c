"""A ban is shown with everything that a program or a person needs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pforte.bans.ban import Ban
from pforte.commands.ban_views import HEADINGS, ban_cells, ban_object, ban_state, offence_words, record_object
from pforte.net.addresses import parse_network
from pforte.register import BanRecord

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BAN = Ban(
    network=parse_network("192.0.2.1"),
    rung=1,
    starts=NOON,
    ends=NOON + HOUR,
    reference="PF-7K3M-Q2XD",
    reason="spam\x1b[2J",
)
LIFTED = replace(BAN, lifted=NOON + HOUR / 2)


def test_the_object_of_a_ban():
    assert ban_object(LIFTED, NOON) == {
        "network": "192.0.2.1/32",
        "rung": 1,
        "starts": "2026-03-01T12:00:00Z",
        "ends": "2026-03-01T13:00:00Z",
        "reference": "PF-7K3M-Q2XD",
        "reason": "spam\x1b[2J",
        "origin": "ladder",
        "reach": "everywhere",
        "in_force": True,
        "lifted": "2026-03-01T12:30:00Z",
        "amnesty": False,
    }


def test_a_record_adds_its_offences():
    found = record_object(BanRecord(ban=BAN, offences={"visit.trap": 2}), NOON)
    assert (found["offences"], found["lifted"]) == ({"visit.trap": 2}, None)


def test_cells_stand_under_their_headings():
    cells = dict(zip(HEADINGS, ban_cells(LIFTED, NOON + HOUR), strict=True))
    assert cells["until"] == "2026-03-01T12:30:00Z"
    assert cells["reason"] == LIFTED.reason


@pytest.mark.parametrize(
    ("ban", "after", "state"),
    [
        (BAN, HOUR / 2, "in force"),
        (BAN, HOUR, "ended"),
        (LIFTED, HOUR / 2, "lifted"),
        (replace(LIFTED, amnesty=True), HOUR / 2, "lifted, forgiven"),
        (replace(BAN, lifted=NOON + 2 * HOUR), HOUR, "ended"),
    ],
)
def test_the_state_in_words(ban, after, state):
    assert ban_state(ban, NOON + after) == state


def test_who_is_exempt_by_now_is_let_through():
    assert ban_state(BAN, NOON, "loopback") == "in force, but let through: loopback"
    assert ban_state(BAN, NOON + HOUR, "loopback") == "ended"
    assert ban_cells(BAN, NOON, "loopback")[-1] == "in force, but let through: loopback"


def test_offences_in_words():
    assert offence_words({"visit.xss": 1, "visit.trap": 3}) == "visit.trap 3, visit.xss"
    assert offence_words({}) == ""
