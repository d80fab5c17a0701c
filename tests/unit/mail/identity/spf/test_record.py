"""A record is read whole, and a mistake anywhere in it is found and named."""

from ipaddress import ip_interface

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.mail.identity.spf.record import MOST_CHARACTERS, Kind, RecordError, is_record, parse_record
from pforte.mail.identity.spf.result import Result


@pytest.mark.standard("7208:4.5")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v=spf1", True),
        ("v=spf1 ", True),
        ("V=sPf1 -all", True),
        ("v=spf1 whatever it is", True),
        ("v=spf10", False),
        ("v=spf1-all", False),
        ("v=spf1\t-all", False),
        ("v=spf1\r\n", False),
        (" v=spf1", False),
        ("v=spf", False),
        ("", False),
    ],
)
def test_the_version_alone_makes_a_record(text, expected):
    assert is_record(text) is expected


def mechanism(term):
    (found,) = parse_record(f"v=spf1 {term}").mechanisms
    return found


@pytest.mark.standard("7208:4.6.1")
@pytest.mark.parametrize(
    ("term", "kind", "result"),
    [
        ("all", Kind.ALL, Result.PASS),
        ("+all", Kind.ALL, Result.PASS),
        ("-ALL", Kind.ALL, Result.FAIL),
        ("~a", Kind.A, Result.SOFTFAIL),
        ("?Mx", Kind.MX, Result.NEUTRAL),
        ("ptr", Kind.PTR, Result.PASS),
        ("-include:a.example", Kind.INCLUDE, Result.FAIL),
        ("exists:%{i}.a.example", Kind.EXISTS, Result.PASS),
    ],
)
def test_qualifier_and_mechanism(term, kind, result):
    found = mechanism(term)
    assert (found.text, found.kind, found.result) == (term, kind, result)


@pytest.mark.standard("7208:5.6")
@pytest.mark.parametrize(
    ("term", "network"),
    [
        ("ip4:192.0.2.1", "192.0.2.1/32"),
        ("ip4:192.0.2.77/24", "192.0.2.77/24"),
        ("ip4:0.0.0.0/0", "0.0.0.0/0"),
        ("ip6:2001:db8::1", "2001:db8::1/128"),
        ("IP6:2001:DB8::1/32", "2001:db8::1/32"),
        ("ip6:::ffff:192.0.2.1/96", "::ffff:192.0.2.1/96"),
    ],
)
def test_networks(term, network):
    found, wanted = mechanism(term), ip_interface(network)
    assert found.address == wanted.ip
    assert (found.prefix4 if wanted.version == 4 else found.prefix6) == wanted.network.prefixlen


@pytest.mark.parametrize(
    ("term", "four", "six", "named"),
    [
        ("a", 32, 128, False),
        ("a/24", 24, 128, False),
        ("mx//64", 32, 64, False),
        ("mx/0//0", 0, 0, False),
        ("a:b.example/8//9", 8, 9, True),
        ("a:b/c.example", 32, 128, True),
        ("a:b.example.", 32, 128, True),
        ("a:%{d}", 32, 128, True),
        ("a:%{d}/24", 24, 128, True),
        ("a:x.%{d2r/}", 32, 128, True),
        ("mx:b.xn--c-d", 32, 128, True),
    ],
)
def test_prefix_lengths_stand_behind_the_domain(term, four, six, named):
    found = mechanism(term)
    assert (found.prefix4, found.prefix6, found.target is not None) == (four, six, named)


@pytest.mark.standard("7208:4.6")
@pytest.mark.parametrize(
    "term",
    [
        "moo", "-", "--all", "all.", "all:a.example", "all/8", "1up=foo", "=x", "a:", "a/", "a/33", "a//129", "a/024",
        "a/1/1", "a24", "a:b", "a:b.", "a:b.123", "a:192.0.2.1", "a:b.-c", "a:b.c-", "a:b.c%%", "a:b.c%_", "a:b.%c",
        "a:%{d}com", "a:b.example:25", "a:b.ex/ample/33", "mx:", "ptr:", "ptr/8", "include", "include:", "include:b/8",
        "exists", "exists:b.example/8", "ip4", "ip4:", "ip4:192.0.2", "ip4:192.0.2.1/33", "ip4:192.0.2.01",
        "ip4:192.0.2.1/", "ip4:192.0.2.1/08", "ip4:192.0.2.1//8", "ip4:192.0.2.1:25", "ip4:::1", "ip4.192.0.2.1",
        "ip6:192.0.2.1", "ip6:::1/129", "ip6:fe80::1%eth0", "ip6:::1/1/1", "redirect=", "redirect=b",
        "redirect=%{c}.example", "exp=", "exp=-all", "x=%", "x=%{q}", "redirect:a.example", "a\u00e9", "a\tb", "a\x00",
    ],
)  # fmt: skip
def test_a_mistake_is_found_wherever_it_stands(term):
    for record in (f"v=spf1 {term}", f"v=spf1 ip4:192.0.2.1 -all {term}", f"v=spf1  {term}  -all "):
        with pytest.raises(RecordError) as caught:
            parse_record(record)
        assert caught.value.reason
        assert caught.value.term.isprintable()


@pytest.mark.standard("7208:6")
def test_modifiers_stand_anywhere_and_once():
    record = parse_record("v=spf1 exp=why.%{d} moo.cow-far_out=man:dog/cat default= REDIRECT=b.example a")
    assert record.redirect is not None
    assert record.redirect.text == "REDIRECT=b.example"
    assert record.explanation is not None
    assert record.explanation.target.letters == {"d"}
    assert [each.text for each in record.mechanisms] == ["a"]
    for twice in ("redirect=a.example Redirect=a.example", "exp=a.example exp=b.example"):
        with pytest.raises(RecordError, match="twice"):
            parse_record(f"v=spf1 {twice}")


def test_what_is_no_record_or_too_long_is_refused():
    with pytest.raises(RecordError, match="begin"):
        parse_record("v=spf2 -all")
    assert parse_record("v=spf1 " + "a " * ((MOST_CHARACTERS - 7) // 2)).mechanisms
    with pytest.raises(RecordError, match="longer"):
        parse_record("v=spf1 " + "a " * MOST_CHARACTERS)


TERMS = st.lists(
    st.one_of(
        st.sampled_from(
            ["all", "a", "mx", "ptr", "include", "exists", "ip4", "ip6", "redirect", "exp", "x", *":/=.-+~?% {}", "//", "%{d", "%{i", "}", "example.org", "192.0.2.1", "::1", "24", "v=spf1"]
        ),
        st.text(max_size=4),
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(TERMS)
def test_any_text_is_read_or_refused(terms):
    try:
        record = parse_record(f"v=spf1 {terms}")
    except RecordError as error:
        record, refused = None, error
    if record is None:
        assert refused.term.isprintable()
        assert len(str(refused)) < 600
    else:
        kept = " ".join(each.text for each in record.mechanisms)
        assert parse_record(f"v=spf1 {kept}").mechanisms == record.mechanisms
