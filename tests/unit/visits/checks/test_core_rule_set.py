"""The OWASP Core Rule Set."""

import pytest

from pforte.visits.checks import core_rule_set
from pforte.visits.checks.declaration import RuleMatch
from pforte.visits.request_rules import CORE


def test_what_the_rules_say_is_the_finding(asking, facts):
    """The first match is the most severe one."""
    matches = (
        RuleMatch(942100, core_rule_set.ID, "ARGS:id", b"1' or 1=1", "SQL Injection Attack"),
        RuleMatch(920350, core_rule_set.ID, "", b"x"),
    )
    finding = asking(core_rule_set.CHECK)(b"/", facts(matches=matches))
    assert finding is not None
    assert finding.observed == b"1' or 1=1"
    assert finding.rule == "942100 SQL Injection Attack; ARGS:id: 1' or 1=1"


def test_silence_is_no_finding(asking):
    """Without the rule set nothing matches."""
    assert asking(core_rule_set.CHECK)(b"/?id=1%27+or+1=1") is None


def test_the_engine_knows_the_check_by_the_same_name():
    """The runner of the rules names it in one place."""
    assert core_rule_set.ID == CORE


@pytest.mark.parametrize("check", [core_rule_set.CHECK])
def test_it_starts_in_watch(check):
    """Its false positives are those of the operator's rule set."""
    assert check.default.value == "watch"
