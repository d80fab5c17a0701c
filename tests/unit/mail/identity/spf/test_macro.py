"""Macros expand as the examples of RFC 7208 s7.4 do, and whatever they make is a name or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.mail.identity.spf.macro import MOST_NAME, MacroError, parse_macros

EXAMPLE = {
    "s": "strong-bad@email.example.com",
    "l": "strong-bad",
    "o": "email.example.com",
    "d": "email.example.com",
    "i": "192.0.2.3",
    "p": "mx.example.org",
    "v": "in-addr",
    "h": "mx.example.org",
    "c": "192.0.2.3",
    "r": "mx.example.net",
    "t": "1700000000",
}
IPV6 = {
    **EXAMPLE,
    "v": "ip6",
    "i": "2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.C.B.0.1",
}


@pytest.mark.standard("7208:7.4")
@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
    ],
)
def test_the_examples_of_the_standard(text, expanded):
    assert parse_macros(text).expand(EXAMPLE) == expanded


@pytest.mark.standard("7208:7.4")
def test_the_example_with_an_ipv6_address():
    expanded = "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com"
    assert parse_macros("%{ir}.%{v}._spf.%{d2}").expand(IPV6) == expanded


@pytest.mark.standard("7208:7.3")
@pytest.mark.parametrize(
    ("text", "values", "expanded"),
    [
        ("%%%_%-x", {}, "% %20x"),
        ("%{D2}", {"d": "a.b&c.d"}, "b%26c.d"),
        ("%{L}", {"l": "~a-b_c.d e\ud800"}, "~a-b_c.d%20e%3F"),
        ("%{l+-/}", {"l": "a+b-c/d"}, "a.b.c.d"),
        ("%{l2r+-}", {"l": "a+b-c"}, "b.a"),
        ("%{l=,_}", {"l": "a=b,c_d.e"}, "a.b.c.d.e"),
        ("%{d001}", {"d": "a.b"}, "b"),
        ("%{d99999999999999999999}", {"d": "a.b"}, "a.b"),
        ("%{dR}", {"d": "a.b"}, "b.a"),
    ],
)
def test_transformers(text, values, expanded):
    assert parse_macros(text).expand(values) == expanded


@pytest.mark.parametrize(
    "text",
    ["%", "%a", "a%", "%{", "%{}", "%{d", "%{dd}", "%{d0}", "%{d00r}", "%{d2r2}", "%{x}", "%{1}", "%{d }"],
)
def test_what_is_no_macro_is_told(text):
    with pytest.raises(MacroError, match=r"macro|part"):
        parse_macros(text)


@pytest.mark.parametrize("letter", list("crtCRT"))
def test_three_letters_stand_in_explanations_only(letter):
    text = f"%{{{letter}}}"
    assert parse_macros(text, explanation=True).letters == {letter.lower()}
    with pytest.raises(MacroError, match="may stand here"):
        parse_macros(text)


@pytest.mark.standard("7208:7.3")
def test_a_name_that_is_too_long_loses_labels_on_its_left():
    name = parse_macros("%{l}.example").expand_name({"l": ".".join(["a" * 60] * 5)})
    assert name == ".".join(["a" * 60] * 4) + ".example"
    fits = ".".join(["a" * 63] * 3) + "." + "b" * 61
    assert len(fits) == MOST_NAME
    assert parse_macros("%{l}").expand_name({"l": fits}) == fits
    assert parse_macros("%{l}").expand_name({"l": "c." + fits}) == fits


@pytest.mark.standard("7208:4.8")
@pytest.mark.parametrize("value", ["", ".", "a..b", ".a", "a" * 64, "a" * 300, "é", "a.é"])
def test_what_cannot_stand_in_the_dns_is_no_name(value):
    assert parse_macros("%{l}").expand_name({"l": value}) is None


def test_a_backslash_is_no_escape_of_the_zone_file():
    """Else a local part could name any octet, and a point that is none."""
    assert parse_macros("%{l}.example").expand_name({"l": r"a\046b"}) == r"a\\046b.example"


@given(st.text(max_size=40), st.text(max_size=300))
def test_every_name_is_one_that_a_resolver_takes(text, value):
    try:
        macros = parse_macros(text, explanation=True)
    except MacroError:
        return
    name = macros.expand_name(dict.fromkeys(EXAMPLE, value))
    if name is not None:
        assert name.isascii()
        assert 0 < len(name.replace("\\\\", "\\")) <= MOST_NAME
        assert all(name.split("."))


@given(
    st.sampled_from("slodiphvSLODIPHV"),
    st.integers(1, 200),
    st.booleans(),
    st.text("abc.-+,/_=", max_size=30),
)
def test_as_many_parts_are_taken_as_are_asked_for(letter, parts, reverse, value):
    text = f"%{{{letter}{parts}{'r' if reverse else ''}}}"
    pieces = value.split(".")
    wanted = (pieces[::-1] if reverse else pieces)[-parts:]
    expanded = parse_macros(text).expand({letter.lower(): value})
    assert expanded.count(".") == len(wanted) - 1
    if letter.islower():
        assert expanded == ".".join(wanted)
