"""What is written can be read again, stays within its lines, and gives nobody a line of his own."""

import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pforte.mail.identity.authres import FIELD, MethodResult, Property, Results, parse_results, render_results
from pforte.mail.identity.authres.rendering import MOST_VALUE_OCTETS

KEYWORDS = st.from_regex(r"[a-z0-9-]{0,12}[a-z0-9]", fullmatch=True)
PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))
UTF8 = PRINTABLE + "äß€漢😀"


def values(alphabet):
    mailbox = st.tuples(
        st.text(string.ascii_letters + "0123456789+=/_'-", max_size=20),
        st.sampled_from(["a.example", "b-c.d.example"]),
    ).map("@".join)
    quoted = st.text(alphabet.replace('"', "").replace("\\", ""), max_size=20).map('"{}"@a.example'.format)
    return st.one_of(
        st.text(alphabet, max_size=MOST_VALUE_OCTETS // 4), mailbox, quoted, st.just(" " * 90), st.just("")
    )


def fields(alphabet):
    properties = st.builds(Property, KEYWORDS, KEYWORDS, values(alphabet))
    methods = st.builds(
        MethodResult,
        KEYWORDS,
        KEYWORDS,
        st.lists(properties, max_size=3).map(tuple),
        values(alphabet),
        st.sampled_from([1, 2, 12]),
    )
    return st.builds(Results, values(alphabet), st.lists(methods, max_size=3).map(tuple))


def body(results, **options):
    return render_results(results, **options).encode()


@pytest.mark.standard("8601:2.2")
@settings(max_examples=40)
@given(fields(PRINTABLE))
@example(Results("mx.example", (MethodResult("none", "none"),)))
@example(Results("", (MethodResult("a", "b", reason=""),)))
def test_what_is_written_is_read_again(results):
    assert parse_results(body(results)) == results


@settings(max_examples=40)
@given(fields(UTF8))
def test_utf8_is_read_again_where_it_may_stand(results):
    assert parse_results(body(results, utf8=True)) == results
    body(results).decode("ascii")


@settings(max_examples=40)
@given(fields(PRINTABLE))
def test_lines_stay_within_what_a_message_may_have(results):
    lines = f"{FIELD}: {render_results(results)}".split("\r\n")
    assert all(line.startswith(" ") and line.strip() for line in lines[1:])
    assert all(len(line) <= 998 for line in lines)
    for line in lines[1:]:
        # A longer line is one word with the spaces before it, which cannot be broken.
        assert len(line) <= 78 or " " not in line.lstrip(" ")


def test_a_field_as_it_is_sent():
    results = Results(
        "mx.example.org",
        (
            MethodResult("iprev", "pass", (Property("policy", "iprev", "2001:db8::1"),)),
            MethodResult(
                "spf",
                "fail",
                (Property("smtp", "mailfrom", "a@example.net"), Property("smtp", "helo", "mail.example.net")),
                'the SPF record of example.net does not let 2001:db8::1 send ("-all")',
            ),
            MethodResult("dkim", "none"),
        ),
    )
    assert f"{FIELD}: {render_results(results)}".split("\r\n") == [
        'Authentication-Results: mx.example.org; iprev=pass policy.iprev="2001:db8::1";',
        ' spf=fail reason="the SPF record of example.net does not let 2001:db8::1 send',
        r' (\"-all\")" smtp.mailfrom=a@example.net smtp.helo=mail.example.net; dkim=none',
    ]


def test_the_first_line_has_room_for_another_name():
    before = "ARC-Authentication-Results: i=1; "
    results = Results(
        "mx.example.org", (MethodResult("spf", "pass", (Property("smtp", "mailfrom", "a" * 40),)),)
    )
    first = (before + render_results(results, before=before)).split("\r\n")[0]
    assert first == "ARC-Authentication-Results: i=1; mx.example.org; spf=pass"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("example.org", "example.org"),
        ("a@example.org", "a@example.org"),
        ("@example.org", "@example.org"),
        ('"a b"@example.org', '"a b"@example.org'),
        ("a b@example.org", '"a b@example.org"'),
        ("a@", '"a@"'),
        ("", '""'),
        ("x; dkim=pass", '"x; dkim=pass"'),
        ('x" ; dkim=pass', r'"x\" ; dkim=pass"'),
        ("x\r\nSubject: y", '"x??Subject: y"'),
        ("x\ty\x00z", '"x?y?z"'),
        ("jörg@example.org", "j?rg@example.org"),
        ("x" * 500, "x" * MOST_VALUE_OCTETS),
    ],
)
def test_no_value_leaves_its_place(value, written):
    rendered = render_results(
        Results("mx.example", (MethodResult("x", "pass", (Property("a", "b", value),)),))
    )
    assert rendered.replace("\r\n", "") == f"mx.example; x=pass a.b={written}"


def test_characters_are_not_cut_in_two():
    results = Results("mx.example", (MethodResult("x", "pass", (Property("a", "b", "é" * 300),)),))
    (found,) = parse_results(body(results, utf8=True)).methods
    assert found.value("a", "b") == "é" * (MOST_VALUE_OCTETS // 2)


@pytest.mark.parametrize("word", ["", "Spf", "a b", "a=b", "x" * 33, "-", "é", "a_b"])
def test_names_are_keywords(word):
    for method in (
        MethodResult(word, "pass"),
        MethodResult("x", word),
        MethodResult("x", "pass", (Property(word, "b", ""),)),
        MethodResult("x", "pass", (Property("a", word, ""),)),
    ):
        with pytest.raises(ValueError, match="is no keyword"):
            render_results(Results("mx.example", (method,)))
