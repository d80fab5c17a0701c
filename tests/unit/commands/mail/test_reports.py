"""The command ``pforte mail reports``."""

import gzip
import importlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pforte.__main__ import main
from pforte.commands.mail import COMMANDS

SAMPLES = Path(__file__).parents[3] / "samples" / "feedback"
RFC9990 = (SAMPLES / "rfc9990.xml").read_bytes()
RFC8460 = (SAMPLES / "rfc8460.json").read_bytes()


@pytest.mark.parametrize(("name", "summary"), COMMANDS)
def test_summaries_are_the_first_sentence_of_each_help(name, summary):
    """One text, so that the list cannot lie."""
    command = importlib.import_module(f"pforte.commands.mail.{name}").command
    assert " ".join(command.help.split("\n\n")[0].split()) == summary


def run(*arguments):
    return CliRunner().invoke(main, ["mail", "reports", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a report of each kind, one of them twice."""
    (tmp_path / "a.xml").write_bytes(RFC9990)
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(RFC8460))
    (tmp_path / "c.xml.gz").write_bytes(gzip.compress(RFC9990))
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.mark.standard("9990:3.5.4")
def test_reports_are_shown_as_tables_and_counted_once(folder):
    result = run(folder)
    assert result.exit_code == 0
    assert result.stdout == (
        "DMARC: 130 mails in 1 report, 7 failed\n"
        "SINCE                 REPORTED BY      DOMAIN       POLICY      MAILS  FAILED\n"
        "1979-08-07T00:00:00Z  Sample Reporter  example.com  quarantine  130    7\n"
        "\nWhat failed\n"
        "MAILS  SENT BY      AUTHOR       DONE                 WHY\n"
        "7      2001:db8::9  example.com  none (mailing_list)  DKIM fail for example.com with the key abc123"
        " (body hash); SPF passed for list.example.net, which is not aligned\n"
        "\n"
        "TLS: 5,629 sessions in 1 report, 303 failed\n"
        "SINCE                 REPORTED BY  DOMAIN             POLICY  SESSIONS  FAILED\n"
        "2016-04-01T00:00:00Z  Company-X    company-y.example  sts     5629      303\n"
        "\nWhat failed\n"
        "SESSIONS  DOMAIN             SERVER                            WHY\n"
        "203       company-y.example  mx-backup.mail.company-y.example  the connection could not be validated"
        " (X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED)\n"
        "100       company-y.example  mx1.mail.company-y.example        the certificate has expired\n"
        "\n"
    )
    assert "c.xml.gz: the report 3v98abbp8ya9n3va8yr8oa3ya came before and is counted once" in result.stderr
    assert "Sample Reporter says of our record: sp is no policy" in result.stderr


def test_programs_get_one_object_for_each_report(folder):
    result = run("--json", folder)
    assert result.exit_code == 0
    dmarc, tls, twice = map(json.loads, result.stdout.splitlines())
    assert (dmarc["kind"], tls["kind"], twice["kind"]) == ("dmarc", "tls", "dmarc")
    assert (dmarc["twice"], twice["twice"]) == (False, True)
    assert (dmarc["mails"], dmarc["failed"], dmarc["policy"]["p"]) == (130, 7, "quarantine")
    assert dmarc["rows"][1]["overrides"] == [{"kind": "mailing_list", "comment": "list.example.net"}]
    assert [row["passed"] for row in dmarc["rows"]] == [True, False]
    (policy,) = tls["policies"]
    assert (policy["successful"], policy["failures"][0]["why"]) == (5326, "the certificate has expired")


def test_what_cannot_be_read_is_told_and_hides_nothing(folder):
    (folder / "bad.xml").write_bytes(b"<feedback>")
    for arguments in ([], ["--json"]):
        result = run(folder / "bad.xml", folder / "none", folder / "a.xml", *arguments)
        assert result.exit_code == 3
        assert "130" in result.stdout
        assert "bad.xml" in result.output
        assert "no such file" in result.output.lower()


def test_the_most_frequent_failures_come_first_and_the_rest_is_counted(folder):
    record = RFC9990[RFC9990.rindex(b"<record>") : RFC9990.rindex(b"</feedback>")]
    more = b"".join(
        record.replace(b"2001:db8::9", b"192.0.2.%d" % number).replace(b">7<", b">%d<" % number)
        for number in range(10, 50)
    )
    (folder / "a.xml").write_bytes(RFC9990.replace(b"</feedback>", more + b"</feedback>"))
    short, long = run(folder / "a.xml"), run(folder / "a.xml", "--all")
    rows = [line.split()[:2] for line in short.stdout.partition("What failed")[2].splitlines()[2:] if line]
    assert rows[0] == ["49", "192.0.2.49"]
    assert len(rows) == 30
    assert "11 more; --all shows them" in short.stderr
    assert long.stdout.count("mailing_list") == 41


def test_words_of_others_do_not_speak_to_the_terminal(folder):
    (folder / "a.xml").write_bytes(
        RFC9990.replace(b"Sample Reporter", b"\xc2\x9b2J").replace(b"sp is", b"\xc2\x9b2J")
    )
    result = run(folder / "a.xml")
    assert "\x9b" not in result.output
    assert "\\x9b2J" in result.stdout
    assert "\\x9b2J" in result.stderr


def test_parts_that_are_passed_over_are_told(folder):
    (folder / "a.xml").write_bytes(
        RFC9990.replace(b"<count>7<", b"<count>seven<").replace(b"<testing>n", b"<testing>y")
    )
    result = run(folder / "a.xml")
    assert result.exit_code == 0
    assert 'passed over: record 2: its count "seven" is no number of mails' in result.stderr
    assert "quarantine, testing" in result.stdout
