"""SQL injection."""

import pytest

from pforte.visits.checks import sql_injection
from pforte.visits.checks.declaration import RuleMatch


def test_the_rules_decide(asking, facts):
    """Without a rule that matches there is no finding, however odd the request."""
    ask = asking(sql_injection.CHECK)
    match = RuleMatch(1, sql_injection.ID, "ARGS:id", b"the bytes")
    assert ask(b"/?id=1%27%20or%20%271%27%3D%271") is None
    finding = ask(b"/?id=1%27%20or%20%271%27%3D%271", facts(matches=(match,)))
    assert finding is not None
    assert finding.observed == b"the bytes"


@pytest.mark.parametrize("target", [b"/a%2e%2e/b", b"/?x=%7B%7B7*7%7D%7D", b"/?x=O%27Brien", b"/?x=<b>"])
def test_rules_are_not_asked_about_what_cannot_concern_them(asking, facts, target):
    """A rule costs twenty times the glance that tells."""
    match = RuleMatch(1, sql_injection.ID, "", b"x")
    assert asking(sql_injection.CHECK)(target, facts(matches=(match,))) is None


@pytest.mark.parametrize("field", ["agent", "referrer"])
def test_header_fields_are_glanced_at(asking, facts, field):
    """Programs store them too."""
    match = RuleMatch(1, sql_injection.ID, "", b"x")
    assert (
        asking(sql_injection.CHECK)(
            b"/", facts(matches=(match,)), **{field: b"0'XOR(if(now()=sysdate(),sleep(15),0))XOR'Z"}
        )
        is not None
    )
