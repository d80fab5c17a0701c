"""A message is cut once; what is asked of it is found, and never more is looked at than its bounds."""

import pytest

from pforte.mail.message import MOST_FIELDS, MOST_HEADER, Message

RAW = b"From: Anna <a@x.example>\r\nTo: b@x.example\r\nto: c@x.example\r\n\r\nbody\r\n"


def test_fields_are_found_by_name_in_their_order():
    message = Message(RAW)
    assert [field.value for field in message.all(b"to")] == [b"b@x.example", b"c@x.example"]
    assert message.first(b"to").value == b"b@x.example"
    assert message.first(b"cc") is None
    assert message.all(b"cc") == ()
    assert message.names == {b"from", b"to"}
    assert bytes(message.body) == b"body\r\n"
    assert message.excess is None


def test_lines_that_are_no_fields_have_no_name():
    assert [field.value for field in Message(b"text\nA: 1\n\n").all(b"")] == [b"text"]


@pytest.mark.parametrize(
    ("raw", "authors"),
    [
        (RAW, ["a@x.example"]),
        (b"From: a@x.example, b@x.example\n\n", ["a@x.example", "b@x.example"]),
        (b"From: a@x.example\nFrom: a@y.example\n\n", ["a@x.example", "a@y.example"]),
        (b"From: Meyer, Anna <a@x.example>\n\n", ["a@x.example"]),
        (b"From: Anna\n\n", []),
        (b"\n\n", []),
    ],
)
def test_authors_are_those_of_every_from_field(raw, authors):
    assert [author.address for author in Message(raw).authors] == authors


def test_mailboxes_are_read_once():
    message = Message(RAW)
    assert message.mailboxes(b"from") is message.mailboxes(b"from")
    assert message.mailboxes(b"cc") is None


def test_the_fields_that_are_looked_at_are_bounded():
    message = Message(b"A: 1\n" * (MOST_FIELDS + 1))
    assert len(message.fields) == MOST_FIELDS
    assert "header fields" in message.excess.en
    assert Message(b"A: 1\n" * MOST_FIELDS).excess is None


def test_the_header_that_is_looked_at_is_bounded():
    message = Message(b"A: " + b"1" * MOST_HEADER + b"\n\nbody")
    assert len(message.fields[0].raw) == MOST_HEADER
    assert "octets" in message.excess.en
    assert message.body_at == MOST_HEADER


def test_parts_that_are_too_many_are_excess_too():
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 1001
    assert "parts" in Message(raw).excess.en
