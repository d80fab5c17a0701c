"""Whoever is refused is told the same everywhere, and never the operator's private words."""

from datetime import UTC, datetime

import pytest

from pforte.bans.ban import Reach
from pforte.bans.offence import Kind
from pforte.gates.refusal import LONGEST_LINE, check_of, kind_of, refusal_line, refusal_of
from pforte.gates.table.packed import Held
from pforte.visits.checks import CHECKS

ENDS = datetime(2026, 3, 1, 13, tzinfo=UTC)


def held(reason: str, reference: str = "PF-7K3M-Q2XD") -> Held:
    return Held(int(ENDS.timestamp()), 1, Reach.EVERYWHERE, reason, reference)


@pytest.mark.parametrize("check", CHECKS, ids=[check.id for check in CHECKS])
def test_a_checks_own_words_are_told(check) -> None:
    refusal = refusal_of(held(check.id))
    assert (refusal.reason, refusal.kind, refusal.summary) == (check.id, check.kind, check.summary)
    assert refusal.remedy == check.remedy
    assert refusal.standard
    assert (refusal.reference, refusal.ends) == ("PF-7K3M-Q2XD", ENDS)


def test_the_operators_words_are_not_told() -> None:
    refusal = refusal_of(held("that idiot of a customer"))
    assert "idiot" not in str(refusal)
    assert (refusal.reason, refusal.kind, refusal.standard) == ("", None, "")
    assert refusal.summary.en
    assert refusal.remedy.de


def test_kinds() -> None:
    assert kind_of("visit.robots") is Kind.STANDARDS
    assert kind_of("by hand") is None


def test_checks_by_their_slug():
    assert check_of("visit.robots") in CHECKS
    assert check_of("by hand") is None


@pytest.mark.standard("5321:4.5.3.1.5")
@pytest.mark.parametrize("check", [*(check.id for check in CHECKS), "by hand"])
@pytest.mark.parametrize("contact", ["", "x" * 160 + "/{reference}"])
def test_every_refusal_is_a_short_line_of_ascii(check, contact):
    line = refusal_line(held(check), contact)
    assert line.startswith("Refused until 2026-03-01T13:00:00Z, reference PF-7K3M-Q2XD: ")
    assert line.isascii()
    assert line.isprintable()
    assert len(line) <= LONGEST_LINE
    assert not contact or line.endswith(" " + "x" * 160 + "/PF-7K3M-Q2XD")


def test_the_reason_stands_in_it():
    check = next(check for check in CHECKS if check.id == "visit.mail-password")
    assert refusal_line(held(check.id)).endswith(f": {check.summary.en}")


def test_a_reason_without_room_is_cut_at_a_word():
    text = refusal_line(held("visit.mail-password"), "y" * 280)
    assert len(text) <= LONGEST_LINE
    assert "... yyy" in text


def test_strange_references_break_no_line():
    assert refusal_line(held("x", "a\r\n250 ok ü" + "z" * 90)).isprintable()
