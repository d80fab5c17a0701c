"""Only known character sets reach Python's codecs, and whatever octets come, text comes out."""

import codecs
import encodings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.mail.fields.charsets import decode_text, find_codec


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "Grüße"),
        ("UTF8", "Grüße"),
        ("iso-8859-1", "Grüße"),
        ("ISO_8859-15", "Grüße €"),
        ("windows-1252", "Grüße „€“"),
        ("Windows-1251", "Привет"),
        ("cp1250", "Łódź"),
        ("koi8-r", "Привет"),
        ("iso-2022-jp", "日本"),
        ("Shift_JIS", "日本"),
        ("euc-kr", "한국"),
        ("ks_c_5601-1987", "한국"),
        ("gb2312", "中国"),
        ("GBK", "中国"),
        ("big5", "中國"),
        ("utf-7", "Grüße"),
        ("macintosh", "Grüße"),
        ("tis-620", "ไทย"),
    ],
)
def test_character_sets_of_real_mail(charset, text):
    codec = find_codec(charset)
    assert codec
    assert decode_text(text.encode(codec), charset) == text


def test_the_larger_set_is_meant():
    """Mail that says Latin-1 has quotes of Windows (WHATWG Encoding s4.2)."""
    assert decode_text(b"\x93a\x94", "iso-8859-1") == "“a”"
    assert decode_text(b"\x93a\x94", "us-ascii") == "“a”"
    assert decode_text("ü".encode(), "us-ascii") == "ü"


@pytest.mark.parametrize(
    "charset", ["", "x-none", "rot13", "zlib", "idna", "punycode", "unicode_escape", "a" * 99, "ü"]
)
def test_what_is_no_character_set(charset):
    decode_text(b"a\xfc", "")
    before = len(encodings._cache)
    assert find_codec(charset) == ""
    assert decode_text(b"a\xfc", charset) == "aü"
    assert len(encodings._cache) == before, "Python keeps each name that it is asked for"


@settings(deadline=None)
@given(st.binary(max_size=60), st.sampled_from(sorted(encodings.aliases.aliases)))
def test_any_octets_become_text(octets, charset):
    codec = find_codec(charset)
    assert isinstance(decode_text(octets, charset), str)
    if codec:
        assert codecs.lookup(codec)._is_text_encoding
