"""Lists of mailboxes are read with all their old forms, and what is wrong is named (RFC 5322 s3.4, s4.4)."""

import pytest

from pforte.mail.fields.mailboxes import MOST_TOKENS, read_mailboxes

ONE = [
    ("a@b.example", "", "a", "b.example"),
    ("<a@b.example>", "", "a", "b.example"),
    ("Anna <a@b.example>", "Anna", "a", "b.example"),
    ("Anna Q. Meyer <a@b.example>", "Anna Q. Meyer", "a", "b.example"),
    ('"Meyer, Anna" <a@b.example>', "Meyer, Anna", "a", "b.example"),
    ('"A" "B"C <a@b.example>', "A BC", "a", "b.example"),
    ("a@b.example (Anna)", "", "a", "b.example"),
    ("(x) a (y) @ (z) b . example", "", "a", "b.example"),
    ('"a b".c@b.example', "", "a b.c", "b.example"),
    ("a@[192.0.2.1]", "", "a", "[192.0.2.1]"),
    ("A <@x,@y.example:a@b.example>", "A", "a", "b.example"),
    (", ,a@b.example,", "", "a", "b.example"),
    ("jörg@bücher.example", "", "jörg", "bücher.example"),
]


@pytest.mark.standard("5322:4.4")
@pytest.mark.parametrize(("value", "name", "local", "domain"), ONE)
def test_one_mailbox_in_all_its_forms(value, name, local, domain):
    listed = read_mailboxes(value)
    (box,) = listed.boxes
    assert (box.name, box.local, box.domain) == (name, local, domain)
    assert box.address == f"{local}@{domain}"
    assert listed.flaw is None


@pytest.mark.parametrize(
    ("value", "addresses", "groups"),
    [
        ("a@x.example, B <b@x.example>", ["a@x.example", "b@x.example"], 0),
        ("g:;", [], 1),
        ("g: a@x.example, b@x.example;, c@x.example", ["a@x.example", "b@x.example", "c@x.example"], 1),
        ("g h.: a@x.example; i:;", ["a@x.example"], 2),
        ('"g": <a@x.example>', ["a@x.example"], 1),
        ("", [], 0),
    ],
)
def test_lists_and_groups(value, addresses, groups):
    listed = read_mailboxes(value)
    assert [box.address for box in listed.boxes] == addresses
    assert listed.groups == groups
    assert listed.wrong is None


@pytest.mark.parametrize(
    ("value", "why", "readable"),
    [
        ("Anna", "no address", 0),
        ("<>", "no address", 0),
        ("Meyer, Anna <a@x.example>", "no address", 1),
        ("a@b@x.example", "more than one @", 0),
        ("a b@x.example", "before the @", 0),
        ("a..b@x.example", "before the @", 0),
        ("a@", "behind the @", 0),
        ("a@x.", "behind the @", 0),
        ('a@"x"', "behind the @", 0),
        ("@x.example", "before the @", 0),
        ("A <a@x.example", "without >", 0),
        ("A <a@x.example> b", "behind an address", 0),
        ("A <a@x.example> <b@x.example>", "behind an address", 0),
        ("x@y.example <a@x.example>", "another address", 0),
        ("<@x,@y>", "more than one @", 0),
        ("a@b:;", "behind the @", 0),
        ('a@x.example, "b', "quote", 1),
        ("a@x.example, b@x.example)", ") where", 2),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_is_read(value, why, readable):
    listed = read_mailboxes(value)
    assert listed.wrong is not None
    assert listed.flaw is listed.wrong
    assert why in listed.wrong.en
    assert len(listed.boxes) == readable


@pytest.mark.parametrize(
    "value", ["A [b] <a@x.example>", "a@x.example <a@x.example>", "A; B <a@x.example>", ". <a@x.example>"]
)
def test_a_name_that_needs_quotes_is_a_flaw_only(value):
    listed = read_mailboxes(value)
    assert listed.wrong is None
    assert listed.boxes[0].address == "a@x.example"
    assert listed.flaw is not None
    assert "quotes" in listed.flaw.en


def test_a_name_is_shown_decoded():
    (box,) = read_mailboxes("=?utf-8?q?J=C3=B6rg?= <j@x.example>").boxes
    assert box.shown == "Jörg"
    assert box.name.startswith("=?")


def test_only_so_many_addresses_are_read():
    listed = read_mailboxes("a@b," * MOST_TOKENS)
    assert "more addresses" in listed.wrong.en
    assert len(listed.boxes) <= MOST_TOKENS / 4 + 1
