"""Robots rules."""

import pytest

from pforte.visits.checks import robots


def test_a_broken_rule_is_the_finding(asking, facts):
    """The line of robots.txt says what was expected; the claim lets a proven crawler off."""
    told = facts(rule="Disallow: /private/ (robots.txt:2)", claimed="googlebot")
    finding = asking(robots.CHECK)(b"/private/x", told)
    assert finding is not None
    assert (finding.expected, finding.observed, finding.claim) == (
        "Disallow: /private/ (robots.txt:2)",
        b"/private/x",
        "googlebot",
    )
    assert finding.rule == "Disallow: /private/ (robots.txt:2)", "the line of log does not show it"


def test_no_rule_no_finding(asking):
    """People are not spoken to by robots.txt."""
    assert asking(robots.CHECK)(b"/private/x") is None


@pytest.mark.parametrize("length", [200, 5000])
def test_the_proof_stays_short(asking, facts, length):
    """The line itself is kept elsewhere."""
    finding = asking(robots.CHECK)(b"/" * length, facts(rule="Disallow: /"))
    assert finding is not None
    assert len(finding.observed) == 200
