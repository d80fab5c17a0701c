"""Whatever a client sends as a message, every check judges it, and no reading goes on without end."""

from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pforte.mail.checks import CHECKS
from pforte.mail.checks.declaration import MOST_OBSERVED, Stage
from pforte.mail.checks.long_line import LONGEST, find_long_line
from pforte.mail.facts import Facts, House
from pforte.mail.fields.content import file_name, read_content
from pforte.mail.fields.date import read_date
from pforte.mail.fields.encoded_words import decode_words
from pforte.mail.fields.mailboxes import read_mailboxes
from pforte.mail.fields.message_id import read_message_id
from pforte.mail.fields.tokens import MalformedError
from pforte.mail.message import Message
from pforte.mail.session import Envelope, Session
from pforte.mail.structure import MOST_PARTS

SIGNS = [
    *(
        b"From",
        b"Date",
        b"Message-ID",
        b"Subject",
        b"To",
        b"Sender",
        b"Content-Type",
        b"Received",
        b"\xfc",
        b"\x00",
    ),
    *(
        b"Content-Transfer-Encoding",
        b"Content-Disposition",
        b"multipart/mixed",
        b"message/rfc822",
        b"text/html",
    ),
    *(
        b"; boundary=b",
        b'; boundary="',
        b"; charset=",
        b"; filename*0*=utf-8''%C3",
        b"base64",
        b"quoted-printable",
    ),
    *(
        b"\r\n",
        b"\n",
        b"\r\n\r\n",
        b"\n\n",
        b"\n--b",
        b"\n--b\n",
        b"\n--b--\n",
        b"--",
        b" ",
        b"\t",
        b": ",
        b":",
        b";",
    ),
    *(
        b"<",
        b">",
        b"@",
        b",",
        b'"',
        b"\\",
        b"(",
        b")",
        b"[",
        b"]",
        b".",
        b"a",
        b"a.example",
        b"=?utf-8?q?",
        b"?=",
    ),
    *(b"=?", b"?b?", b"QUJD", b"=C3", b"=\n", b"Tue, ", b"24 Nov 2026 ", b"12:00:00", b"+0000", b"x" * 999),
]
octets = st.one_of(st.binary(max_size=400), st.lists(st.sampled_from(SIGNS), max_size=80).map(b"".join))
text = octets.map(lambda raw: raw.decode("utf-8", "surrogateescape"))


def judge(raw: bytes, *parameters: str):
    facts = Facts(
        now=datetime(2026, 11, 24, tzinfo=UTC),
        house=House(),
        session=Session(address=ip_address("192.0.2.1")),
        envelope=Envelope(sender="", parameters=parameters, recipients=("a@x.example",)),
        message=Message(raw),
    )
    for check in CHECKS:
        finding = check.judge(facts) if check.stage is Stage.MESSAGE else None
        if finding is not None:
            assert len(finding.observed) <= MOST_OBSERVED
            assert check.said(finding)
            assert check.said(finding, "de")
    return facts.message


@settings(max_examples=400, deadline=None)
@given(octets)
@example(b"Content-Type: multipart/mixed; boundary=\n\n--")
def test_any_octets_are_a_message(raw):
    message = judge(raw, "SMTPUTF8")
    assert raw.startswith(b"".join(field.raw for field in message.fields))
    parts = message.structure.parts
    assert 1 <= len(parts) <= MOST_PARTS
    for part in parts:
        assert 0 <= part.start <= part.end <= len(raw)
        part.text()
        assert isinstance(part.file_name, str)


@settings(max_examples=300, deadline=None)
@given(text)
def test_any_text_is_read_or_refused_by_each_grammar(value):
    for box in read_mailboxes(value).boxes:
        assert box.local
        assert box.domain
        assert isinstance(box.shown, str)
    decode_words(value)
    content = read_content(value, slashed=True)
    file_name(read_content(value), content)
    for read in (read_date, read_message_id):
        with suppress(MalformedError):
            read(value)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1200), st.sampled_from([b"\n", b"\r\n", b"\r"])), max_size=6),
    st.integers(0, 1200),
)
def test_long_lines_are_found_as_by_splitting(lines, rest):
    raw = b"".join(b"a" * length + end for length, end in lines) + b"a" * rest
    at, expected = 0, -1
    for line in raw.split(b"\n"):
        ended = at + len(line) < len(raw)
        if len(line.removesuffix(b"\r") if ended else line) > LONGEST:
            expected = at
            break
        at += len(line) + 1
    assert find_long_line(raw) == expected


HOSTILE = [
    b"A: 1\n" * 1_000_000,
    b"\n" + b"a" * 20_000_000,
    b"From: " + b"(" * 260_000,
    b"From: " + b"a@b," * 60_000,
    b"From: " + b"<" * 260_000,
    b"From: a " + b": " * 130_000,
    b'From: "' + b"\\" * 260_000,
    b"Subject: " + b"=?utf-8?q?a" * 20_000,
    b"Subject: " + b"=?utf-8?q?a?= " * 18_000,
    b"Content-Type: a/b" + b'; x="' * 50_000,
    b"Content-Type: a/b" + b"; x*1=a" * 36_000,
    b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 1_000_000,
    b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b \t \t " * 1_000_000,
    b"Content-Type: multipart/mixed; boundary=-\n\n" + b"-" * 10_000_000,
    b"Content-Type: message/rfc822\n\n" * 300_000,
]


def test_hostile_messages_are_judged():
    """A grammar that took more than linear time would hold the tests up for hours."""
    for raw in HOSTILE:
        judge(raw)
