"""`pforte explain` tells the whole story of a ban."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pforte.bans.ban import Ban, Reach
from pforte.bans.regulation import Regulation
from pforte.commands.explain import repeat_of
from pforte.net.addresses import parse_network
from pforte.visits.checks import CHECKS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BAN = Ban(
    network=parse_network("192.0.2.1"),
    rung=1,
    starts=NOON,
    ends=NOON + HOUR,
    reference="PF-7K3M-Q2XD",
    reason="visit.sql-injection",
)
SQL = next(check for check in CHECKS if check.id == "visit.sql-injection")


def test_people_read_what_was_seen_which_rule_and_what_next(run, seen):
    ban = seen("192.0.2.7").ban
    answer = run("explain", ban.reference)
    assert answer.code == 0
    for said in (
        "/var/log/nginx/access.log:42",
        "GET /?id=1%27\\x1b[2J\\xff HTTP/1.1",
        SQL.summary.en,
        SQL.standard,
        SQL.remedy.en,
        "1, first offence",
        "a new offence leads to rung 2: 7d. Later it leads to rung 1.",
    ):
        assert said in answer.out
    assert "\x1b" not in answer.out


def test_what_the_line_does_not_show_stands_beside_it(run, seen):
    """A ban for several deeds names them, and one by robots.txt the very rule."""
    told = "3 in 1h: /wp-login.php, /administrator, /admin.php"
    reference = seen("192.0.2.7", check="visit.software-probe", observed=told).ban.reference
    assert f"nginx/access.log:42\n    {told}\n    192.0.2.7 - - " in run("explain", reference).out
    assert run("explain", reference, "--json").json["offences"][0]["observed"] == told
    reference = seen("192.0.2.8").ban.reference
    assert "access.log:42\n    192.0.2.7 - - " in run("explain", reference).out


def test_a_mail_that_was_tried_again_says_why_the_rung_is_the_same(run, seen):
    now = datetime.now(UTC)  # noqa: TID251  the commands read the real clock
    mail = {"check": "visit.mail-relay", "service": "smtp", "act": "0123456789abcdef0123"}
    seen("192.0.2.7", at=now - 5 * HOUR, **mail)
    again = seen("192.0.2.7", at=now - 3 * HOUR, **mail)
    other = seen("192.0.2.7", at=now, **(mail | {"act": "3210fedcba9876543210"}))
    assert (again.ban.rung, other.ban.rung) == (1, 2)
    assert "1, the same message was tried again: same rung (R9)" in run("explain", again.ban.reference).out
    assert run("explain", again.ban.reference, "--json").json["why"].endswith("(R9)")


def test_programs_get_everything(run, seen):
    ban = seen("192.0.2.7").ban
    seen("192.0.2.7", check="visit.trap", line=None)
    found = run("explain", ban.reference.lower(), "--json").json
    assert (found["reference"], found["why"], found["check"]["id"]) == (
        ban.reference,
        "first offence",
        "visit.sql-injection",
    )
    assert set(found["check"]["remedy"]) == {"en", "de"}
    assert found["counts"] == {"visit.sql-injection": 1, "visit.trap": 1}
    assert [offence["outcome"] for offence in found["offences"]] == ["ban", "evidence"]
    assert found["offences"][0]["evidence"] == '192.0.2.7 - - "GET /?id=1%27\x1b[2J\\xff HTTP/1.1" 200 1'
    assert found["repeat"]["rung"] == 2


def test_outsiders_are_told_in_german_too(run, seen, monkeypatch):
    """The ban reaches people who know no English."""
    reference = seen("192.0.2.7").ban.reference
    german = run("explain", reference, "--lang", "de").out
    for said in (
        f"Referenz   {reference}",
        "Stufe      1, erster Verstoß",
        "(in Kraft)",
        SQL.summary.de,
        "Hausordnung, Abschnitt 1.1: Keine Anfrage enthält Code",
        "Was gesehen wurde (visit.sql-injection)",
        "führt ein neuer Verstoß auf Stufe 2: 7d. Danach führt er auf Stufe 1.",
        SQL.remedy.de,
    ):
        assert said in german
    assert run("explain", reference, "--lang", "both").out == run("explain", reference).out + "\n" + german
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert run("explain", reference).out == german


def test_outsiders_are_told_whom_to_ask(run, seen):
    reference = seen("192.0.2.7").ban.reference
    asked = ("--set", "desk.contact=https://example.org/r/{reference}")
    address = f"https://example.org/r/{reference}"
    assert f"the reference. Contact: {address}\n" in run(*asked, "explain", reference).out
    assert f"die Referenz. Kontakt: {address}\n" in run(*asked, "explain", reference, "--lang", "de").out
    assert run(*asked, "explain", reference, "--json").json["contact"] == address
    assert "Contact" not in run("explain", reference).out


def test_a_house_rule_is_quoted(run, seen):
    """It is published nowhere else."""
    reference = seen("192.0.2.7").ban.reference
    assert "House rules s1.1: No request may carry code" in run("explain", reference).out
    clause = run("explain", reference, "--json").json["check"]["clause"]
    assert clause["de"].startswith("Hausordnung, Abschnitt 1.1: Keine Anfrage")


def test_a_limit_of_offences_says_so(run, seen):
    reference = seen("192.0.2.7").ban.reference
    seen("192.0.2.7")
    assert "visit.sql-injection 2, the first 1" in run("explain", reference, "--limit", "1").out


def test_a_ban_by_hand_has_no_check_and_names_the_operator(run):
    reference = run("ban", "192.0.2.7", "--rung", "1", "--reason", "spam run", "--json").json["reference"]
    answer = run("explain", reference)
    assert "set by the operator" in answer.out
    assert "What operators did" in answer.out
    assert run("explain", reference, "--json").json["check"] is None


def test_a_check_that_is_gone_does_not_hide_the_ban(run, seen):
    """Bans outlive checks that a later version dropped."""
    reference = seen("192.0.2.7", check="visit.of-long-ago").ban.reference
    answer = run("explain", reference)
    assert answer.code == 0
    assert "visit.of-long-ago" in answer.out


def test_the_ban_of_a_prefix_tells_what_was_seen_in_it(run, seen):
    for number in range(4):
        seen(f"2001:db8:0:{number}::1")
    (whole,) = [ban for ban in run("bans", "--json").lines if ban["network"] == "2001:db8::/56"]
    answer = run("explain", whole["reference"])
    assert "ladder.escalation" in answer.out
    assert "visit.sql-injection" not in answer.out.split("What was seen")[0]


def test_a_shared_network_is_explained(run):
    reference = run("ban", "100.64.1.1", "--rung", "1", "--reason", "x", "--json").json["reference"]
    assert "refused by HTTP and SMTP, not by the firewall" in run("explain", reference).out


@pytest.mark.parametrize(
    ("reference", "code", "said"),
    [("PF-7K3M-Q2XD", 1, "no ban carries the reference"), ("PF-7K3M-Q2XF", 2, "one was misread")],
)
def test_unknown_and_misread_references(run, state, reference, code, said):
    answer = run("explain", reference)
    assert answer.code == code
    assert said in answer.err


@pytest.mark.parametrize(
    ("ban", "regulation", "rung", "until", "later"),
    [
        (BAN, Regulation(), 2, NOON + HOUR + DAY, 1),
        (replace(BAN, rung=4), Regulation(), 4, NOON + HOUR + 30 * DAY, 1),
        (replace(BAN, rung=2, reach=Reach.APPLICATION), Regulation(), 2, NOON + HOUR + 7 * DAY, 1),
        (BAN, Regulation(anchor="violation"), 2, NOON + DAY, 1),
        (replace(BAN, rung=3), Regulation(reset="step_down"), 4, NOON + HOUR + 30 * DAY, 2),
        (replace(BAN, lifted=NOON + HOUR / 2), Regulation(), 2, NOON + HOUR / 2 + DAY, 1),
    ],
)
def test_what_a_repeat_leads_to(ban, regulation, rung, until, later):
    repeat = repeat_of(ban, regulation)
    assert (repeat.rung, repeat.until, repeat.later) == (rung, until, later)
    assert repeat.length == regulation.duration(rung)


def test_after_an_amnesty_the_ladder_starts_anew(run, seen):
    assert repeat_of(replace(BAN, lifted=NOON, amnesty=True), Regulation()) is None
    reference = seen("192.0.2.7").ban.reference
    run("lift", reference, "--reason", "x")
    assert "The history is forgiven" in run("explain", reference).out
    assert run("explain", reference, "--json").json["repeat"] is None
