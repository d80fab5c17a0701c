"""TLS reports: what is in them, what is passed over, what makes them unreadable."""

import json
from datetime import UTC, datetime

import pytest

from pforte.mail.feedback.limits import Limits, ReportError
from pforte.mail.feedback.tls_report import MEANINGS, Applied, Failure, parse_tls_report


def parse(document, **limits):
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return parse_tls_report(raw, Limits(**limits))


@pytest.mark.standard("8460:4.4")
def test_the_standards_sample_is_read(tls_json):
    report = parse(tls_json)
    assert (report.organization, report.contact) == ("Company-X", "sts-reporting@company-x.example")
    assert (report.begin, report.end) == (
        datetime(2016, 4, 1, tzinfo=UTC),
        datetime(2016, 4, 1, 23, 59, 59, tzinfo=UTC),
    )
    assert report.mistakes == ()
    assert report.policies == (
        Applied(
            kind="sts",
            domain="company-y.example",
            policy=("version: STSv1", "mode: testing", "mx: *.mail.company-y.example"),
            hosts=("*.mail.company-y.example",),
            successful=5326,
            failed=303,
            failures=(
                Failure(
                    result="certificate-expired",
                    count=100,
                    sender="2001:db8:abcd:0012::1",
                    mx="mx1.mail.company-y.example",
                ),
                Failure(
                    result="validation-failure",
                    count=203,
                    sender="198.51.100.62",
                    mx="mx-backup.mail.company-y.example",
                    address="203.0.113.58",
                    reason="X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED",
                ),
            ),
        ),
    )


@pytest.mark.standard("8460:4.3")
@pytest.mark.parametrize("result", MEANINGS)
def test_each_result_is_told_in_words(result):
    assert Failure(result=result, count=1).why == MEANINGS[result]
    assert Failure(result=result, count=1, reason="X").why == f"{MEANINGS[result]} (X)"


def test_an_unknown_result_is_told_as_it_is():
    assert Failure(result="new-thing", count=1).why == "new-thing"
    assert Failure(result="", count=1).why == "no result was given"


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("organization-name",), "", "it has no organization-name"),
        (("report-id",), 7, "it has no report-id"),
        (("date-range",), None, "it has no start-datetime"),
        (("date-range", "end-datetime"), "soon", 'its end-datetime "soon" is no time of RFC 3339'),
        (("policies",), {}, "it has no policies"),
        (("policies", 0), [], "it has no policy-type"),
        (("policies", 0, "policy", "policy-domain"), None, "it has no policy-domain"),
    ],
)
def test_a_report_without_its_head_is_none(tls_json, path, value, why):
    inner = tls_json
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(ReportError) as told:
        parse(tls_json)
    assert str(told.value) == why


@pytest.mark.parametrize("count", [-1, True, "3", 1.5, 10**30, None])
def test_a_count_that_is_none_is_told_and_counts_as_nothing(tls_json, count):
    tls_json["policies"][0]["summary"]["total-failure-session-count"] = count
    report = parse(tls_json)
    assert report.policies[0].failed == 0
    assert report.mistakes == ("policy 1: its total-failure-session-count is no number of sessions",)


def test_what_is_missing_in_a_detail_is_empty(tls_json):
    tls_json["policies"][0]["failure-details"] = [{}, 7, {"result-type": 3}]
    assert parse(tls_json).policies[0].failures == (Failure(result="", count=0),) * 3
    tls_json["policies"][0]["failure-details"] = None
    assert parse(tls_json).policies[0].failures == ()


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff{}", b"[" * 100_000, b'{"a":' * 100_000, b"1" * 9000 + b"x"]
)
def test_what_is_no_json_is_no_report(raw):
    with pytest.raises(ReportError, match="no JSON"):
        parse(raw)


@pytest.mark.parametrize("document", [[], 7, None, "x"])
def test_what_is_no_object_is_no_report(document):
    with pytest.raises(ReportError, match="no policies"):
        parse(document)


def test_what_is_read_is_bounded(tls_json):
    details = tls_json["policies"][0]["failure-details"]
    report = parse(tls_json, most_elements=1)
    assert len(report.policies[0].failures) == 1
    assert report.mistakes == ("policy 1: more than 1 failure details",)
    tls_json["policies"] *= 2
    with pytest.raises(ReportError, match="more than 1 policies"):
        parse(tls_json, most_elements=1)
    details[0]["failure-reason-code"] = "x" * 50
    details[0]["failed-session-count"] = details[1]["failed-session-count"] = "x"
    report = parse(tls_json, most_characters=36, most_mistakes=1)
    assert report.policies[0].failures[0].reason == "x" * 36
    assert len(report.mistakes) == 1


def test_a_time_without_a_zone_is_utc_and_a_byte_order_mark_is_no_content(tls_json):
    tls_json["date-range"]["start-datetime"] = "2016-04-01T02:00:00"
    tls_json["date-range"]["end-datetime"] = "2016-04-01T02:00:00+02:00"
    report = parse(b"\xef\xbb\xbf" + json.dumps(tls_json).encode())
    assert (report.begin.hour, report.end.hour) == (2, 0)
