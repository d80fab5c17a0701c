"""Encoded words are decoded as mail readers do, and bad ones are told (RFC 2047)."""

import pytest

from pforte.mail.fields.encoded_words import Decoded, Flaw, decode_words, has_encoded_word


@pytest.mark.standard("2047:6.2")
@pytest.mark.parametrize(
    ("text", "said", "words"),
    [
        ("plain", "plain", 0),
        ("=?utf-8?q?a?=", "a", 1),
        ("=?UTF-8?Q?a_b=3D?=", "a b=", 1),
        ("=?iso-8859-1?b?/A==?=", "ü", 1),
        ("=?iso-8859-1?b?/A?=", "ü", 1),
        ("=?utf-8*en?q?a?=", "a", 1),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab", 2),
        ("=?utf-8?q?a?=\t \t=?iso-8859-1?q?b?=", "ab", 2),
        ("=?utf-8?q?a?= x =?utf-8?q?b?=", "a x b", 2),
        ("x =?utf-8?q?a?= y", "x a y", 1),
        ("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü", 2),
        ("=?utf-8?q??=", "", 1),
        ("(=?utf-8?q?a?=)", "(a)", 1),
    ],
)
def test_words_are_decoded(text, said, words):
    assert decode_words(text) == Decoded(said, words)
    assert has_encoded_word(text) is (words > 0)


@pytest.mark.parametrize(
    "text", ["=?utf-8?q?a b?=", "=?utf-8?q?a", "=??q?a?=", "=?utf-8?qq?a?=", "=?a=?utf-8?q?"]
)
def test_what_is_no_word_stays(text):
    assert decode_words(text) == Decoded(text)


@pytest.mark.parametrize(
    ("text", "flaw", "said"),
    [
        ("=?utf-8?x?a?=", Flaw.ENCODING, "a"),
        ("=?nobody?q?a?=", Flaw.CHARSET, "a"),
        ("=?utf-8?q?a=?=", Flaw.CONTENT, "a="),
        ("=?utf-8?q?=G1?=", Flaw.CONTENT, "=G1"),
        ("=?utf-8?b?YQ=?=", None, "a"),
        ("=?utf-8?b?Y?=", Flaw.CONTENT, ""),
        ("=?utf-8?b?!YQ==?=", Flaw.CONTENT, "a"),
    ],
)
def test_bad_words_are_told(text, flaw, said):
    decoded = decode_words(f"=?utf-8?q?x?= {text}")
    assert decoded.flaw is flaw
    assert decoded.flawed == (text if flaw else "")
    assert decoded.text == f"x{said}"
