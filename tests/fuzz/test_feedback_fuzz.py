"""Anybody can send a report: reading one ends, stays bounded, and fails with a sentence or not at all."""

import gzip
import io
import json
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.mail.feedback import DmarcReport, Limits, ReportError, read_reports

LIMITS = Limits(most_octets=100_000, most_records=50, most_elements=100)
XML = (
    b"<feedback><report_metadata><org_name>o</org_name><report_id>r</report_id><date_range><begin>1</begin>"
    b"<end>2</end></date_range></report_metadata><policy_published><domain>d</domain><p>none</p></policy_published>"
    b"<record><row><source_ip>192.0.2.1</source_ip><count>1</count><policy_evaluated><dkim>fail</dkim>"
    b"</policy_evaluated></row><identifiers><header_from>d</header_from></identifiers></record></feedback>"
)
JSON = json.dumps(
    {
        "organization-name": "o",
        "report-id": "r",
        "date-range": {"start-datetime": "2020-01-01T00:00:00Z", "end-datetime": "2020-01-02T00:00:00Z"},
        "policies": [
            {
                "policy": {"policy-type": "sts", "policy-domain": "d"},
                "summary": {"total-failure-session-count": 1},
                "failure-details": [{"result-type": "certificate-expired", "failed-session-count": 1}],
            }
        ],
    }
).encode()
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["organization-name", "report-id", "date-range", "start-datetime", "end-datetime", "policies", "policy",
         "policy-type", "policy-domain", "policy-string", "mx-host", "summary", "failure-details", "result-type",
         "total-failure-session-count", "failed-session-count"]), inner, max_size=6),
    max_leaves=30,
)  # fmt: skip


def read(raw):
    """Read, and check what holds for every report."""
    reports, told = [], "none"
    try:
        reports.extend(read_reports(raw, LIMITS))
    except ReportError as error:
        told = str(error)
    assert 0 < len(told) < 300
    for report in reports:
        assert report.organization
        assert len(report.mistakes) <= LIMITS.most_mistakes
        if isinstance(report, DmarcReport):
            assert len(report.rows) <= LIMITS.most_records
            assert all(row.count > 0 and row.passed == (row.why == "") for row in report.rows)
        else:
            assert all(
                failure.why and failure.count >= 0 for each in report.policies for failure in each.failures
            )


@st.composite
def damaged(draw, raw):
    """Cut, repeat and overwrite bytes of something that is in order."""
    data = bytearray(raw)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        length = draw(st.integers(0, 12))
        data[at : at + length] = draw(st.binary(max_size=12) | st.just(bytes(data[at : at + length]) * 3))
    return bytes(data)


def zipped(raw):
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("a.xml"), raw)
    return into.getvalue()


MAIL = b"Subject: r\nContent-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n"


@settings(max_examples=300, deadline=None)
@given(st.one_of(damaged(XML), damaged(JSON), st.binary(max_size=200)))
def test_damaged_documents(raw):
    read(raw)


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        damaged(gzip.compress(XML, mtime=0)),
        damaged(zipped(XML)),
        damaged(MAIL + gzip.compress(JSON, mtime=0)),
    )
)
def test_damaged_packings(raw):
    read(raw)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_any_json(value):
    read(json.dumps(value).encode())
