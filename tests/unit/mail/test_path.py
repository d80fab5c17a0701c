"""Addresses of the envelope, by the grammar of RFC 5321 and RFC 6531."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.mail.path import LONGEST_PATH, wrong_with


@pytest.mark.parametrize(
    "path",
    [
        "a@b.example",
        "a.b+c=d@b.example",
        '"a b"@b.example',
        '"a\\"b"@b.example',
        '""@b.example',
        "a@[192.0.2.1]",
        "a@[IPv6:::1]",
        "a" * 64 + "@b.example",
    ],
)
def test_good_paths(path):
    assert wrong_with(path, international=False) is None
    assert wrong_with(path, international=True) is None


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("a", "has no @"),
        ("@b.example", "signs before the @"),
        ("a@", "no host name"),
        ("a b@c.example", "signs before the @"),
        (".a@b.example", "signs before the @"),
        ('"a@b.example', "signs before the @"),
        ("a@b..example", "no host name"),
        ("a" * 65 + "@b.example", "too long"),
        ("a@" + "b" * LONGEST_PATH, "too long"),
        ("ä@b.example", "not ASCII"),
        ("a@ä.example", "not ASCII"),
    ],
)
def test_bad_paths(path, said):
    wrong = wrong_with(path, international=False)
    assert said in wrong.en
    assert wrong.de
    assert wrong.not_ascii is (said == "not ASCII")


def test_international_addresses_are_utf_8():
    assert wrong_with("jörg@bücher.example", international=True) is None
    assert "UTF-8" in wrong_with("j\udcf6rg@b.example", international=True).en
    assert wrong_with("ä" * 33 + "@b.example", international=True).en == "is too long"


@given(st.text(max_size=400), st.booleans())
def test_any_text_is_judged(path, international):
    wrong_with(path, international=international)
