"""`pforte mail report` counts what was refused and what would have been."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest

from pforte.clock import SystemClock
from pforte.mail.case import KeptFinding, MailCase
from pforte.mail.checks.declaration import Action
from pforte.register import Register


@pytest.fixture
def judged(state):
    now = datetime.now(UTC)  # noqa: TID251  the commands read the real clock

    def case(check, action, wanted, ago=timedelta(hours=1)):
        finding = KeptFinding(
            check=check, action=action, wanted=wanted, observed=b"proof \x1b[2J", expected="right"
        )
        return MailCase(
            at=now - ago,
            address=ip_address("192.0.2.1"),
            sender="anna@sender.example",
            recipients=("b@pforte.example",),
            action=action,
            wanted=wanted,
            findings=(finding,),
            header=b"Subject: x\r\n",
        )

    with Register.open(state, SystemClock()) as register:
        filed = register.file_mails(
            [
                case("mail.fcrdns", Action.REJECT, Action.REJECT),
                case("mail.fcrdns", Action.REJECT, Action.REJECT),
                case("mail.tls", Action.WATCH, Action.REJECT),
                case("mail.tls", Action.WATCH, Action.REJECT, timedelta(days=30)),
            ]
        )
        hour = (now - timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
        register.count_mails({(hour, "off"): 96, (hour, "reject"): 3, (hour, "watch"): 1}, {})
    return filed


def test_people_read_shares_and_examples(run, judged):
    answer = run("mail", "report")
    assert answer.code == 0
    assert "100 mails since" in answer.out
    assert "3 refused (3.00 %)" in answer.out
    assert "watch (would reject)" in answer.out
    assert judged[0].reference in answer.out
    assert judged[3].reference not in answer.out
    assert "\x1b" not in answer.out


def test_json_has_everything(run, judged):
    found = run("mail", "report", "--json", "--examples", "1").json
    assert (found["mails"], found["by_action"]["reject"]) == (100, 3)
    assert found["checks"][0] == {
        "check": "mail.fcrdns",
        "wanted": "reject",
        "action": "reject",
        "mails": 2,
        "share": 0.02,
    }
    assert [len(cases) for cases in found["examples"].values()] == [1, 1]


def test_one_check_and_a_longer_period_can_be_asked_for(run, judged):
    found = run("mail", "report", "--check", "mail.tls", "--since", "60d", "--json").json
    assert [(each["check"], each["mails"]) for each in found["checks"]] == [("mail.tls", 2)]


def test_nothing_is_said_to_be_nothing(run, state):
    answer = run("mail", "report")
    assert answer.code == 0
    assert "0 mails since" in answer.out
    assert "no check saw anything" in answer.err


def test_a_check_that_there_is_not_is_named(run, state):
    assert run("mail", "report", "--check", "mail.fcrdn").code == 2
