"""Names as the DNS writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.dns.names import ascii_name, canonical_name


@pytest.mark.parametrize(
    ("name", "ascii_one"),
    [
        ("example.org", "example.org"),
        ("EXAMPLE.org.", "example.org"),
        ("_dmarc.example.org", "_dmarc.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("_x.BÜCHER.example", "_x.xn--bcher-kva.example"),
        ("bücher。example", "xn--bcher-kva.example"),
        ("", None),
        (".", None),
        ("a..b", None),
        (".a", None),
        ("a b", None),
        ("a\0b", None),
        ("ü" * 70, None),
        ("x" * 64, None),
        (".".join(["x" * 60] * 5), None),
        ("\u200b\u0301.example", None),
    ],
)
@pytest.mark.standard("9989:5.3.1")
def test_names_are_written_in_ascii(name, ascii_one):
    assert ascii_name(name) == ascii_one


@given(st.text(max_size=80))
def test_what_comes_out_is_a_name_and_stays_one(text):
    name = ascii_name(text)
    assert name is None or (name.isascii() and name == ascii_name(name))


@given(st.text(max_size=80))
def test_every_text_has_one_canonical_form(text):
    name = canonical_name(text)
    assert name == (ascii_name(text) or text.lower().removesuffix("."))
    assert canonical_name("Bücher.example.") == canonical_name("xn--BCHER-kva.example")
