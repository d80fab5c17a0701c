"""Whoever is refused is told the same everywhere, and never the operator's private words."""

from datetime import UTC, datetime

import pytest

from pforte.bans.ban import Reach
from pforte.bans.offence import Kind
from pforte.gates.refusal import check_of, kind_of, refusal_of
from pforte.gates.table.packed import Held
from pforte.visits.checks import CHECKS

ENDS = datetime(2026, 3, 1, 13, tzinfo=UTC)


def held(reason: str) -> Held:
    return Held(int(ENDS.timestamp()), 1, Reach.EVERYWHERE, reason, "PF-7K3M-Q2XD")


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
