"""The regulation refuses to contradict itself, and its defaults are the published ones."""

from datetime import timedelta

import pytest

from pforte.bans.regulation import (
    ESCALATION_IPV4,
    ESCALATION_IPV6,
    Escalation,
    Regulation,
    RegulationError,
    regulation_of,
)
from pforte.settings.table import RegulationSettings

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_the_published_lengths_are_exact_seconds():
    assert [length.total_seconds() for length in Regulation().durations] == [3600, 604800, 2592000, 31536000]


def test_the_default_settings_make_the_published_regulation():
    assert regulation_of(RegulationSettings()) == Regulation()


def test_every_setting_reaches_the_regulation():
    settings = RegulationSettings(
        durations=(HOUR, DAY),
        windows=(DAY, DAY),
        grace=timedelta(0),
        during_ban="extend",
        anchor="violation",
        reset="step_down",
        ipv6_prefix=60,
        future=HOUR,
        shared_rung=1,
        retries=4 * DAY,
        escalate_ipv6=False,
        escalate_ipv4=True,
    )
    assert regulation_of(settings) == Regulation(
        durations=(HOUR, DAY),
        windows=(DAY, DAY),
        grace=timedelta(0),
        during_ban="extend",
        anchor="violation",
        reset="step_down",
        ipv6_prefix=60,
        future=HOUR,
        shared_rung=1,
        retries=4 * DAY,
        escalation_ipv6=None,
        escalation_ipv4=ESCALATION_IPV4,
    )


def test_the_prefixes_that_escalate_are_those_of_r11():
    assert Regulation().escalation(6) == ESCALATION_IPV6 == Escalation(prefix=56, count=4, within=DAY)
    assert Regulation().escalation(4) is None
    assert Escalation(prefix=24, count=8, within=DAY) == ESCALATION_IPV4


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"durations": (), "windows": ()}, "regulation.durations"),
        ({"durations": (timedelta(0), HOUR, DAY, 2 * DAY)}, "regulation.durations"),
        ({"durations": (HOUR, HOUR, DAY, 2 * DAY)}, "regulation.durations"),
        ({"windows": (DAY,)}, "regulation.windows"),
        ({"windows": (DAY, DAY, DAY, -DAY)}, "regulation.windows"),
        ({"grace": -HOUR}, "regulation.grace"),
        ({"grace": 2 * HOUR}, "regulation.grace"),
        ({"future": -HOUR}, "regulation.future"),
        ({"retries": -HOUR}, "regulation.retries"),
        ({"shared_rung": 0}, "regulation.shared_rung"),
        ({"shared_rung": 5}, "regulation.shared_rung"),
        ({"ipv6_prefix": 47}, "regulation.ipv6_prefix"),
        ({"ipv6_prefix": 129}, "regulation.ipv6_prefix"),
    ],
)
def test_a_contradiction_names_the_setting(wrong, place):
    with pytest.raises(RegulationError, match=f"^{place}: "):
        Regulation(**wrong)


@pytest.mark.parametrize("rung", [0, 5])
def test_a_rung_outside_the_ladder_is_refused(rung):
    with pytest.raises(RegulationError, match="rungs 1 to 4"):
        Regulation().duration(rung)


def test_each_rung_has_its_own_window():
    regulation = Regulation()
    assert [regulation.window(rung) for rung in (1, 2, 3, 4)] == [DAY, 7 * DAY, 30 * DAY, 30 * DAY]
