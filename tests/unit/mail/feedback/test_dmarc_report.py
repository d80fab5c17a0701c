"""DMARC aggregate reports: what is in them, what is passed over, what makes them unreadable."""

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from pforte.mail.feedback.dmarc_report import Override, Published, Row, Sent, Signed, parse_dmarc_report
from pforte.mail.feedback.limits import Limits, ReportError


def parse(xml, **limits):
    return parse_dmarc_report(xml, Limits(**limits))


@pytest.mark.standard("9990:3.1.1.2")
def test_the_standards_sample_is_read(dmarc_xml):
    report = parse(dmarc_xml)
    assert (report.organization, report.contact) == ("Sample Reporter", "report_sender@example-reporter.com")
    assert report.report_id == "3v98abbp8ya9n3va8yr8oa3ya"
    assert (report.begin, report.end) == (
        datetime(1979, 8, 7, tzinfo=UTC),
        datetime(1979, 8, 7, 23, 59, 59, tzinfo=UTC),
    )
    assert report.published == Published(
        domain="example.com", p="quarantine", sp="none", np="none", testing="n", discovery="treewalk"
    )
    assert (report.errors, report.mistakes) == (("sp is no policy",), ())
    good, bad = report.rows
    assert good == Row(
        address=ip_address("192.0.2.123"),
        count=123,
        disposition="pass",
        dkim_aligned=True,
        spf_aligned=False,
        header_from="example.com",
        envelope_from="example.com",
        dkim=(Signed("example.com", "abc123", "pass"),),
        spf=(Sent("example.com", "fail"),),
    )
    assert (good.passed, good.why) == (True, "")
    assert (bad.passed, bad.count, bad.envelope_to) == (False, 7, "example.net")
    assert bad.overrides == (Override("mailing_list", "list.example.net"),)
    assert bad.why == (
        "DKIM fail for example.com with the key abc123 (body hash); SPF passed for list.example.net, which is not"
        " aligned"
    )


@pytest.mark.parametrize("namespace", [b"", b' xmlns="http://dmarc.org/dmarc-xml/0.1"'])
def test_reports_from_before_the_standard_are_read_too(dmarc_xml, namespace):
    """Most reporters write no namespace at all."""
    old = dmarc_xml.replace(b' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"', namespace)
    assert [row.count for row in parse(old).rows] == [123, 7]


@pytest.mark.standard("9990:5")
def test_elements_of_other_namespaces_are_extensions(dmarc_xml):
    foreign = dmarc_xml.replace(b"<ext:arc>some</ext:arc>", b"<ext:row><ext:count>9</ext:count></ext:row>")
    assert parse(foreign) == parse(dmarc_xml)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"192.0.2.123", b"192.0.2.1234", 'record 1: its source_ip "192.0.2.1234" is no IP address'),
        (b"<count>123<", b"<count>-3<", 'record 1: its count "-3" is no number of mails'),
        (b"<count>123<", b"<count>0<", 'record 1: its count "0" is no number of mails'),
        (b"<count>123<", b"<count>\xd9\xa3<", 'record 1: its count "٣" is no number of mails'),
        (
            b"<count>123<",
            b"<count>1" + b"0" * 40 + b"<",
            'record 1: its count "10000000000000000000" is no number of mails',
        ),
        (b"<count>123</count>", b"", "record 1: it has no count"),
        (b"<header_from>example.com</header_from></ident", b"</ident", "record 1: it has no header_from"),
        (b"row>", b"raw>", "record 1: it has no row, or no identifiers"),
    ],
)
def test_a_record_that_cannot_be_read_is_told_and_passed_over(dmarc_xml, old, new, told):
    """One bad record must not hide the others."""
    report = parse(dmarc_xml.replace(old, new))
    assert report.mistakes[0] == told
    assert len(report.rows) + len(report.mistakes) == 2


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"report_metadata>", b"metadata>", "it has no report_metadata"),
        (b"policy_published>", b"policy>", "it has no policy_published"),
        (b"Sample Reporter", b" ", "it has no org_name"),
        (b"302832000", b"yesterday", 'its begin "yesterday" is no time in seconds'),
        (b"302832000", b"9" * 30, 'its begin "99999999999999999999" is no time in seconds'),
        (b"<domain>Example.com</domain>", b"", "it has no domain"),
        (b"feedback", b"other", 'its root is "other" and not "feedback"'),
    ],
)
def test_a_report_without_its_head_is_none(dmarc_xml, old, new, why):
    with pytest.raises(ReportError) as told:
        parse(dmarc_xml.replace(old, new))
    assert str(told.value) == why


def test_what_is_read_is_bounded(dmarc_xml):
    with pytest.raises(ReportError, match="more than 1 records"):
        parse(dmarc_xml, most_records=1)
    broken = dmarc_xml.replace(b"<count>", b"<count>x")
    assert len(parse(broken, most_mistakes=1).mistakes) == 1
    assert parse(dmarc_xml.replace(b"Sample Reporter", b"x" * 900), most_characters=9).organization == "x" * 9


@pytest.mark.parametrize(
    ("dkim", "spf", "why"),
    [
        ((), (), "no DKIM signature"),
        ((Signed("a.example", "k", "pass"),), (), "the DKIM signature of a.example is good but not aligned"),
        ((Signed("", "", ""),), (Sent("", ""),), "DKIM unknown for no domain; SPF unknown for no domain"),
        (
            (),
            (Sent("a.example", "softfail", "not listed"),),
            "no DKIM signature; SPF softfail for a.example (not listed)",
        ),
        (
            tuple(Signed(f"{name}.example", "", "fail") for name in "abcd"),
            (),
            "DKIM fail for a.example; DKIM fail for b.example; DKIM fail for c.example",
        ),
    ],
)
def test_reasons_are_told_in_words(dkim, spf, why):
    row = Row(
        address=ip_address("192.0.2.1"),
        count=1,
        disposition="none",
        dkim_aligned=False,
        spf_aligned=False,
        dkim=dkim,
        spf=spf,
    )
    assert row.why == why
