"""A header is cut into fields, and never more is looked at than its bound (RFC 5322 s2.2)."""

import pytest

from pforte.mail.fields.field import Cut, Field, cut_header, split_fields


@pytest.mark.standard("5322:2.2.3")
def test_a_field_knows_its_octets_name_and_value():
    (field,) = split_fields(b"Subject : a\r\n b\r\n\tc\r\n")
    assert field.raw == b"Subject : a\r\n b\r\n\tc\r\n"
    assert field.name == b"Subject "
    assert field.key == b"subject"
    assert field.body == b" a\r\n b\r\n\tc"
    assert field.value == b"a b\tc"
    assert field.text == "a b\tc"


def test_octets_that_are_no_utf_8_are_kept():
    assert Field(b"A: \xfc\n", b"A").text.encode("utf-8", "surrogateescape") == b"\xfc"


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (b"", []),
        (b"A: 1\nB:2", [(b"A", b"1"), (b"B", b"2")]),
        (b" x\nA: 1\n", [(b"", b"x"), (b"A", b"1")]),
        (b"text\nA: 1\n", [(b"", b"text"), (b"A", b"1")]),
        (b"a\n b: c\n", [(b"", b"a b: c")]),
        (b": x\n", [(b"", b": x")]),
    ],
)
def test_headers_are_cut_at_their_lines(header, fields):
    assert [(field.name, field.value) for field in split_fields(header)] == fields


@pytest.mark.parametrize(
    ("raw", "cut"),
    [
        (b"A: 1\r\n\r\nbody", Cut(6, 8, ended=True)),
        (b"A: 1\n\nbody", Cut(5, 6, ended=True)),
        (b"A: 1\n\r\nbody", Cut(5, 7, ended=True)),
        (b"\r\n\r\nbody", Cut(0, 2, ended=True)),
        (b"\nA: 1\n\n", Cut(0, 1, ended=True)),
        (b"A: 1\r\n", Cut(6, 6, ended=True)),
        (b"", Cut(0, 0, ended=True)),
        (b"A: " + b"1" * 30 + b"\n\nbody", Cut(20, 20, ended=False)),
    ],
)
def test_a_header_ends_at_the_first_empty_line(raw, cut):
    assert cut_header(raw, 0, len(raw), 20) == cut


def test_only_what_lies_between_the_places_counts():
    raw = b"xx\nA: 1\n\nbody\n\n"
    assert cut_header(raw, 3, 7, 20) == Cut(7, 7, ended=True)
    assert cut_header(raw, 3, len(raw), 20) == Cut(8, 9, ended=True)
