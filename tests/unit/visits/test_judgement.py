"""Judging one candidate."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.settings.table import CheckSettings
from pforte.visits.block import Block, Origin
from pforte.visits.checks.declaration import Check, Finding, Mark, Threshold
from pforte.visits.duties import on_duty
from pforte.visits.engine import AUTO
from pforte.visits.formats.combined import COMBINED
from pforte.visits.judgement import CLAIM_AGAIN, Case, Judgement
from pforte.visits.plan import Plan
from pforte.visits.posts import Call, Posts
from pforte.visits.site_marks import SiteMarks
from pforte.visits.visit import LoginFailure, Visit

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINE = b'192.0.2.1 - - [01/Mar/2026:12:00:00 +0000] "GET /attack HTTP/1.1" 404 1 "-" "agent"'
VISIT = Visit("192.0.2.1", AT.timestamp(), b"GET", b"/attack", b"HTTP/1.1", 404, b"agent", b"", b"", b"")
TWICE = Threshold(2, timedelta(minutes=1), distinct=True)


def finds(name: str, *, when=lambda visit: True, claim: str = "", rule: str = ""):
    """A judge that finds something and counts how often it is asked."""

    def judge(visit, facts):
        judge.asked += 1
        return Finding(name, visit.target, "nothing", claim, rule) if when(visit) else None

    judge.asked = 0
    return judge


def check(name: str, **parts: object) -> Check:
    text = Text("", "")
    plain = Check(
        id=name,
        standard="",
        default=Mode.ENFORCE,
        kind=Kind.ATTACK,
        categories=(),
        summary=text,
        remedy=text,
        marks=(Mark(b"attack"),),
        judge=finds(name),
    )
    return replace(plain, **parts)  # type: ignore[arg-type]


class Court:
    """A judgement over some checks with one block."""

    def __init__(self, *checks: Check, settings: dict[str, CheckSettings] | None = None) -> None:
        plan = Plan(checks=checks, settings=settings or {})
        duties = on_duty(checks, plan.settings)
        self.judgement = Judgement(duties, plan)
        self.post = Posts(duties, SiteMarks(), AUTO).of(COMBINED)
        self.judgement.look_with(self.post)
        self.block = Block(LINE + b"\n", Origin(source="access.log", log=COMBINED), 0.0, 1, share=20)

    def call(self) -> Call:
        everything = (1 << len(self.post.wakes)) - 1
        return self.post.call(everything | self.post.followed)

    def visit(self, visit: Visit = VISIT, site: bytes = b"") -> list[str]:
        """Judge a visit; return the checks of the offences it made."""
        before = len(self.block.scanned(0).offences)
        case = Case(self.block, self.call(), LINE, 0, visit.client, visit.client, visit.at)
        self.judgement.judge_visit(case, visit, site, fetched=False)
        return [offence.check for offence, _ in self.block.scanned(0).offences[before:]]


def test_a_finding_becomes_an_offence_with_all_that_proves_it():
    court = Court(check("visit.a", kind=Kind.STANDARDS, judge=finds("visit.a", claim="googlebot")))
    court.visit()
    ((offence, start),) = court.block.scanned(1).offences
    assert start == 0
    assert (offence.check, offence.kind, offence.service, offence.mode) == (
        "visit.a",
        Kind.STANDARDS,
        "http",
        Mode.ENFORCE,
    )
    assert (str(offence.network), str(offence.address), offence.at) == ("192.0.2.1/32", "192.0.2.1", AT)
    assert (offence.source, offence.line, offence.evidence) == ("access.log", 1, LINE)
    assert offence.claim == "googlebot"


def test_one_visit_is_one_enforced_offence():
    later = finds("visit.c")
    court = Court(
        check("visit.a", judge=finds("visit.a", when=lambda visit: False)),
        check("visit.b"),
        check("visit.c", judge=later),
    )
    assert court.visit() == ["visit.b"]
    assert later.asked == 0


def test_it_says_whether_all_woken_checks_were_asked():
    case = Case(
        (court := Court(check("visit.a"), check("visit.b"))).block, court.call(), LINE, 0, "192.0.2.1", "n"
    )
    assert not court.judgement.judge_visit(case, VISIT, b"", fetched=False)
    case = Case(
        (court := Court(check("visit.a", default=Mode.WATCH))).block, court.call(), LINE, 0, "192.0.2.1", "n"
    )
    assert court.judgement.judge_visit(case, VISIT, b"", fetched=False)


def test_what_is_only_watched_or_counted_lets_the_next_check_speak():
    court = Court(
        check("visit.a", default=Mode.WATCH),
        check("visit.b", threshold=TWICE),
        check("visit.c", marks=(), statuses=(404,), default=Mode.WATCH),
        check("visit.d", marks=(), statuses=(404,)),
    )
    assert court.visit() == ["visit.a", "visit.c", "visit.d"]


def test_a_threshold_is_reached_by_different_targets():
    court = Court(check("visit.a", threshold=TWICE))
    assert court.visit() == []
    assert court.visit() == []
    assert court.visit(replace(VISIT, target=b"/attack/2")) == ["visit.a"]


def test_an_offence_tells_the_rule_that_was_broken():
    """The line alone does not show which one it was."""
    court = Court(check("visit.a", judge=finds("visit.a", rule="Disallow: /attack (robots.txt:2)")))
    court.visit()
    ((offence, _),) = court.block.scanned(0).offences
    assert offence.observed == "Disallow: /attack (robots.txt:2)"


def test_an_offence_tells_what_was_counted():
    """One line of several is no proof of several."""
    court = Court(check("visit.a", threshold=TWICE, judge=finds("visit.a", rule="a rule")))
    for path in (b"/attack", b"/attack/2?password=secret"):
        court.visit(replace(VISIT, target=path))
    ((offence, _),) = court.block.scanned(0).offences
    assert offence.observed == "2 in 1m: /attack, /attack/2?...; a rule"


def test_what_one_check_observed_is_not_told_of_another():
    court = Court(
        check("visit.a", default=Mode.WATCH, judge=finds("visit.a", rule="a rule")), check("visit.b")
    )
    court.visit()
    assert [offence.observed for offence, _ in court.block.scanned(0).offences] == ["a rule", ""]
    case = Case(court.block, court.call(), LINE, 0, VISIT.client, VISIT.client, VISIT.at)
    court.judgement.record(case, VISIT, b"", 1)
    court.judgement.convict(case, 1)
    assert [offence.observed for offence, _ in court.block.scanned(0).offences[2:]] == ["a rule", ""]


def test_a_check_of_statuses_is_asked_about_those_alone():
    judge = finds("visit.a")
    court = Court(check("visit.a", marks=(), statuses=(404,), judge=judge))
    assert court.visit(replace(VISIT, status=200)) == []
    assert judge.asked == 0
    assert court.visit() == ["visit.a"]


def test_the_same_request_of_another_client_is_judged_from_memory():
    judge = finds("visit.a")
    court = Court(check("visit.a", judge=judge))
    for visit in (VISIT, replace(VISIT, client="192.0.2.2", at=5.0), replace(VISIT, agent=b"another agent")):
        assert court.visit(visit) == ["visit.a"]
    assert judge.asked == 1


@pytest.mark.parametrize(
    "part",
    [
        {"target": b"/attack/other"},
        {"method": b"POST"},
        {"status": 200},
        {"protocol": b"HTTP/2.0"},
        {"user": b"root"},
        {"agent": b"an attack"},
        {"referrer": b"an attack"},
    ],
)
def test_a_request_that_differs_in_what_a_check_may_see_is_judged_anew(part):
    judge = finds("visit.a")
    court = Court(check("visit.a", judge=judge))
    court.visit()
    court.visit(replace(VISIT, **part))
    assert judge.asked == 2


def test_another_site_is_judged_anew_and_new_sites_are_too():
    judge = finds("visit.a")
    court = Court(check("visit.a", judge=judge))
    court.visit()
    court.visit(site=b"example.org")
    court.judgement.renew(Plan(checks=()).sites)
    court.visit()
    assert judge.asked == 3


def test_a_check_without_its_sign_in_the_request_is_not_asked():
    signed, plain = finds("visit.a"), finds("visit.b")
    court = Court(
        check("visit.a", signs=(Mark(b"evil"),), judge=signed, default=Mode.WATCH),
        check("visit.b", judge=plain, default=Mode.WATCH),
    )
    assert court.visit() == ["visit.b"]
    assert court.visit(replace(VISIT, target=b"/attack?%65vil")) == ["visit.a", "visit.b"]
    assert (signed.asked, plain.asked) == (1, 2)


def test_a_claim_is_told_once_an_hour():
    name = "visit.impersonated-crawler"
    court = Court(check(name, judge=finds(name, claim="googlebot")))
    moments = (0.0, CLAIM_AGAIN - 1, CLAIM_AGAIN)
    assert [court.visit(replace(VISIT, at=at)) for at in moments] == [[name], [], [name]]
    assert court.visit(replace(VISIT, client="192.0.2.9")) == [name]


def test_an_offence_is_charged_to_the_network():
    court = Court(check("visit.a"))
    court.visit(replace(VISIT, client="2001:db8:1:2::9"))
    ((offence, _),) = court.block.scanned(1).offences
    assert (str(offence.network), str(offence.address)) == ("2001:db8:1:2::/64", "2001:db8:1:2::9")


@pytest.mark.parametrize("count", [1, 2])
def test_a_mail_that_is_tried_again_is_the_same_act(count):
    relay = check(
        "visit.relay",
        judge=None,
        judge_login=lambda failure: Finding("visit.relay", b"", ""),
        threshold=Threshold(count, timedelta(minutes=1), acts=True),
    )
    court = Court(relay)
    calls = Call(1, logins=((court.post.duties[0], relay.judge_login),))
    for at, act in ((0.0, b"a"), (500.0, b"a"), (1000.0, b"b"), (2000.0, b"")):
        case = Case(court.block, calls, b"a line", 0, "192.0.2.1", "192.0.2.1", at)
        failure = LoginFailure("192.0.2.1", at, "smtp", b"", "relay", act=act)
        for _ in range(count):
            court.judgement.judge_login(case, failure)
    first, again, other, unknown = [offence.act for offence, _ in court.block.scanned(0).offences]
    assert first == again != other
    assert {bool(first), bool(other), unknown} == {True, ""}


def test_a_login_failure_counts_its_attempts_and_users():
    def judge_login(failure):
        return Finding("visit.ssh", failure.user, "the right password")

    many = Threshold(5, timedelta(minutes=1))
    court = Court(check("visit.ssh", judge=None, judge_login=judge_login, threshold=many))
    failure = LoginFailure("192.0.2.1", 5.0, "ssh", b"root", "password", attempts=3)
    case = Case(
        court.block,
        Call(1, logins=((court.post.duties[0], judge_login),)),
        b"a line",
        0,
        "192.0.2.1",
        "192.0.2.1",
        5.0,
    )
    court.judgement.judge_login(case, failure)
    assert court.block.scanned(0).offences == ()
    court.judgement.judge_login(case, failure)
    ((offence, _),) = court.block.scanned(0).offences
    assert (offence.service, offence.check, offence.evidence) == ("ssh", "visit.ssh", b"a line")


def test_settings_of_the_operator_decide_the_mode():
    court = Court(check("visit.a"), settings={"visit.a": CheckSettings(mode="watch")})
    court.visit()
    ((offence, _),) = court.block.scanned(0).offences
    assert offence.mode is Mode.WATCH
