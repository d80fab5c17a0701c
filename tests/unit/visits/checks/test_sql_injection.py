"""SQL injection."""

import pytest

from pforte.visits.checks import sql_injection
from pforte.visits.checks.declaration import RuleMatch
from pforte.visits.engine import build


def test_the_rules_decide(asking, facts):
    """Without a rule that matches there is no finding, however odd the request."""
    ask = asking(sql_injection.CHECK)
    match = RuleMatch(1, sql_injection.ID, "ARGS:id", b"the bytes")
    assert ask(b"/?id=1%27%20or%20%271%27%3D%271") is None
    finding = ask(b"/?id=1%27%20or%20%271%27%3D%271", facts(matches=(match,)))
    assert finding is not None
    assert finding.observed == b"the bytes"


@pytest.mark.parametrize("text", [b"/a../b", b"/?x={{7*7}}", b"/?x=O'Brien", b"/?x=<b>"])
def test_rules_are_not_asked_about_what_cannot_concern_them(text):
    """A rule costs twenty times the glance for signs."""
    assert not build([sql_injection.CHECK.signs]).candidates(text)
