"""Cross-site scripting."""

import pytest

from pforte.visits.checks import xss
from pforte.visits.checks.declaration import RuleMatch
from pforte.visits.engine import build


def test_the_rules_decide(asking, facts):
    """Without a rule that matches there is no finding, however odd the request."""
    ask = asking(xss.CHECK)
    match = RuleMatch(1, xss.ID, "ARGS:id", b"the bytes")
    assert ask(b"/?q=%3Cscript%3Ealert(1)%3C/script%3E") is None
    finding = ask(b"/?q=%3Cscript%3Ealert(1)%3C/script%3E", facts(matches=(match,)))
    assert finding is not None
    assert finding.observed == b"the bytes"


@pytest.mark.parametrize("text", [b"/a../b", b"/?x={{7*7}}", b"/?x=O'Brien", b"/?x=1' or 1=1"])
def test_rules_are_not_asked_about_what_cannot_concern_them(text):
    """A rule costs twenty times the glance for signs."""
    assert not build([xss.CHECK.signs]).candidates(text)
