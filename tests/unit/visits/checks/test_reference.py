"""The reference page and its words."""

from datetime import timedelta

import pytest

from pforte.visits.checks import CHECKS
from pforte.visits.checks.declaration import Threshold
from pforte.visits.checks.reference import describe_threshold, render_reference


@pytest.mark.parametrize(
    ("threshold", "words"),
    [
        (None, "once"),
        (Threshold(3, timedelta(hours=1)), "3 in 1h"),
        (Threshold(1, timedelta(hours=1), acts=True), "once"),
        (Threshold(40, timedelta(minutes=10), distinct=True), "40 different in 10m"),
    ],
)
def test_thresholds_are_said_in_words(threshold, words):
    """As the ladder page and the API say them."""
    assert describe_threshold(threshold) == words


def test_every_check_has_its_section_in_both_languages():
    """A page address names a check, so each must stand there."""
    page = render_reference(CHECKS)
    for check in CHECKS:
        assert f"\n## {check.id}\n" in page
        for text in (check.summary.en, check.summary.de, check.remedy.en, check.remedy.de, check.standard):
            assert text in page


def test_table_links_lead_to_sections():
    """Markdown drops the dot from a heading's address."""
    page = render_reference(CHECKS)
    assert all(f"(#{check.id.replace('.', '')})" in page for check in CHECKS)
