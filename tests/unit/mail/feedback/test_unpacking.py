"""What reports come in: gzip, zip, mail, and what tries to be more than it looks."""

import base64
import gzip
import io
import zipfile

import pytest

from pforte.mail.feedback.limits import DEFAULT_LIMITS, Limits, ReportError
from pforte.mail.feedback.unpacking import unpack

DOCUMENT = b"<feedback/>"


def unpacked(raw, **limits):
    return list(unpack(raw, Limits(**limits)))


def gzipped(content):
    return gzip.compress(content, mtime=0)


def zipped(*files, method=zipfile.ZIP_DEFLATED):
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", method) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return into.getvalue()


def mail(content, kind="application/gzip", name="a!b!1!2.xml.gz"):
    return (
        b"Received: from x\r\nSubject: Report Domain: example.org\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nfor people\r\n--b\r\n'
        + f'Content-Type: {kind}\r\nContent-Disposition: attachment; filename="{name}"\r\n'.encode()
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(content)
        + b"\r\n--b--\r\n"
    )


@pytest.mark.standard("9990:3.5.2")
@pytest.mark.parametrize(
    "raw",
    [
        DOCUMENT,
        gzipped(DOCUMENT),
        gzipped(DOCUMENT) + b"\0\0\0",
        gzipped(DOCUMENT[:5]) + gzipped(DOCUMENT[5:]),
        zipped(("a.xml", DOCUMENT)),
        zipped(("folder/", b""), ("folder/a.xml", DOCUMENT), method=zipfile.ZIP_STORED),
        mail(gzipped(DOCUMENT)),
        mail(zipped(("a.xml", DOCUMENT)), kind="application/zip", name="x.zip"),
        mail(DOCUMENT, kind="text/xml", name=""),
        mail(gzipped(DOCUMENT), kind="application/octet-stream"),
        b"From somebody Mon Jan 1\n" + mail(DOCUMENT, kind="text/xml"),
    ],
)
def test_documents_are_taken_out(raw):
    assert unpacked(raw) == [DOCUMENT]


@pytest.mark.parametrize("raw", [b'{"a":1}', b"<x:feedback/>", b"", b"\xff\xfe<\0"])
def test_what_is_packed_in_nothing_stays_as_it_is(raw):
    assert unpacked(raw) == [raw]


def test_several_documents_are_yielded_up_to_a_bound():
    raw = zipped(("a.xml", b"<a/>"), ("b.xml", b"<b/>"))
    assert unpacked(raw) == [b"<a/>", b"<b/>"]
    with pytest.raises(ReportError, match="more than 1 files"):
        unpacked(raw, most_documents=1)


@pytest.mark.parametrize(
    "raw",
    [
        gzipped(bytes(2_000_000)),
        gzipped(bytes(600_000)) * 2,
        zipped(("a.xml", bytes(2_000_000))),
        zipped(("a.xml", bytes(600_000)), ("b.xml", bytes(600_000))),
        mail(gzipped(bytes(2_000_000))),
    ],
)
def test_a_bomb_is_not_unpacked(raw):
    with pytest.raises(ReportError, match="unpacks to more than 1,000,000 octets"):
        unpacked(raw, most_octets=1_000_000)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (gzipped(DOCUMENT)[:-9], "cut off"),
        (b"\x1f\x8bnonsense", "gzip data are damaged"),
        (b"PK\x03\x04nonsense", "zip data are damaged"),
        (zipped(("a.xml", DOCUMENT * 9))[:-30], "zip data are damaged"),
        (zipped(("a.xml", DOCUMENT), method=zipfile.ZIP_BZIP2), "of a kind that reports do not come in"),
        (gzipped(gzipped(gzipped(DOCUMENT))), "too many wrappings"),
        (gzipped(b"x") * 40, "more than 16 gzip files"),
        (b"Subject: x\r\n\r\nno report here", "mail without a report"),
        (b"x" * 200, "larger than 100 octets"),
    ],
)
def test_what_is_damaged_is_told(raw, why):
    limits = {"most_octets": 100} if why.startswith("larger") else {}
    with pytest.raises(ReportError, match=why):
        unpacked(raw, **limits)


def test_a_locked_archive_is_told():
    raw = bytearray(zipped(("a.xml", DOCUMENT)))
    for at in (raw.index(b"PK\x03\x04") + 6, raw.index(b"PK\x01\x02") + 8):
        raw[at] |= 1
    with pytest.raises(ReportError, match="damaged or locked"):
        unpacked(bytes(raw))


def test_a_mail_in_ten_thousand_wrappings_is_told():
    head = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(10_000))
    with pytest.raises(ReportError, match="mail"):
        unpacked(head)


def test_a_damaged_archive_does_not_speak_through_us():
    """The library quotes the name of a file, which whoever made the archive chose."""
    raw = zipped(("x" * 400, b"<a/>"))
    damaged = raw.replace(b"x" * 400, b"y" * 400, 1)  # the names at both places differ
    with pytest.raises(ReportError) as caught:
        list(unpack(damaged, DEFAULT_LIMITS))
    assert len(str(caught.value)) < 200
