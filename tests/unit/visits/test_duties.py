"""Which checks are on duty and what wakes them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.settings.table import CheckSettings
from pforte.visits.checks.declaration import Check, Mark, Threshold
from pforte.visits.checks.trap import ID as TRAP
from pforte.visits.duties import http_watch, login_watch, on_duty
from pforte.visits.engine import build
from pforte.visits.formats.catalogue import find_format
from pforte.visits.formats.combined import COMBINED
from pforte.visits.request_rules import CORE
from pforte.visits.site_marks import SiteMarks

MINUTE = timedelta(minutes=1)
A, B, SHARED = Mark(b"aaa"), Mark(b"bbb"), Mark(b"shared")


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
        judge=lambda visit, facts: None,
    )
    return replace(plain, **parts)  # type: ignore[arg-type]


def woken(watch, mark: Mark) -> int:
    return next(bits for marks, bits in zip(watch.groups, watch.wakes, strict=True) if mark in marks)


def test_a_check_is_as_it_was_declared_where_nothing_is_set():
    (duty,) = on_duty([check("visit.a", threshold=Threshold(3, MINUTE, distinct=True))], {})
    assert (duty.mode, duty.threshold) == (Mode.ENFORCE, Threshold(3, MINUTE, distinct=True))


def test_a_check_that_is_off_is_not_on_duty():
    checks = [check("visit.a", default=Mode.OFF), check("visit.b"), check("visit.c", default=Mode.OFF)]
    settings = {"visit.b": CheckSettings(mode="off"), "visit.c": CheckSettings(mode="watch")}
    assert [(duty.check.id, duty.mode) for duty in on_duty(checks, settings)] == [("visit.c", Mode.WATCH)]


@pytest.mark.parametrize(
    ("own", "set_", "result"),
    [
        (None, CheckSettings(), None),
        (None, CheckSettings(count=1), None),
        (None, CheckSettings(count=4), Threshold(4, timedelta(minutes=10))),
        (None, CheckSettings(count=4, window=MINUTE), Threshold(4, MINUTE)),
        (Threshold(3, MINUTE), CheckSettings(count=1), None),
        (Threshold(3, MINUTE, distinct=True), CheckSettings(count=9), Threshold(9, MINUTE, distinct=True)),
        (Threshold(3, MINUTE, acts=True), CheckSettings(count=1), Threshold(1, MINUTE, acts=True)),
        (Threshold(3, MINUTE, acts=True), CheckSettings(count=9), Threshold(9, MINUTE, acts=True)),
        (Threshold(3, MINUTE), CheckSettings(window=2 * MINUTE), Threshold(3, 2 * MINUTE)),
    ],
)
def test_the_operator_sets_count_and_window(own, set_, result):
    (duty,) = on_duty([check("visit.a", threshold=own)], {"visit.a": set_})
    assert duty.threshold == result


def test_costly_checks_are_asked_last_and_the_rest_keeps_its_order():
    checks = [check(name) for name in ("visit.a", "visit.b", "visit.c")]
    assert [duty.check.id for duty in on_duty(checks, {}, {"visit.a"})] == ["visit.b", "visit.c", "visit.a"]


def test_only_an_enforced_check_without_threshold_convicts_for_good():
    checks = [
        check("visit.a"),
        check("visit.b", default=Mode.WATCH),
        check("visit.c", threshold=Threshold(2, MINUTE)),
        check("visit.impersonated-crawler"),
    ]
    assert [duty.convicts for duty in on_duty(checks, {})] == [True, False, False, False]


def test_each_duty_with_signs_has_a_bit_of_its_own():
    checks = [check("visit.a", signs=(A,)), check("visit.b"), check("visit.c", signs=(B,))]
    assert [duty.sign for duty in on_duty(checks, {})] == [1, 0, 4]


def test_a_shared_mark_stands_in_the_pass_once_and_wakes_all_that_share_it():
    duties = on_duty([check("visit.a", marks=(A, SHARED)), check("visit.b", marks=(B, SHARED))], {})
    watch = http_watch(duties, COMBINED, SiteMarks())
    assert (woken(watch, A), woken(watch, B), woken(watch, SHARED)) == (1, 2, 3)
    assert [mark for marks in watch.groups for mark in marks].count(SHARED) == 1


def test_answer_statuses_become_marks_of_the_format():
    duties = on_duty([check("visit.a", statuses=(404,)), check("visit.b", statuses=(404,), marks=(B,))], {})
    watch = http_watch(duties, COMBINED, SiteMarks())
    (pattern,) = COMBINED.status_marks((404,))
    assert woken(watch, Mark(pattern, caseless=False)) == 3
    assert [duty.statuses for duty in duties] == [frozenset({404}), None]


def test_a_line_matches_once_for_all_checks_of_its_status():
    duties = on_duty([check("visit.a", statuses=(404, 410)), check("visit.b", statuses=(403, 404))], {})
    watch = http_watch(duties, COMBINED, SiteMarks())
    line = b'192.0.2.1 - - [x] "GET / HTTP/1.1" 404 5 "-" "-"'
    found = [
        bits for marks, bits in zip(watch.groups, watch.wakes, strict=True) if build((marks,)).groups(line)
    ]
    assert found == [3]


def test_what_an_escape_hides_may_be_any_mark():
    duties = on_duty(
        [check("visit.a", marks=(A,)), check("visit.b", statuses=(404,)), check("visit.c", marks=(B,))], {}
    )
    watch = http_watch(duties, COMBINED, SiteMarks())
    (pattern,) = COMBINED.escape_marks
    assert woken(watch, Mark(pattern, caseless=False)) == 0b101


def test_crawlers_wake_the_checks_without_marks_and_traps_the_trap():
    duties = on_duty([check("visit.a", marks=(A,)), check(TRAP), check("visit.robots")], {})
    sites = SiteMarks(crawlers=(Mark(b"bot"),), traps=(Mark(b"trap"),), fetches=(Mark(b"robots"),))
    watch = http_watch(duties, COMBINED, sites)
    assert (woken(watch, Mark(b"bot")), woken(watch, Mark(b"trap")), woken(watch, Mark(b"robots"))) == (
        4,
        2,
        8,
    )


def test_the_core_rule_set_looks_at_every_line_with_a_mark_of_an_attack():
    duties = on_duty([check("visit.a", marks=(A,)), check(CORE), check("visit.b", statuses=(404,))], {})
    watch = http_watch(duties, COMBINED, SiteMarks())
    assert woken(watch, A) == 3
    (pattern,) = COMBINED.status_marks((404,))
    assert woken(watch, Mark(pattern, caseless=False)) == 4


def test_checks_of_logins_stay_out_of_the_pass_for_visits():
    duties = on_duty([check("visit.a", judge=None, judge_login=lambda failure: None, marks=(A,))], {})
    assert all(not marks or A not in marks for marks in http_watch(duties, COMBINED, SiteMarks()).groups)


def test_the_marks_of_a_login_format_wake_all_checks_of_logins():
    duties = on_duty([check("visit.a"), check("visit.b", judge=None, judge_login=lambda failure: None)], {})
    sshd = find_format("sshd")
    watch = login_watch(duties, sshd)
    assert watch.wakes == (2,)
    assert {mark.pattern for mark in watch.groups[0]} == set(sshd.marks)
