"""The scan: blocks of log in, offences out."""

import json
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.robots.sites import Site, Sites
from pforte.robots.versions import Versions, read_version
from pforte.settings.table import CheckSettings
from pforte.visits import judgement, request_rules
from pforte.visits.checks import CHECKS
from pforte.visits.checks.declaration import Check, Finding, Mark, Threshold
from pforte.visits.decoding import decode_target
from pforte.visits.duties import on_duty
from pforte.visits.engine import Engine, EngineError, installed
from pforte.visits.formats.catalogue import find_format
from pforte.visits.formats.combined import COMBINED, VHOST_COMBINED
from pforte.visits.posts import Posts
from pforte.visits.request_rules import RequestRules
from pforte.visits.scan import Origin, Plan, Scanned, Scanner
from pforte.visits.site_marks import SiteMarks

NOW = datetime(2026, 3, 1, 18, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGIN = Origin(source="access.log", log=COMBINED)
ROBOTS = b"User-agent: *\nDisallow: /private/\n"
GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
AHREFS = "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"
TEXT = Text("", "")
STORM = Threshold(3, timedelta(minutes=1), distinct=True)


def check(name: str, **parts: object) -> Check:
    plain = Check(
        id=name,
        standard="",
        default=Mode.ENFORCE,
        kind=Kind.ATTACK,
        categories=(),
        summary=TEXT,
        remedy=TEXT,
        judge=lambda visit, facts: Finding(name, visit.target, "nothing"),
    )
    return replace(plain, **parts)  # type: ignore[arg-type]


ATTACK = check("visit.attack", marks=(Mark(b"/attack"),))
ABSENT = check("visit.storm", statuses=(404,), threshold=STORM, default=Mode.WATCH)
ROBOTS_CHECK = next(one for one in CHECKS if one.id == "visit.robots")
TRAP = next(one for one in CHECKS if one.id == "visit.trap")
CLAIMS = next(one for one in CHECKS if one.id == "visit.impersonated-crawler")


def line(
    target: str = "/", client: str = "192.0.2.1", at: int = 0, status: int = 200, agent: str = "Mozilla/5.0"
) -> str:
    moment = (NOON + timedelta(seconds=at)).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return f'{client} - - [{moment}] "GET {target} HTTP/1.1" {status} 5 "-" "{agent}"\n'


def scanner(*checks: Check, **parts: object) -> Scanner:
    return Scanner(Plan(checks=checks, **parts))  # type: ignore[arg-type]


def scan(court: Scanner, *lines: str, origin: Origin = ORIGIN, now: datetime = NOW) -> Scanned:
    return court.scan("".join(lines).encode(), origin, now, 1)


def told(scanned: Scanned) -> list[tuple[str, str, int | None]]:
    return [(offence.check, str(offence.address), offence.line) for offence, _ in scanned.offences]


def robots_sites(since: float = float("-inf"), traps: tuple[str, ...] = ()) -> Sites:
    return Sites([Site(name="example.org", versions=Versions((read_version(ROBOTS, since),)), traps=traps)])


def test_an_offence_is_told_with_its_place_in_block_and_source():
    data = (line() + line("/attack", "192.0.2.7") + line()).encode()
    scanned = scanner(ATTACK).scan(data, ORIGIN, NOW, first_line=41)
    ((offence, start),) = scanned.offences
    assert data[start:].startswith(b"192.0.2.7")
    assert (offence.line, offence.source, offence.at, offence.evidence) == (
        42,
        "access.log",
        NOON,
        line("/attack", "192.0.2.7").rstrip("\n").encode(),
    )
    assert (scanned.lines, scanned.candidates, scanned.unparsed, scanned.capped) == (3, 1, 0, 0)


def test_a_source_without_line_numbers_gives_none():
    scanned = scanner(ATTACK).scan(line("/attack").encode(), ORIGIN, NOW)
    assert [offence.line for offence, _ in scanned.offences] == [None]


def test_a_line_at_the_end_without_line_feed_is_judged():
    assert told(scan(scanner(ATTACK), line(), line("/attack").rstrip("\n"))) == [
        ("visit.attack", "192.0.2.1", 2)
    ]


def test_a_carriage_return_is_no_part_of_the_line():
    scanned = scan(scanner(ATTACK), line("/attack").replace("\n", "\r\n"))
    assert [offence.evidence[-1:] for offence, _ in scanned.offences] == [b'"']


def test_an_empty_block_gives_nothing():
    assert scan(scanner(ATTACK), "") == Scanned()


def test_candidates_of_another_shape_are_counted():
    scanned = scan(scanner(ATTACK), "what is this /attack\n", line("/attack"))
    assert (scanned.unparsed, len(scanned.offences)) == (1, 1)


def test_evidence_keeps_bytes_that_are_no_text():
    data = line("/attack/X").encode().replace(b"X", b"\xff\xfe")
    ((offence, _),) = scanner(ATTACK).scan(data, ORIGIN, NOW).offences
    assert b"/attack/\xff\xfe" in offence.evidence


def test_a_line_far_in_the_future_is_taken_as_written_now():
    late, early = NOON + timedelta(seconds=59), NOON - timedelta(seconds=61)
    court = scanner(ATTACK)
    assert [offence.at for offence, _ in scan(court, line("/attack"), now=late).offences] == [NOON]
    assert [offence.at for offence, _ in scan(court, line("/attack"), now=early).offences] == [early]


def test_a_line_without_zone_is_read_in_the_zone_of_its_source():
    log = find_format("json")
    data = (
        b'{"time":"2026-03-01T12:00:00","remote_addr":"192.0.2.1","request":"GET /attack HTTP/1.1","status":200,'
        b'"http_user_agent":"x"}\n'
    )
    origin = Origin(source="x", log=log, zone=timezone(timedelta(hours=2)))
    ((offence, _),) = scanner(ATTACK).scan(data, origin, NOW).offences
    assert offence.at == NOON - timedelta(hours=2)


def test_counts_complete_over_several_blocks():
    court = scanner(ABSENT)
    assert told(scan(court, line("/a", status=404), line("/b", at=1, status=404))) == []
    assert told(scan(court, line("/c", at=2, status=404))) == [("visit.storm", "192.0.2.1", 1)]


def test_all_services_and_sources_share_one_history():
    court = scanner(ABSENT)
    scan(court, line("/a", status=404), line("/b", at=1, status=404))
    other = Origin(source="other.log", log=VHOST_COMBINED)
    scanned = scan(court, "example.org:80 " + line("/c", at=2, status=404), origin=other)
    assert [(offence.source, offence.check) for offence, _ in scanned.offences] == [
        ("other.log", "visit.storm")
    ]


def test_lines_that_may_wait_are_counted_with_those_that_do_more():
    mixed = check("visit.mixed", marks=(Mark(b"/mixed"),), threshold=Threshold(9, timedelta(minutes=1)))
    court = scanner(ABSENT, mixed)
    lines = [line("/a", status=404), line("/mixed", at=1, status=404), line("/c", at=2, status=404)]
    assert told(scan(court, *lines)) == [("visit.storm", "192.0.2.1", 3)]


@pytest.mark.parametrize("tracked", [True, False])
@given(
    st.lists(
        st.tuples(
            st.sampled_from("123"),
            st.integers(0, 30),
            st.sampled_from(["/a", "/b", "/c", "/mixed"]),
            st.booleans(),
        ),
        max_size=40,
    )
)
@settings(max_examples=40, deadline=None)
def test_waiting_lines_change_no_offence(tracked, steps):
    """However lines are cut into blocks, and whether they may wait: the same offences at the same lines."""
    mixed = check("visit.mixed", marks=(Mark(b"/mixed"),), threshold=Threshold(2, timedelta(minutes=1)))
    plain, waiting = scanner(ABSENT, mixed, tracked=True), scanner(ABSENT, mixed, tracked=tracked)
    now, lines, cuts = 0, [], [0]
    for client, step, target, cut in steps:
        now += step
        lines.append(line(f"{target}{now}", f"192.0.2.{client}", now, 404))
        if cut:
            cuts.append(len(lines))
    wanted = told(scan(plain, *lines))
    got = []
    for begin, end in zip(cuts, [*cuts[1:], len(lines)], strict=True):
        data = "".join(lines[begin:end]).encode()
        got += told(waiting.scan(data, ORIGIN, NOW, begin + 1))
    assert got == wanted


def test_what_a_count_was_is_handed_over_to_the_next_process():
    before, behind = scanner(ABSENT, tracked=True), scanner(ABSENT, tracked=True)
    scan(before, line("/a", status=404), line("/b", at=1, status=404))
    states = before.changes()
    assert [(state.check, str(state.network)) for state in states] == [("visit.storm", "192.0.2.1/32")]
    assert before.changes() == ()
    behind.load(states)
    assert told(scan(behind, line("/c", at=2, status=404))) == [("visit.storm", "192.0.2.1", 1)]
    assert [state.state for state in behind.changes()] == [b""]


def test_findings_of_one_network_are_capped_in_a_block_and_minute():
    court = scanner(ATTACK, findings=2)
    lines = [line(f"/attack/{number}", at=number) for number in range(5)]
    scanned = scan(court, *lines, line("/attack", "192.0.2.2"), line("/attack", at=60))
    assert told(scanned) == [
        ("visit.attack", "192.0.2.1", 1),
        ("visit.attack", "192.0.2.1", 2),
        ("visit.attack", "192.0.2.2", 6),
        ("visit.attack", "192.0.2.1", 7),
    ]
    assert scanned.capped == 3
    assert len(scan(court, *lines).offences) == 2


def test_the_cap_counts_the_network_not_the_address():
    clients = [f"2001:db8:1:2::{number}" for number in range(5)]
    scanned = scan(scanner(ATTACK, findings=2), *(line("/attack", client) for client in clients))
    assert (len(scanned.offences), scanned.capped) == (2, 3)


@pytest.mark.parametrize(
    ("shut", "client"),
    [
        ("192.0.2.1/32", "192.0.2.1"),
        ("192.0.2.0/24", "192.0.2.77"),
        ("2001:db8:1:2::/64", "2001:db8:1:2::9"),
        ("2001:db8::/32", "2001:db8:ffff::1"),
        ("192.0.2.1/32", "::ffff:192.0.2.1"),
    ],
)
def test_lines_of_a_network_that_is_shut_out_are_skipped_and_counted(shut, client):
    court = scanner(ATTACK)
    court.shut_out(ip_network(shut), NOW + timedelta(hours=1))
    scanned = scan(court, line("/attack", client), line("/attack", "203.0.113.9"))
    assert told(scanned) == [("visit.attack", "203.0.113.9", 2)]
    assert scanned.skipped == {ip_network(shut): 1}


def test_beginning_with_bans_lets_all_others_in():
    """The journal did not tell which bans came and went; of two bans of one network the last to end counts."""
    court = scanner(ATTACK)
    court.shut_out(ip_network("192.0.2.1/32"), NOW + timedelta(hours=1))
    other = ip_network("203.0.113.9/32")
    court.begin_with([(other, NOW + timedelta(hours=1)), (other, NOW)])
    scanned = scan(court, line("/attack"), line("/attack", "203.0.113.9"))
    assert told(scanned) == [("visit.attack", "192.0.2.1", 1)]
    assert scanned.skipped == {other: 1}


def test_a_network_is_judged_again_when_its_ban_ends_or_is_lifted():
    court = scanner(ATTACK)
    court.shut_out(ip_network("192.0.2.0/24"), NOW + timedelta(hours=1))
    court.shut_out(ip_network("192.0.2.1/32"), NOW)
    assert scan(court, line("/attack")).skipped == {ip_network("192.0.2.0/24"): 1}
    court.let_in(ip_network("192.0.2.0/24"))
    assert len(scan(court, line("/attack")).offences) == 1
    court.shut_out(ip_network("192.0.2.1/32"), NOW + timedelta(hours=1))
    assert len(scan(court, line("/attack"), now=NOW + timedelta(hours=1)).offences) == 1


def test_a_crawler_offends_on_a_disallowed_path():
    court = scanner(ROBOTS_CHECK, sites=robots_sites())
    lines = [line("/private/a", agent=AHREFS), line("/public", agent=AHREFS), line("/private/a")]
    assert told(scan(court, *lines)) == [("visit.robots", "192.0.2.1", 1)]


def test_whoever_fetched_robots_txt_is_a_crawler_from_then_on():
    court = scanner(ROBOTS_CHECK, sites=robots_sites())
    lines = [
        line("/private/a", agent="curl/8", at=0),
        line("/robots.txt", agent="curl/8", at=5),
        line("/private/b", agent="curl/8", at=6),
        line("/private/b", "192.0.2.11", agent="curl/8", at=6),
    ]
    assert told(scan(court, *lines)) == [("visit.robots", "192.0.2.1", 3)]
    assert told(scan(court, line("/private/c", agent="curl/8", at=90))) == [("visit.robots", "192.0.2.1", 1)]


@pytest.mark.parametrize(
    "asked",
    [
        line("/robots.txt", status=404, agent="curl/8"),
        line("/robots.txt.bak", agent="curl/8"),
        line("/robots.txt", agent=GOOGLE),
    ],
)
def test_who_did_not_get_it_or_is_known_by_name_is_not_followed(asked):
    court = scanner(ROBOTS_CHECK, sites=robots_sites())
    scan(court, asked)
    assert len(court._followed) == 0


def test_without_a_robots_txt_nobody_is_followed():
    court = scanner(ROBOTS_CHECK)
    scan(court, line("/robots.txt", agent="curl/8"))
    assert len(court._followed) == 0


def test_new_rules_of_a_site_count_at_once_and_counts_stay():
    court = scanner(ROBOTS_CHECK, ABSENT)
    scan(court, line("/a", status=404), line("/b", status=404), line("/private/a", agent=AHREFS))
    court.renew(robots_sites())
    assert told(scan(court, line("/private/a", agent=AHREFS))) == [("visit.robots", "192.0.2.1", 1)]
    assert told(scan(court, line("/c", status=404))) == [("visit.storm", "192.0.2.1", 1)]


def test_a_trap_convicts_anybody():
    court = scanner(
        TRAP, sites=Sites([Site(name="example.org", versions=Versions(), traps=("/secret-garden/",))])
    )
    assert told(scan(court, line("/"), line("/secret-garden/x"))) == [("visit.trap", "192.0.2.1", 2)]


def test_the_site_of_the_source_stands_for_lines_that_name_none():
    sites = Sites(
        [
            Site(name="open.example", versions=Versions()),
            Site(name="example.org", versions=Versions((read_version(ROBOTS),))),
        ]
    )
    court = scanner(ROBOTS_CHECK, sites=sites)
    asked = line("/private/a", agent=AHREFS)
    assert told(scan(court, asked)) == []
    assert len(scan(court, asked, origin=replace(ORIGIN, site=b"example.org")).offences) == 1
    named = Origin(source="x", log=VHOST_COMBINED, site=b"example.org")
    assert told(scan(court, "open.example:80 " + asked, origin=named)) == []


def test_a_claim_to_be_a_crawler_is_told_once_an_hour_by_each_network():
    court = scanner(CLAIMS)
    lines = [line(at=at, agent=GOOGLE) for at in (0, 10, 20)]
    scanned = scan(court, *lines, line("/", "192.0.2.2", agent=GOOGLE))
    assert [(offence.claim, str(offence.address)) for offence, _ in scanned.offences] == [
        ("googlebot", "192.0.2.1"),
        ("googlebot", "192.0.2.2"),
    ]
    assert len(scan(court, *lines).offences) == 0
    assert len(scan(court, line(at=3700, agent=GOOGLE)).offences) == 1


def test_another_claim_of_the_same_network_is_told():
    bing = "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"
    scanned = scan(scanner(CLAIMS), line(agent=GOOGLE), line(agent=GOOGLE), line(agent=bing))
    assert [offence.claim for offence, _ in scanned.offences] == ["googlebot", "bingbot"]


def test_logins_that_fail_become_offences():
    def judge_login(failure):
        return Finding("visit.ssh", failure.user, "the right password")

    court = scanner(
        check("visit.ssh", judge=None, judge_login=judge_login, threshold=Threshold(2, timedelta(minutes=1)))
    )
    log = find_format("sshd", NOW.timestamp())
    data = "".join(
        f"Mar  1 12:00:0{second} host sshd[1]: Failed password for root from 203.0.113.9 port 22 ssh2\n"
        for second in (1, 2)
    )
    scanned = scan(
        court,
        "Mar  1 12:00:00 host sshd[1]: Server listening\n",
        data,
        origin=Origin(source="auth.log", log=log),
    )
    ((offence, _),) = scanned.offences
    assert (offence.service, offence.line, str(offence.network)) == ("ssh", 3, "203.0.113.9/32")
    assert scanned.unparsed == 0
    court.shut_out(ip_network("203.0.113.9/32"), NOW + timedelta(hours=1))
    assert scan(court, data, origin=Origin(source="auth.log", log=log)).skipped == {
        ip_network("203.0.113.9/32"): 2
    }


def test_a_check_that_is_off_is_silent():
    assert (
        told(scan(scanner(ATTACK, settings={"visit.attack": CheckSettings(mode="off")}), line("/attack")))
        == []
    )


def test_checks_that_need_the_engine_of_rules_are_told_where_it_is_absent(monkeypatch):
    monkeypatch.setattr(request_rules, "find_spec", lambda name: None)
    rules = RequestRules({"x.conf": 'SecRule ARGS "@rx a" "id:1,phase:1,tag:\'visit.attack\'"'})
    court = scanner(ATTACK, check("visit.other", marks=(Mark(b"/attack"),)), rules=rules)
    assert court.unavailable == ("visit.attack",)
    assert told(scan(court, line("/attack"))) == [("visit.other", "192.0.2.1", 1)]


def test_with_everything_installed_nothing_is_unavailable():
    assert scanner(*CHECKS).unavailable == ()


def test_an_engine_that_does_not_exist_is_told():
    with pytest.raises(EngineError):
        scanner(ATTACK, engine=Engine("abacus"))


SAMPLES = [
    line("/item?id=1'+union+select+1,2,3--"),
    line("/?q=%3Cscript%3Ealert(1)%3C/script%3E"),
    line("/download?file=../../../../etc/passwd"),
    line("/.env"),
    line("/.git/config"),
    line("/?x=${jndi:ldap://x.example/a}"),
    line("/", agent="sqlmap/1.7"),
    line("/"),
    line("/news?id=5"),
    line("/robots.txt", agent="curl/8"),
    line("/private/", agent=AHREFS),
    line("/old", status=404),
]


@pytest.fixture(scope="module")
def shipped() -> RequestRules:
    folder = Path(__file__).parents[3] / "rules"
    return RequestRules(
        {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.conf"))}
    )


def test_both_engines_find_the_same_offences(shipped):
    found = []
    for engine in installed():
        court = scanner(*CHECKS, sites=robots_sites(), rules=shipped, engine=Engine(engine))
        found.append(told(scan(court, *SAMPLES * 3)))
    assert found[0]
    assert all(each == found[0] for each in found)


@given(
    st.lists(
        st.one_of(st.sampled_from([text.encode() for text in SAMPLES]), st.binary(max_size=80)), max_size=20
    ),
    st.sampled_from(["combined", "common", "vhost_combined", "json", "sshd", "postfix", "dovecot"]),
)
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_scanned(pieces, name):
    data = b"".join(pieces)
    scanned = WHOLE.scan(data, Origin(source="x", log=FORMATS[name]), NOW, 1)
    assert scanned.lines == data.count(b"\n") + (1 if data and not data.endswith(b"\n") else 0)
    for offence, start in scanned.offences:
        assert start == 0 or data[start - 1 : start] == b"\n"
        assert offence.evidence in data[start:]
        assert offence.at <= NOW + timedelta(seconds=60)


WHOLE = scanner(*CHECKS, sites=robots_sites())
FORMATS = {
    name: find_format(name)
    for name in ("combined", "common", "vhost_combined", "json", "sshd", "postfix", "dovecot")
}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "combined",
            b'198.18.0.1 - - [01/Jan/0001:00:00:00 +0100] "GET /.env HTTP/1.1" 404 153 "-" "curl/8.5.0"\n',
        ),
        (
            "combined",
            b'198.18.0.1 - - [31/Dec/1969:00:00:00 +0000] "GET /a?f=..%2f..%2f..%2fetc%2fpasswd HTTP/1.1" 404 1 "-" "c"\n',
        ),
        (
            "syslog",
            b"0001-01-01T00:00:00+14:00 gate sshd[7]: Failed password for root from 198.18.0.1 port 40000 ssh2\n",
        ),
        (
            "json",
            b'{"time_iso8601":"0001-01-01T00:00:00+14:00","remote_addr":"198.18.0.1","request":"GET /.env HTTP/1.1"}\n',
        ),
    ],
)
def test_a_line_from_before_all_logs_is_not_read(name, line):
    """A sender of syslog chooses its times; none of them may stop the service."""
    court = Scanner(Plan(checks=CHECKS, settings={"visit.ssh-password": CheckSettings(count=1)}))
    scanned = court.scan(
        line * 3, Origin(source="log", log=find_format(name)), datetime(2026, 3, 1, tzinfo=UTC), 1
    )
    assert scanned.offences == ()
    assert scanned.unparsed


@pytest.mark.parametrize(
    "target", [b"/a?id=1%27%20UNION%20SELECT%20a,b%20FROM%20c--", b"/.env", b"/..%2f..%2f..%2fetc%2fpasswd"]
)
def test_an_attack_by_a_named_crawler_carries_its_claim(target, shipped):
    """A proven crawler that follows a poisoned link is exempt; whether it is one must be known first."""
    agent = b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    line = b'198.18.0.1 - - [01/Mar/2026:12:00:00 +0000] "GET %b HTTP/1.1" 404 153 "-" "%b"\n'
    court = Scanner(Plan(checks=CHECKS, rules=shipped))
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    origin = Origin(source="log", log=COMBINED)
    (named,) = [
        o
        for o, _ in court.scan(line % (target, agent), origin, now).offences
        if o.check != "visit.impersonated-crawler"
    ]
    assert named.claim == "googlebot"
    (other,) = [o for o, _ in court.scan(line % (target, b"curl/8.5.0"), origin, now).offences]
    assert other.claim == ""


BING = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"
CLIMBING = next(one for one in CHECKS if one.id == "visit.path-traversal")
TRAVERSAL = "/static/..%2f..%2f..%2fetc%2fpasswd"


def json_line(agent: str, fill: str = "", target: str = TRAVERSAL) -> str:
    """A line of which the agent stands between long fields."""
    return (
        f'{{"time":"2026-03-01T12:00:00Z","remote_addr":"192.0.2.1","request":"GET {target} HTTP/1.1",'
        f'"http_referer":"{fill}","http_user_agent":"{agent}","status":404,"sent":"{fill}"}}\n'
    )


@pytest.mark.parametrize(
    ("name", "text", "claim"),
    [
        ("json", json_line(GOOGLE), "googlebot"),
        ("json", json_line(GOOGLE, "a" * 1100), "googlebot"),
        ("json", json_line(BING.replace("/", "\\/")), "bingbot"),
        ("json", json_line(GOOGLE.replace("G", "\\u0047", 1)), "googlebot"),
        ("json", json_line("curl/8", target=TRAVERSAL + "?Googlebot/2.1"), ""),
        ("combined", line(TRAVERSAL, agent="Googlebot"), "googlebot"),
        ("combined", line(TRAVERSAL, agent="Googlebot").replace("\n", ' "more"\n'), "googlebot"),
        ("combined", line(TRAVERSAL, agent=BING.replace("bot/", "bot\\x2f")), "bingbot"),
        ("combined", line(TRAVERSAL + "?" + "a" * 1100, agent=GOOGLE + '" "' + "x" * 1100), "googlebot"),
        ("combined", line(TRAVERSAL, agent="Mozilla/5.0"), ""),
        ("common", line(TRAVERSAL).split(' "-"')[0] + "\n", ""),
        ("common", line(TRAVERSAL + "?by=Googlebot/2.1").split(' "-"')[0] + "\n", "googlebot"),
        (
            "common",
            line(TRAVERSAL + "?" + "a" * 1100 + "&by=bingbot/&" + "a" * 1100).split(' "-"')[0] + "\n",
            "bingbot",
        ),
    ],
)
@pytest.mark.parametrize("mode", ["watch", "off"])
def test_a_claim_is_found_wherever_the_line_has_it(name, text, claim, mode):
    """Missed, it would ban a genuine crawler; where the format has no agent, a name anywhere in the line counts."""
    modes = {CLAIMS.id: CheckSettings(mode=mode)}
    found = scan(
        scanner(CLIMBING, CLAIMS, settings=modes), text, origin=Origin(source="log", log=find_format(name))
    )
    claims = [offence.claim for offence, _ in found.offences if offence.check != CLAIMS.id]
    assert claims
    assert set(claims) == {claim}


def test_crawlers_that_may_what_they_do_are_not_read_and_the_others_are_found_as_before():
    lines = [
        line(
            "/private/a" if n % 3 == 0 else f"/page/{n}",
            f"10.0.0.{n % 7}",
            at=n,
            agent=(AHREFS, GOOGLE)[n % 2],
        )
        for n in range(120)
    ]
    lines += [line("/page/1%2e", "10.0.1.1", agent=AHREFS), line("/robots.txt", "10.0.1.2", agent=AHREFS)]
    court = scanner(CLAIMS, ROBOTS_CHECK, sites=robots_sites())
    thorough = scanner(CLAIMS, ROBOTS_CHECK, sites=robots_sites())
    thorough._obedience.may_break = lambda agent, target: True
    found = scan(court, *lines)
    assert told(found) == told(scan(thorough, *lines))
    assert {check for check, _, _ in told(found)} == {CLAIMS.id, ROBOTS_CHECK.id}


def test_a_crawler_that_turns_to_attack_is_convicted_and_claims_are_told_later_all_the_same():
    """The attack convicts before the claim is looked at; the claim is told by the next line that has no attack."""
    court = scanner(ATTACK, CLAIMS, ROBOTS_CHECK, sites=robots_sites())
    found = scan(court, line("/attack", agent=GOOGLE), line("/a", agent=GOOGLE), line("/b", agent=GOOGLE))
    assert told(found) == [("visit.attack", "192.0.2.1", 1), (CLAIMS.id, "192.0.2.1", 2)]


def test_a_crawler_that_breaks_robots_txt_is_asked_for_its_proof_by_its_next_line():
    """The rule convicts before the claim is looked at, so the claim was not told yet."""
    court = scanner(ROBOTS_CHECK, CLAIMS, sites=robots_sites())
    lines = [line(path, agent=GOOGLE) for path in ("/private/a", "/a", "/b")]
    assert told(scan(court, *lines)) == [(ROBOTS_CHECK.id, "192.0.2.1", 1), (CLAIMS.id, "192.0.2.1", 2)]


@pytest.mark.parametrize("field", ["client", "time", "method", "target", "referrer", "agent", "host"])
@pytest.mark.parametrize("name", ["combined", "json"])
def test_long_fields_do_not_fill_the_memory(name, field, monkeypatch):
    """Whatever is remembered of a line is bounded in bytes, not only in number."""
    monkeypatch.setattr(judgement, "_VERDICT_BYTES", 100_000)
    court = scanner(CLIMBING, CLAIMS, ROBOTS_CHECK, sites=robots_sites())

    def data(numbers: range) -> bytes:
        return b"".join(long_line(name, field, f"{number}{'x' * 50_000}") for number in numbers)

    origin = Origin(source="log", log=find_format(name))
    court.scan(data(range(5)), origin, NOW)
    tracemalloc.start()
    try:
        court.scan(data(range(5, 105)), origin, NOW)
        decode_target.cache_clear()  # It keeps the last 256 at most.
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_500_000  # of 5,000,000


def long_line(name: str, field: str, fill: str) -> bytes:
    """A line of a crawler with an attack, of which one field is long."""
    said = {
        "client": "192.0.2.1",
        "time": "01/Mar/2026:12:00:00 +0000",
        "method": "GET",
        "target": TRAVERSAL,
        "referrer": "-",
        "agent": AHREFS + " bingbot/2.0",
        "host": "example.org",
    }
    said[field] += fill
    if name == "json":
        keys = {
            "client": "remote_addr",
            "target": "uri",
            "referrer": "http_referer",
            "agent": "http_user_agent",
        }
        return json.dumps({keys.get(key, key): value for key, value in said.items()}).encode() + b"\n"
    form = '{client} - - [{time}] "{method} {target} HTTP/1.1" 200 5 "{referrer}" "{agent}"\n'
    return form.format(**said).encode()


def test_harmless_crawlers_with_long_agents_do_not_fill_the_memory():
    court = scanner(CLAIMS, ROBOTS_CHECK, sites=robots_sites())
    tracemalloc.start()
    try:
        for number in range(100):
            scan(court, line(agent=f"{AHREFS} bingbot/2.0 {number}{'x' * 50_000}"))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_500_000


def stumble(visit, _facts=None):
    if b"stumble" in getattr(visit, "target", b"") + visit.user:
        raise ValueError("a mistake")
    return Finding("visit.attack", b"", "nothing")


def test_a_line_at_which_a_check_stumbles_costs_no_other_line():
    """Law: whoever finds such a line must not hide others behind it."""
    court = scanner(replace(ATTACK, judge=stumble), tracked=True)
    lines = [line("/attack"), line("/attack/stumble", "192.0.2.2"), line("/attack", "192.0.2.3")]
    scanned = scan(court, *lines, line("/attack/stumble", "192.0.2.4"))
    assert told(scanned) == [("visit.attack", "192.0.2.1", 1), ("visit.attack", "192.0.2.3", 3)]
    assert scanned.stumbles == (len(lines[0]), sum(map(len, lines)))
    assert str(scanned.mistake) == "a mistake"
    clean = scan(court, line("/attack"))
    assert (clean.stumbles, clean.mistake) == ((), None)


def test_a_login_at_which_a_check_stumbles_costs_no_other_line():
    court = scanner(check("visit.attack", judge=None, judge_login=stumble))
    lines = [
        f"Mar  1 12:00:00 host sshd[1]: Failed password for {user} from 203.0.113.9 port 22 ssh2\n"
        for user in ("stumble", "root")
    ]
    scanned = scan(court, *lines, origin=Origin(source="auth.log", log=find_format("sshd", NOW.timestamp())))
    assert [(offence.line, scanned.stumbles) for offence, _ in scanned.offences] == [(2, (0,))]


class Stumbling:
    """A format that makes a mistake at some lines."""

    def __getattr__(self, name):
        return getattr(COMBINED, name)

    def parse(self, line, zone, now):
        if b"stumble" in line:
            raise ValueError("a mistake")
        return COMBINED.parse(line, zone, now)


def test_a_fetch_of_robots_txt_at_which_a_format_stumbles_costs_no_other_line():
    court = scanner(ROBOTS_CHECK, ATTACK, sites=robots_sites())
    lines = [line("/robots.txt?attack-stumble", agent="curl/8"), line("/attack")]
    scanned = scan(court, *lines, origin=Origin(source="log", log=Stumbling()))
    assert (told(scanned), scanned.stumbles) == ([("visit.attack", "192.0.2.1", 2)], (0,))


def test_a_dead_link_waits_unless_it_has_what_a_check_of_its_status_needs():
    spam = check(
        "visit.spam", statuses=(404,), needs=b"+",
        judge=lambda visit, facts: Finding("visit.spam", visit.target, "no spam") if b"+" in visit.target else None,
    )  # fmt: skip
    court = scanner(ABSENT, spam)
    assert told(scan(court, line("/a", status=404), line("/b", status=404))) == []
    assert len(court._deferred) == 2
    assert told(scan(court, line("/c+d", status=404))) == [
        ("visit.storm", "192.0.2.1", 1), ("visit.spam", "192.0.2.1", 1),
    ]  # fmt: skip
    escaped = line("/a\\x2b", "192.0.2.9", status=404, agent="a+b")
    assert told(scan(court, escaped)) == [("visit.spam", "192.0.2.9", 1)]


ENVELOPES = ["Mar  1 12:00:00 web nginx: ", "1 2026-03-01T12:00:00Z web nginx 812 - - "]
"""RFC 3164 and RFC 5424 behind the priority."""


@pytest.mark.parametrize("engine", installed())
def test_the_priority_of_syslog_makes_no_candidate(engine):
    """Each harmless line was looked at, for the ``<`` of its priority: sixty times the time of the pass."""
    post = Posts(on_duty(CHECKS, {}), SiteMarks(), Engine(engine)).of(find_format("syslog:combined"))
    heads = [f"<{number}>{envelope}" for number in (0, 13, 190) for envelope in ENVELOPES]
    harmless = [head + line("/shop/?page=2") for head in heads]
    assert post.scan.candidates("".join(harmless).encode()) == []
    texts = [line("/?q=<b>"), line(agent="<svg onload=alert(1)>"), line(agent="<1"), "<svg> " + line()]
    hostile = [head + text for head in heads for text in texts]
    assert len(post.scan.candidates("".join(hostile).encode())) == len(hostile)
    # A header is passed for marks by itself, so that its beginning is the beginning of a line.
    assert post.is_marked(b"<svg onload=alert(1)>")
