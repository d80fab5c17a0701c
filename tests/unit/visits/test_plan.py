"""What a scanner can find: every check but those whose rules or engine are not there."""

from collections.abc import Sequence

import pytest

from pforte.visits import request_rules
from pforte.visits.checks import CHECKS
from pforte.visits.plan import Plan
from pforte.visits.request_rules import CORE, RequestRules

RULE = 'SecRule ARGS "@detectSQLi" "id:1,phase:2,pass,tag:\'visit.sql-injection\'"'


def ids(checks: Sequence[object]) -> set[str]:
    return {check.id for check in checks}  # type: ignore[attr-defined]


def test_the_check_of_the_core_rule_set_is_known_where_the_set_is_used():
    plan = Plan(checks=CHECKS)
    assert ids(CHECKS) - ids(plan.known()) == {CORE}
    assert plan.known() == tuple(check for check in CHECKS if check.id != CORE)


def test_checks_that_need_rules_are_not_able_without_their_engine(monkeypatch: pytest.MonkeyPatch):
    """They are still known, so that the operator is told what is missing."""
    monkeypatch.setattr(request_rules, "find_spec", lambda name: None)
    plan = Plan(checks=CHECKS, rules=RequestRules({"own.conf": RULE}))
    assert ids(plan.known()) - ids(plan.able()) == {"visit.sql-injection"}
