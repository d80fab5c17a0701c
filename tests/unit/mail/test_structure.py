"""The parts of a message are found, decoded on demand, and never more than their bounds (RFC 2045, RFC 2046)."""

import pytest

from pforte.mail.message import Message
from pforte.mail.structure import MOST_DELIMITERS, MOST_DEPTH, MOST_PARTS, MOST_WRONGS, Fault

MIXED = b"""Content-Type: multipart/mixed; boundary="b1"

preamble
--b1
Content-Type: multipart/alternative; boundary=b2

--b2
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe=
!
--b2
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: BASE64

PGI+aGk8
L2I+

--b2--
--b1 \t
Content-Type: application/pdf; name=old.pdf
Content-Disposition: attachment; filename="new.pdf"
Content-Transfer-Encoding: base64

AAEC
--b1
Content-Type: message/rfc822

From: a@x.example
Content-Type: text/html

<p>
--b1--
epilogue
--b1
"""


def structure(raw: bytes):
    return Message(raw).structure


def both(raw: bytes):
    return (raw, raw.replace(b"\n", b"\r\n"))


@pytest.mark.standard("2046:5.1.1")
@pytest.mark.parametrize("raw", both(MIXED), ids=["lf", "crlf"])
def test_parts_stand_in_their_order_with_their_depth(raw):
    found = structure(raw)
    assert [(part.kind, part.depth) for part in found.parts] == [
        ("multipart/mixed", 0),
        ("multipart/alternative", 1),
        ("text/plain", 2),
        ("text/html", 2),
        ("application/pdf", 1),
        ("message/rfc822", 1),
        ("text/html", 2),
    ]
    assert found.wrongs == ()
    assert found.excess is None
    plain, html, pdf, inner = found.leaves
    assert plain.text() == "Grüße!"
    assert html.text() == "<b>hi</b>"
    assert (pdf.file_name, pdf.disposition.kind, pdf.decoded()) == ("new.pdf", "attachment", b"\x00\x01\x02")
    assert inner.text() == "<p>"


def test_a_message_without_mime_is_one_text():
    (part,) = structure(b"A: 1\n\nhi \xfc\n").parts
    assert (part.kind, part.encoding, part.is_container) == ("text/plain", "7bit", False)
    assert part.text() == "hi ü\n"
    assert part.text(2) == "hi"
    assert part.file_name == ""


@pytest.mark.standard("2046:5.1.5")
def test_parts_of_a_digest_are_messages():
    found = structure(b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: a\n\ntext\n--b--\n")
    assert [part.kind for part in found.parts] == ["multipart/digest", "message/rfc822", "text/plain"]
    assert found.parts[-1].decoded() == b"text"


@pytest.mark.parametrize(
    ("octets", "decoded"),
    [
        (b"QUJD", b"ABC"),
        (b"QU\r\nJD!\r\n", b"ABC"),
        (b"QUI=", b"AB"),
        (b"QUI=\n_____\nlist footer", b"AB"),
        (b"QUI", b"AB"),
        (b"QUJDR", b"ABC"),
        (b"=", b""),
    ],
)
def test_base64_is_read_whatever_stands_in_it(octets, decoded):
    (part,) = structure(b"Content-Transfer-Encoding: base64\n\n" + octets).parts
    assert part.decoded() == decoded


def test_only_so_much_is_decoded_as_is_wanted():
    (part,) = structure(b"Content-Transfer-Encoding: base64\n\n" + b"QUJD" * 1000).parts
    assert part.decoded(8) == b"ABCABC"


def head(value: bytes, body: bytes = b"--b\n\nx\n--b--\n") -> bytes:
    return b"Content-Type: " + value + b"\n\n" + body


FAULTS = [
    (head(b"multipart/mixed"), Fault.NO_BOUNDARY),
    (head(b"multipart/mixed; boundary=c"), Fault.NO_PART),
    (head(b"multipart/mixed; boundary=b", b"--b--\n"), Fault.NO_PART),
    (head(b"multipart/mixed; boundary=b", b"--bc\n\nx\n--b x\n"), Fault.NO_PART),
    (head(b"multipart/mixed; boundary=b; boundary=c"), Fault.TWO_MEANINGS),
    (b"Content-Type: text/html\nContent-type: text/plain\n\n", Fault.TWO_MEANINGS),
    (b"Content-Disposition: inline\nContent-Disposition: attachment\n\n", Fault.TWO_MEANINGS),
    (head(b"text"), Fault.NO_TYPE),
    (b"Content-Transfer-Encoding: 9bit\n\n", Fault.ENCODING),
    (b"Content-Transfer-Encoding: base64\n" + head(b"multipart/mixed; boundary=b"), Fault.ENCODED_CONTAINER),
    (b"Content-Transfer-Encoding: base64\n" + head(b"message/rfc822", b"QQ=="), Fault.ENCODED_CONTAINER),
    (head(b'multipart/mixed; boundary="b@"', b"--b@\n\n--b@--"), Fault.BOUNDARY),
    (
        head(b"multipart/mixed; boundary=" + b"b" * 71, b"--" + b"b" * 71 + b"\n\n--" + b"b" * 71 + b"--"),
        Fault.BOUNDARY,
    ),
    (head(b"multipart/mixed; boundary=b", b"--b\n\nx"), Fault.NOT_CLOSED),
    (head(b"text/plain; charset=nobody"), Fault.CHARSET),
]


@pytest.mark.parametrize(("raw", "fault"), FAULTS)
def test_faults_are_named_with_their_proof(raw, fault):
    (wrong,) = structure(raw).wrongs
    assert wrong.fault is fault
    assert wrong.proof.strip() in raw + b"--c"


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: text/plain\nContent-Type: TEXT/plain\n\n",
        head(b"multipart/mixed; boundary=b; boundary=b"),
        head(b"application/x; charset=nobody"),
        head(b"multipart/mixed; boundary=b", b"--b\n--b--\n"),
        head(b"multipart/mixed; boundary=b", b"--b\nno header\n--b--\n"),
        head(b"multipart/mixed; boundary=b", b"--b\n\n--b--"),
    ],
)
def test_what_is_no_fault(raw):
    assert structure(raw).wrongs == ()


def test_a_part_without_lines_is_empty():
    found = structure(head(b"multipart/mixed; boundary=b", b"--b\n--b\n\n--b--\n"))
    assert [part.decoded() for part in found.leaves] == [b"", b""]


def test_only_so_many_parts_are_looked_at():
    found = structure(head(b"multipart/mixed; boundary=b", b"--b\n\nx\n" * (10 * MOST_PARTS)))
    assert "parts" in found.excess.en
    assert len(found.parts) <= MOST_PARTS
    enough = head(b"multipart/mixed; boundary=b", b"--b\n\nx\n" * (MOST_PARTS - 1) + b"--b--\n")
    assert structure(enough).excess is None


def nested(levels: int) -> bytes:
    raw = b"Content-Type: text/plain\n\nx"
    for level in range(levels):
        raw = head(b"multipart/mixed; boundary=b%d" % level, b"--b%d\n%s\n--b%d--\n" % (level, raw, level))
    return raw


def test_only_so_many_levels_are_looked_at():
    assert structure(nested(MOST_DEPTH)).excess is None
    assert "levels" in structure(nested(MOST_DEPTH + 1)).excess.en
    forwarded = b"Content-Type: message/rfc822\n\n" * (MOST_DEPTH + 1)
    assert "levels" in structure(forwarded).excess.en


def test_lines_that_only_look_like_delimiters_are_bounded():
    found = structure(head(b"multipart/mixed; boundary=b", b"--bc\n" * (MOST_DELIMITERS + 1)))
    assert "delimiter" in found.excess.en


def test_the_header_of_a_part_is_bounded():
    fields = head(b"multipart/mixed; boundary=b", b"--b\n" + b"A: 1\n" * 101 + b"\n--b--\n")
    assert "fields" in structure(fields).excess.en
    octets = head(b"multipart/mixed; boundary=b", b"--b\n" + b"A" * 70_000 + b"\n--b--\n")
    assert "octets" in structure(octets).excess.en


def test_faults_that_are_kept_are_bounded():
    body = b"--b\nContent-Type: x\n\n" * 200 + b"--b--"
    assert len(structure(head(b"multipart/mixed; boundary=b", body)).wrongs) == MOST_WRONGS
