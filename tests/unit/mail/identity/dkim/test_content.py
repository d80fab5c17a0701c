"""Finding header fields from the bottom up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signing_keys import BODY, FIELDS

from pforte.mail.identity.dkim.canonical import Form, digest_body
from pforte.mail.identity.dkim.content import Content


@pytest.mark.standard("6376:5.4.2")
def test_a_name_that_stands_twice_means_the_last_field_first():
    content = Content([b"A: 1\r\n", b"B: 2\r\n", b"a : 3\r\n"], b"")
    assert list(content.select([b"a", b"b", b"a"], Form.RELAXED)) == [b"a:3\r\n", b"b:2\r\n", b"a:1\r\n"]


def test_a_name_without_a_field_means_nothing():
    content = Content([b"A: 1\r\n"], b"")
    assert list(content.select([b"a", b"a", b"c"], Form.SIMPLE)) == [b"A: 1\r\n"]


def test_the_field_of_the_signature_itself_is_not_signed_by_its_name():
    content = Content([b"S: new\r\n", b"S: old\r\n"], b"")
    assert list(content.select([b"s", b"s"], Form.RELAXED, but=0)) == [b"s:old\r\n"]


def test_lines_without_a_colon_are_no_fields():
    content = Content([b"from\r\n", b"From: a\r\n"], b"")
    assert list(content.places(b"from")) == [1]


@given(st.sampled_from(Form), st.sampled_from([None, 0, 7]))
def test_lone_line_feeds_end_lines_as_in_files(form, length):
    """A message from a file verifies like the same message from the wire."""
    unix = Content([field.replace(b"\r\n", b"\n") for field in FIELDS], BODY.replace(b"\r\n", b"\n"))
    assert unix.fields == FIELDS
    assert unix.digest(form, length) == digest_body(BODY, form, [length])[length]


def test_on_the_wire_a_lone_line_feed_ends_no_line():
    """Otherwise a message could be changed on the way without anybody seeing it."""
    wire = Content(FIELDS, b"a \n\r\n").digest(Form.RELAXED, None)
    assert wire == digest_body(b"a \n\r\n", Form.RELAXED, [None])[None]
    assert wire != digest_body(b"a \r\n\r\n", Form.RELAXED, [None])[None]


def test_the_body_may_be_a_view():
    content = Content(FIELDS, memoryview(b"head" + BODY)[4:])
    assert content.digest(Form.SIMPLE, None) == digest_body(BODY, Form.SIMPLE, [None])[None]


def test_hashes_that_are_expected_are_made_in_one_go(monkeypatch):
    """Fifty signatures over as many lengths of one large body cost one reading of it."""
    calls = []
    monkeypatch.setattr(
        "pforte.mail.identity.dkim.content.digest_body",
        lambda *asked: calls.append(asked) or digest_body(*asked),
    )
    content = Content(FIELDS, BODY)
    for length in (*range(50), None):
        content.expect(Form.RELAXED, length)
    for length in (*range(50), None, 7):
        assert content.digest(Form.RELAXED, length) == digest_body(BODY, Form.RELAXED, [length])[length]
    assert len(calls) == 1
