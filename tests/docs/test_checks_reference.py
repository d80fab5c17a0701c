"""The page about checks says what the checks say, and each check can be read by outsiders."""

import re
from pathlib import Path

import pytest

from pforte.bans.offence import Kind
from pforte.mail.checks import CHECKS as MAIL_CHECKS
from pforte.visits.checks import CHECKS
from pforte.visits.checks.declaration import Check
from pforte.visits.checks.house_rules import render_house_rules
from pforte.visits.checks.reference import render_reference

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PAGE = REFERENCE / "checks.md"
ABUSEIPDB = frozenset(range(1, 24))
"""The categories of abuseipdb.com/categories."""


def test_the_reference_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == render_reference(CHECKS), (
        "run: pforte checks reference > docs/reference/checks.md"
    )


def test_the_page_of_the_house_rules_is_up_to_date():
    assert (REFERENCE / "house-rules.md").read_text(encoding="utf-8") == render_house_rules(
        (*CHECKS, *MAIL_CHECKS)
    ), "run: pforte checks house-rules > docs/reference/house-rules.md"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_each_check_explains_itself(check: Check):
    """Whoever is refused reads these sentences in one of two languages."""
    assert re.fullmatch(r"visit\.[a-z]+(?:-[a-z]+)*", check.id)
    for text in (check.summary, check.remedy):
        assert len(text.en) > 30
        assert len(text.de) > 30
        assert text.en != text.de
        assert text.en.endswith((".", ")"))
        assert text.de.endswith((".", ")"))
        assert "  " not in text.en + text.de
    assert set(check.categories) <= ABUSEIPDB
    assert check.categories
    assert (check.judge is None) != (check.judge_login is None)


def test_slugs_are_unique():
    """A slug is the check's name in settings, logs and addresses."""
    slugs = [check.id for check in CHECKS]
    assert len(slugs) == len(set(slugs))


def test_kinds_have_their_checks():
    """The regulation names attack, spam and standards."""
    assert {check.kind for check in CHECKS} == set(Kind)
