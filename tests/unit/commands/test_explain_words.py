"""An explanation says the same in both languages."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from string import Formatter

import pytest

from pforte.bans.ban import Ban
from pforte.bans.history import History
from pforte.bans.ladder import NewBan, judge
from pforte.bans.offence import Kind, Offence
from pforte.bans.regulation import Regulation
from pforte.commands.explain_words import WORDS, Words, say_why, spoken
from pforte.net.addresses import parse_address, parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONG_AFTER = timedelta(days=90)
OFFENCE = Offence(
    network=parse_network("192.0.2.1"),
    address=parse_address("192.0.2.1"),
    kind=Kind.ATTACK,
    check="visit.xss",
    at=NOON,
    service="http",
    source="access.log",
    line=1,
    evidence=b"",
    act="a",
)


def why(rung: int, after: timedelta, regulation: Regulation, *, act: str = "", shared: bool = False) -> str:
    """Return what the ladder says of an offence so long after a ban on a rung; rung 0 is no ban."""
    past = Ban(
        network=OFFENCE.network, rung=rung, starts=NOON - after - HOUR, ends=NOON - after, reference="", reason="", act="a"
    )  # fmt: skip
    history = History(OFFENCE.network)
    if rung:
        history = history.including(past)
    judgement = judge(history, replace(OFFENCE, act=act), regulation, NOON, shared=shared)
    assert isinstance(judgement, NewBan)
    return judgement.why


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (why(0, HOUR, Regulation()), "erster Verstoß"),
        (why(2, HOUR, Regulation()), "Wiederholung innerhalb der Frist von Stufe 2"),
        (why(4, HOUR, Regulation()), "Wiederholung innerhalb der Frist von Stufe 4, der höchsten"),
        (why(3, LONG_AFTER, Regulation()), "nach der Frist von Stufe 3, wieder von vorn"),
        (why(3, LONG_AFTER, Regulation(reset="step_down")), "nach der Frist von Stufe 3, eine Stufe tiefer"),
        (
            why(1, HOUR, Regulation(), act="a"),
            "dieselbe Nachricht wurde erneut versucht: gleiche Stufe (R9)",
        ),
        (
            why(2, HOUR, Regulation(), shared=True),
            "Wiederholung innerhalb der Frist von Stufe 2; begrenzt, weil viele sich das Netz teilen",
        ),
    ],
)
def test_whatever_the_ladder_writes_is_said_in_german(english, german):
    assert say_why(english, "de") == german
    assert say_why(english, "en") == english


@pytest.mark.parametrize("name", [field.name for field in fields(Words)])
def test_both_languages_fill_in_the_same(name):
    """A word that is not filled in would be shown in braces."""

    def places(text):
        return {field for _, field, _, _ in Formatter().parse(str(text)) if field}

    english, german = getattr(WORDS["en"], name), getattr(WORDS["de"], name)
    assert english != german
    if name != "states":
        assert places(english) == places(german)


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LC_MESSAGES": "de_AT", "LANG": "en_GB.UTF-8"}, "de"),
        ({"LC_ALL": "C", "LC_MESSAGES": "de_AT", "LANG": "de_DE"}, "en"),
        ({"LC_ALL": "", "LANG": "de_CH"}, "de"),
    ],
)
def test_the_environment_tells_the_language(environ, language):
    assert spoken(environ) == language
