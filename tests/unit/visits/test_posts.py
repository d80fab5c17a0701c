"""Posts: whom a line wakes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Mark, Threshold
from pforte.visits.duties import on_duty
from pforte.visits.engine import AUTO
from pforte.visits.formats.catalogue import find_format
from pforte.visits.formats.combined import COMBINED, COMMON, CombinedFormat
from pforte.visits.posts import Call, Posts
from pforte.visits.site_marks import SiteMarks

SITE = SiteMarks(crawlers=(Mark(b"somebot"),), traps=(Mark(b"/trap/"),), fetches=(Mark(rb"/robots\.txt"),))
SHORT = Threshold(3, timedelta(minutes=1))


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


DUTIES = on_duty(
    (
        check("visit.attack", marks=(Mark(b"attack"),)),
        check("visit.storm", statuses=(404,), threshold=SHORT),
        check("visit.impersonated-crawler", marks=(Mark(b"googlebot"),)),
        check("visit.trap"),
        check("visit.robots"),
        check("visit.login", judge=None, judge_login=lambda failure: None),
    ),
    {},
)


def line(target: str = "/", status: int = 200, agent: str = "Mozilla/5.0") -> bytes:
    return f'192.0.2.1 - - [x] "GET {target} HTTP/1.1" {status} 1 "-" "{agent}"'.encode()


def called(data: bytes) -> Call:
    post = Posts(DUTIES, SITE, AUTO).of(COMBINED)
    ((_, _, groups),) = post.scan.candidates(data)
    return post.call(groups)


def names(call: Call) -> list[str]:
    return [duty.check.id.removeprefix("visit.") for duty, _ in (*call.marked, *call.others)]


@pytest.mark.parametrize(
    ("data", "woken"),
    [
        (line("/attack"), ["attack"]),
        (line(status=404), ["storm"]),
        (line("/attack", 404), ["attack", "storm"]),
        (line(agent="somebot"), ["robots"]),
        (line("/trap/"), ["trap"]),
        (line(agent="Googlebot"), ["impersonated-crawler"]),
        (line("/robots.txt"), []),
    ],
)
def test_a_line_wakes_the_checks_it_concerns(data, woken):
    assert names(called(data)) == woken


def test_a_claim_alone_and_a_count_alone_are_told_apart():
    assert called(line(agent="Googlebot")).claims
    assert not called(line("/attack", agent="Googlebot")).claims
    counting, mixed = called(line(status=404)), called(line("/attack", 404))
    assert (counting.counts, counting.adds) == (True, True)
    assert (mixed.counts, mixed.adds) == (False, True)
    assert not called(line("/attack")).adds


def test_a_request_for_robots_txt_is_known_by_its_group():
    post = Posts(DUTIES, SITE, AUTO).of(COMBINED)
    ((_, _, groups),) = post.scan.candidates(line("/robots.txt"))
    assert groups & post.fetches
    ((_, _, groups),) = post.scan.candidates(line("/attack"))
    assert not groups & post.fetches


def test_a_line_of_a_followed_client_wakes_the_checks_of_crawlers():
    post = Posts(DUTIES, SITE, AUTO).of(COMBINED)
    assert names(post.call(post.followed)) == ["robots"]


def test_marks_of_checks_are_told_from_those_of_sites_and_statuses():
    post = Posts(DUTIES, SITE, AUTO).of(COMBINED)
    texts = (b"an attack", b"somebot", b"/trap/", b'" 404 ', b"Mozilla/5.0")
    assert [post.is_marked(text) for text in texts] == [True, False, False, False, False]


def test_a_call_is_remembered():
    post = Posts(DUTIES, SITE, AUTO).of(COMBINED)
    assert post.call(1) is post.calls[1]


def test_formats_that_ask_for_the_same_share_a_pass():
    posts = Posts(DUTIES, SITE, AUTO)
    assert posts.of(COMBINED) is posts.of(COMBINED)
    assert posts.of(CombinedFormat("mine", full=True)) is posts.of(COMBINED)
    assert posts.of(COMMON) is not posts.of(COMBINED)


def test_no_more_formats_are_remembered_than_a_host_has():
    posts = Posts(DUTIES, SITE, AUTO)
    kept = [CombinedFormat(f"format {number}", full=True) for number in range(150)]
    for log in kept:
        posts.of(log)
    assert len(posts._by_format) <= 64


def test_login_formats_wake_the_checks_of_logins():
    post = Posts(DUTIES, SITE, AUTO).of(find_format("sshd"))
    call = post.call(1)
    assert [duty.check.id for duty, _ in call.logins] == ["visit.login"]
    assert not call.marked
    assert not call.others


def test_only_calls_with_signs_ask_for_a_second_look():
    duties = on_duty(
        (
            check("visit.a", marks=(Mark(b"aaa"),), signs=(Mark(b"x"),)),
            check("visit.b", marks=(Mark(b"bbb"),)),
        ),
        {},
    )
    post = Posts(duties, SiteMarks(), AUTO).of(COMBINED)
    ((_, _, signed), (_, _, plain)) = post.scan.candidates(b"aaa\nbbb")
    assert (post.call(signed).signed, post.call(plain).signed) == (True, False)
