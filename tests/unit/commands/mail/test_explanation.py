"""A judged mail is explained under its reference as a ban is."""

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from pforte.clock import SystemClock
from pforte.mail.case import KeptFinding, MailCase
from pforte.mail.checks import CHECKS
from pforte.mail.checks.declaration import Action
from pforte.register import Register

FCRDNS = next(check for check in CHECKS if check.id == "mail.fcrdns")


@pytest.fixture
def reference(state):
    finding = KeptFinding(
        check="mail.fcrdns",
        action=Action.REJECT,
        wanted=Action.REJECT,
        observed=b"proof \x1b[2J",
        expected="a name",
        values={"address": "192.0.2.1", "what": "does not exist", "was": "gibt es nicht"},
    )
    gone = KeptFinding(
        check="mail.gone", action=Action.WATCH, wanted=Action.REJECT, observed=b"", expected="right"
    )
    case = MailCase(
        at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        address=ip_address("192.0.2.1"),
        helo="mail.example",
        sender="",
        recipients=("b@pforte.example",),
        action=Action.REJECT,
        wanted=Action.REJECT,
        findings=(finding, gone),
        header=b"Subject: \xff\r\n",
    )
    with Register.open(state, SystemClock()) as register:
        return register.file_mails([case])[0].reference


def test_people_read_what_was_wrong_and_what_to_do(run, reference):
    answer = run("--set", "desk.contact=https://pforte.example/r/{reference}", "explain", reference)
    assert answer.code == 0
    for said in (
        "reverse DNS of 192.0.2.1 does not exist",
        "RFC 8601 s3",
        FCRDNS.remedy.en[:40],
        "mail.gone: recorded only",
        f"https://pforte.example/r/{reference}",
    ):
        assert said in answer.out
    assert "\x1b" not in answer.out


def test_it_is_told_in_german_too(run, reference):
    answer = run("explain", reference, "--lang", "both")
    assert "die Rückwärtsauflösung von 192.0.2.1 gibt es nicht" in answer.out
    assert "mail.fcrdns: refused" in answer.out
    assert "mail.fcrdns: abgelehnt" in answer.out


def test_json_has_both_languages_and_the_header(run, reference):
    found = run("explain", reference, "--json").json
    assert (found["reference"], found["action"], found["sender"]) == (reference, "reject", "")
    assert found["header"] == "Subject: \\xff\r\n"
    first, second = found["findings"]
    assert first["reply"] == "550 5.7.25"
    assert first["said"]["de"] == "die Rückwärtsauflösung von 192.0.2.1 gibt es nicht"
    assert first["remedy"]["de"] == FCRDNS.remedy.de
    assert "standard" not in second
