"""Cross-site scripting."""

import pytest

from pforte.visits.checks import xss
from pforte.visits.checks.declaration import RuleMatch


def test_the_rules_decide(asking, facts):
    """Without a rule that matches there is no finding, however odd the request."""
    ask = asking(xss.CHECK)
    match = RuleMatch(1, xss.ID, "ARGS:id", b"the bytes")
    assert ask(b"/?q=%3Cscript%3Ealert(1)%3C/script%3E") is None
    finding = ask(b"/?q=%3Cscript%3Ealert(1)%3C/script%3E", facts(matches=(match,)))
    assert finding is not None
    assert finding.observed == b"the bytes"


@pytest.mark.parametrize(
    "target", [b"/a%2e%2e/b", b"/?x=%7B%7B7*7%7D%7D", b"/?x=O%27Brien", b"/?x=1%27+or+1=1"]
)
def test_rules_are_not_asked_about_what_cannot_concern_them(asking, facts, target):
    """A rule costs twenty times the glance that tells."""
    match = RuleMatch(1, xss.ID, "", b"x")
    assert asking(xss.CHECK)(target, facts(matches=(match,))) is None


@pytest.mark.parametrize("field", ["agent", "referrer"])
def test_header_fields_are_glanced_at(asking, facts, field):
    """Programs store them too."""
    match = RuleMatch(1, xss.ID, "", b"x")
    assert (
        asking(xss.CHECK)(b"/", facts(matches=(match,)), **{field: b"<script>alert(1)</script>"}) is not None
    )
