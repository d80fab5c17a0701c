"""A file is read by what is in it, not by its name."""

import gzip
import json

import pytest

from pforte.mail.feedback import DmarcReport, Limits, ReportError, TlsReport, read_reports


def test_reports_are_known_by_their_content(dmarc_xml, tls_json):
    raw = json.dumps(tls_json).encode()
    for packed in (lambda data: data, gzip.compress):
        (dmarc,) = read_reports(packed(dmarc_xml))
        (tls,) = read_reports(packed(raw))
        assert (type(dmarc), type(tls)) == (DmarcReport, TlsReport)
    (dmarc,) = read_reports(dmarc_xml.decode().replace("UTF-8", "UTF-16").encode("utf-16"))
    assert type(dmarc) is DmarcReport


@pytest.mark.parametrize("raw", [b"", b"hello", b"%PDF-1.7", gzip.compress(b"hello", mtime=0), b"\0" * 50])
def test_what_is_something_else_is_told(raw):
    with pytest.raises(ReportError, match="neither XML nor JSON"):
        list(read_reports(raw))


def test_the_limits_hold(dmarc_xml):
    with pytest.raises(ReportError, match="larger than 10 octets"):
        list(read_reports(dmarc_xml, Limits(most_octets=10)))
