"""What a report is as a table and as an object is shown by ``pforte mail reports``; here what only a value shows."""

from pathlib import Path

from pforte.commands.mail.feedback_views import print_reports, report_json
from pforte.mail.feedback.reading import read_reports

SAMPLES = Path(__file__).parents[3] / "samples" / "feedback"
RFC9990 = (SAMPLES / "rfc9990.xml").read_bytes()


def test_nothing_is_said_of_no_reports(capsys):
    print_reports([], everything=False)
    assert capsys.readouterr() == ("", "")


def test_a_report_without_failures_shows_none(capsys):
    end = RFC9990.rindex(b"<record>")
    (report,) = read_reports(RFC9990[:end] + b"</feedback>")
    print_reports([report], everything=False)
    assert "What failed" not in capsys.readouterr().out


def test_what_was_not_said_is_null():
    (report,) = read_reports(RFC9990.replace(b"<sp>none</sp>", b""))
    shown = report_json(report, file="f", twice=False)
    assert shown["policy"]["sp"] is None
    assert shown["rows"][0]["envelope_to"] is None
