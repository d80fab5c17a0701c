"""Structured fields are cut into tokens as RFC 5322 s3.2 says."""

import pytest

from pforte.mail.fields.tokens import Kind, MalformedError, Token, read_tokens


def test_tokens_know_their_kind_and_what_stands_before_them():
    assert list(read_tokens(' a."b \\" c"(x) @\t[1]')) == [
        Token(Kind.ATOM, "a", spaced=True),
        Token(Kind.SPECIAL, ".", spaced=False),
        Token(Kind.QUOTED, 'b " c', spaced=False),
        Token(Kind.SPECIAL, "@", spaced=True),
        Token(Kind.LITERAL, "[1]", spaced=True),
    ]


@pytest.mark.standard("5322:3.2.2")
@pytest.mark.parametrize("value", ["(a)", "(a (b) c)", "(\\))", "((()))  (b)", ""])
def test_comments_are_white_space(value):
    assert list(read_tokens(value)) == []
    assert list(read_tokens(f"x{value}y"))[-1].spaced is bool(value)


@pytest.mark.parametrize("value", ["a é", "a\udcff", "日本"])
def test_signs_beyond_ascii_are_atoms(value):
    assert list(read_tokens(value))[-1].kind is Kind.ATOM


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ('a "b', "quote"),
        ('"\\"', "quote"),
        ("(a", "comment"),
        ("(a\\)", "comment"),
        ("[a", "bracket"),
        ("a ]", "] where"),
        (")", ") where"),
        ("\\", "\\ where"),
        ("a \x00", "control"),
        ("\x7f", "control"),
    ],
)
def test_what_belongs_to_no_token_is_named(value, why):
    with pytest.raises(MalformedError) as caught:
        list(read_tokens(value))
    assert why in caught.value.words.en
    assert caught.value.words.de != caught.value.words.en
