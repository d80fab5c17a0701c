"""No bytes make a check stumble or think for long."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.visits.checks import CHECKS
from pforte.visits.checks.declaration import RuleMatch
from pforte.visits.visit import LoginFailure, Visit

HTTP = [check for check in CHECKS if check.judge]
LOGIN = [check for check in CHECKS if check.judge_login]
PIECES = [
    b"'", b'"', b" or ", b"union select ", b"../", b"%2e", b"%25", b"%00", b"${", b"jndi:", b"}", b"{{", b"*", b"7",
    b";", b"|", b"cat /etc/", b"passwd", b"<script", b">", b"=", b"&", b"?", b"/", b"\\", b"\xc0\xaf", b"%u0027",
    b"/.git/", b"config", b"wp-login.php", b"http://", b"php://", b"() {", b"sleep(", b"-", b"a", b"\xff", b"\n",
]  # fmt: skip
TEXTS = st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))


class Telling:
    """Facts that say yes to everything, so that no branch is left out."""

    def rule_matches(self, check: str) -> tuple[RuleMatch, ...]:
        return (RuleMatch(1, check, "ARGS", b"x"),)

    def site_runs(self, software: str) -> bool:
        return len(software) % 2 == 0

    def trap(self) -> str:
        return ""

    def crawler(self) -> str:
        return ""

    def verifiable_crawler(self) -> str:
        return ""

    def robots_rule(self) -> str:
        return ""


@settings(max_examples=120, deadline=None)
@given(
    method=st.sampled_from([b"GET", b"POST", b"", b"CONNECT", b"PROPFIND", b"X"]),
    target=TEXTS,
    agent=TEXTS,
    referrer=TEXTS,
    status=st.sampled_from([0, 200, 301, 400, 401, 403, 404, 405, 501]),
    host=st.binary(max_size=20),
)
def test_any_visit_is_judged(method, target, agent, referrer, status, host):
    """A finding names its check and carries a short proof."""
    visit = Visit("192.0.2.1", 0.0, method, target, b"HTTP/1.1", status, agent, referrer, host, b"")
    for check in HTTP:
        finding = check.judge(visit, Telling())
        assert finding is None or (finding.check == check.id and len(finding.observed) <= 200)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["ssh", "smtp", "imap", "pop3", "sieve"]),
    st.binary(max_size=100),
    st.sampled_from(["password", "unknown-user", "protocol", "relay"]),
)
def test_any_login_failure_is_judged(service, user, what):
    """Some check counts each of them."""
    failure = LoginFailure("192.0.2.1", 0.0, service, user, what)
    found = [check.judge_login(failure) for check in LOGIN]
    assert any(found)


@pytest.mark.parametrize("piece", PIECES)
def test_repetition_is_bounded(piece):
    """64 KiB of one thing: a pattern that is not linear would hang here."""
    target = b"/?a=" + piece * (65_536 // len(piece))
    visit = Visit("192.0.2.1", 0.0, b"GET", target, b"HTTP/1.1", 404, target, target, b"", b"")
    for check in HTTP:
        finding = check.judge(visit, Telling())
        assert finding is None or len(finding.observed) <= 200
