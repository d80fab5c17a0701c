"""`pforte mail check` judges mails from files, alone, in folders and on several cores."""

import json
from email.utils import format_datetime

import pytest

from pforte.clock import SystemClock

ZONE = """
9.2.0.192.in-addr.arpa. PTR mail.sender.example.
mail.sender.example. A 192.0.2.9
sender.example. MX 10 mail.sender.example.
sender.example. TXT "v=spf1 ip4:192.0.2.9 -all"
"""
MAIL = (
    f"From: anna@sender.example\r\nTo: b@pforte.example\r\nDate: {format_datetime(SystemClock().now())}\r\n"
    "Message-ID: <1@sender.example>\r\nSubject: Lunch\r\n\r\nAt one?\r\n"
)
SESSION = (
    "--ip",
    "192.0.2.9",
    "--helo",
    "mail.sender.example",
    "--from",
    "anna@sender.example",
    "--tls",
    "TLSv1.3",
)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "mails"
    made.mkdir()
    (made / "a.eml").write_text(MAIL)
    (tmp_path / "zone").write_text(ZONE)
    return made


def test_a_good_mail_passes(run, folder, tmp_path):
    answer = run("mail", "check", str(folder / "a.eml"), *SESSION, "--dns", str(tmp_path / "zone"), "--json")
    assert answer.code == 0
    assert answer.json == {"file": str(folder / "a.eml"), "verdict": "pass", "reply": None, "findings": []}


def test_a_refusal_tells_reply_and_findings(run, folder, tmp_path):
    bad = [each.replace("192.0.2.9", "192.0.2.8") for each in SESSION]
    answer = run(
        "mail", "check", str(folder / "a.eml"), *bad, "--dns", str(tmp_path / "zone"), "--json", "--fail"
    )
    assert answer.code == 1
    assert answer.json["verdict"] == "reject"
    assert (
        answer.json["reply"] == "550 5.7.25 mail.fcrdns: reverse DNS of 192.0.2.8 does not exist (and 1 more)"
    )
    assert answer.json["findings"][0] == {
        "check": "mail.fcrdns",
        "mode": "reject",
        "observed": "192.0.2.8 has no name: the DNS holds no PTR record for it",
        "expected": "a PTR record whose name has this address",
        "standard": "RFC 8601 s3",
        "temporary": False,
    }
    people = run("mail", "check", str(folder / "a.eml"), *bad, "--dns", str(tmp_path / "zone"))
    assert people.code == 0
    assert people.out.startswith("550 5.7.25 mail.fcrdns: ")
    assert "RFC 8601 s3" in people.out


def test_without_the_dns_nothing_is_judged_by_it(run, folder):
    assert (
        run("mail", "check", str(folder / "a.eml"), "--ip", "192.0.2.8", "--json").json["verdict"] == "pass"
    )


def test_the_session_stands_beside_the_mail(run, folder, tmp_path):
    told = {"ip": "192.0.2.9", "helo": "one", "from": "", "rcpt": ["x@pforte.example"], "tls": "none"}
    (folder / "a.eml.session.json").write_text(json.dumps(told))
    answer = run("mail", "check", str(folder), "--dns", str(tmp_path / "zone"), "--json")
    assert [each["file"] for each in answer.lines] == [str(folder / "a.eml")]
    assert [each["check"] for each in answer.json["findings"]][:2] == ["mail.tls", "mail.helo"]


def test_many_mails_are_judged_in_order_whatever_the_number_of_processes(run, folder):
    for number in range(40):
        (folder / f"m{number:02}.eml").write_text(MAIL)
    lines = [run("mail", "check", str(folder), "--json", "--jobs", jobs).lines for jobs in ("1", "2")]
    assert lines[0] == lines[1]
    assert [each["file"] for each in lines[0]] == sorted(each["file"] for each in lines[0])
    assert len(lines[0]) == 41


def test_what_cannot_be_read_is_named_and_the_rest_judged(run, folder):
    (folder / "b.eml").write_text(MAIL)
    (folder / "b.eml.session.json").write_text('{"helo": "x", "hello": "y"}')
    answer = run("mail", "check", str(folder), str(folder / "absent.eml"), "--json")
    assert answer.code == 3
    assert [each.get("verdict") for each in answer.lines] == ["pass", None, None]
    assert answer.lines[1]["error"].endswith('b.eml.session.json: unknown key "hello"; did you mean "helo"?')
    assert "No such file" in answer.lines[2]["error"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--ip", "nobody"), "is not an IP address"),
        (("--dns", "absent.zone"), "absent.zone"),
    ],
)
def test_wrong_options_are_named(run, folder, arguments, said):
    answer = run("mail", "check", str(folder / "a.eml"), *arguments)
    assert answer.code in (1, 2)
    assert said in answer.err


def test_a_line_of_a_mailbox_file_is_no_header(run, folder):
    (folder / "a.eml").write_text("From anna@sender.example Sun Mar  1 12:00:00 2026\n" + MAIL)
    assert run("mail", "check", str(folder / "a.eml"), "--json").json["findings"] == []
