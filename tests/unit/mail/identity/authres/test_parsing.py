"""Fields are read as the grammar of RFC 8601 has them: its own examples, and nothing that breaks it."""

import pytest

from pforte.mail.identity.authres import MethodResult, Property, Results, ResultsError, parse_results
from pforte.mail.identity.authres.parsing import MOST_OCTETS, MOST_PARTS, joined


def method(name, result, *properties, reason="", version=1):
    return MethodResult(name, result, tuple(Property(*each) for each in properties), reason, version)


@pytest.mark.standard("8601:2.2")
@pytest.mark.parametrize(
    ("raw", "server", "methods"),
    [
        pytest.param(b" example.org 1; none\r\n", "example.org", [], id="B.2"),
        pytest.param(
            b" example.com;\r\n          spf=pass smtp.mailfrom=example.net\r\n",
            "example.com",
            [method("spf", "pass", ("smtp", "mailfrom", "example.net"))],
            id="B.3",
        ),
        pytest.param(
            b" example.com;\r\n\tauth=pass (cram-md5) smtp.auth=sender@example.net;\r\n\tspf=fail smtp.mailfrom=example.net",
            "example.com",
            [
                method("auth", "pass", ("smtp", "auth", "sender@example.net")),
                method("spf", "fail", ("smtp", "mailfrom", "example.net")),
            ],
            id="B.4",
        ),
        pytest.param(
            b' example.com;\r\n dkim=pass reason="good signature"\r\n  header.i=@mail-router.example.net;\r\n'
            b' dkim=fail reason="bad signature"\r\n  header.i=@newyork.example.com',
            "example.com",
            [
                method("dkim", "pass", ("header", "i", "@mail-router.example.net"), reason="good signature"),
                method("dkim", "fail", ("header", "i", "@newyork.example.com"), reason="bad signature"),
            ],
            id="B.6",
        ),
        pytest.param(
            b" foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
            b" policy (A dot can go here) . (like that) expired\r\n (this surprised me) = (as I wasn't expecting it)"
            b" 1362471462\r\n",
            "foo.example.net",
            [method("dkim", "fail", ("policy", "expired", "1362471462"))],
            id="B.7",
        ),
        pytest.param(
            b'mx.example;iprev=pass policy.iprev="2001:db8::1";spf=pass smtp.remote-ip=192.0.2.1 smtp.helo=a.example',
            "mx.example",
            [
                method("iprev", "pass", ("policy", "iprev", "2001:db8::1")),
                method("spf", "pass", ("smtp", "remote-ip", "192.0.2.1"), ("smtp", "helo", "a.example")),
            ],
            id="no white space",
        ),
        pytest.param(
            b'"my server";DKIM=Pass Header.B="ab/c+=" header.i="a b"@example.org x.y="a\\"b\\\\c"',
            "my server",
            [method("dkim", "pass", ("header", "b", "ab/c+="), ("header", "i", '"a b"@example.org'), ("x", "y", 'a"b\\c'))],
            id="quotes and capitals",
        ),
        pytest.param(
            b"(a (b \\) \\( c) d)(e)mx.example;spf=none(f)smtp.mailfrom=o'neil+x=y/z@example.org (",
            None,
            None,
            id="a comment that does not end",
        ),
        pytest.param(
            b"(a (b \\) \\( c) d)(e)mx.example;spf=none(f)smtp.mailfrom=o'neil+x=y/z@example.org (g)",
            "mx.example",
            [method("spf", "none", ("smtp", "mailfrom", "o'neil+x=y/z@example.org"))],
            id="comments everywhere",
        ),
        pytest.param(
            "mx.bücher.example; spf=pass smtp.mailfrom=jörg@bücher.example".encode(),
            "mx.bücher.example",
            [method("spf", "pass", ("smtp", "mailfrom", "jörg@bücher.example"))],
            id="UTF-8",
        ),
        pytest.param(
            b"mx.example; none=pass; reason=fail reason=why reason.x=y",
            "mx.example",
            [method("none", "pass"), method("reason", "fail", ("reason", "x", "y"), reason="why")],
            id="words of the grammar as names",
        ),
        pytest.param(b"mx.example; x/12 = pass", "mx.example", [method("x", "pass", version=12)], id="a version"),
    ],
)  # fmt: skip
def test_fields(raw, server, methods):
    if server is None:
        with pytest.raises(ResultsError):
            parse_results(raw)
    else:
        assert parse_results(raw) == Results(server, tuple(methods))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "a name"),
        (b" ; none", "a name"),
        (b"mx.example", '";" is missing at the end'),
        (b"mx.example;", "a method"),
        (b"mx.example 2; none", "version 2"),
        (b"mx.example 1234567; none", '";"'),
        (b"mx.example; none; spf=pass", '"=" is missing'),
        (b"mx.example; spf=pass; none", '"=" is missing'),
        (b"mx.example; spf=pass;", "a method"),
        (b"mx.example; spf=", "a result"),
        (b"mx.example; spf pass", '"="'),
        (b"mx.example; spf/x=pass", "a version"),
        (b"mx.example; spf=pass smtp", '"."'),
        (b"mx.example; spf=pass smtp.=x", "the name of a property"),
        (b"mx.example; spf=pass smtp.mailfrom", '"="'),
        (b"mx.example; spf=pass smtp.mailfrom=", "a name or a quoted string"),
        (b"mx.example; spf=pass smtp.mailfrom=a@", "a domain"),
        (b"mx.example; spf=pass smtp.x=2001:db8::1", "a property"),
        (b"mx.example; spf=pass reason=a reason=b", '"."'),
        (b"mx.example; spf=pass smtp.x=y reason=b", '"."'),
        (b'mx.example; spf=pass smtp.x="y', "the end of a quoted string"),
        (b"mx.example; spf=pass (a (b)", "the end of a comment"),
        (b"mx.example; spf=pass (a\\", "the end of a comment"),
        (b"spf=pass smtp.mailfrom=x", '";"'),
        (b"mx.example; spf=pass\x00", "a control character"),
        (b"mx.example; none\r\nX: y", "a control character"),
        (b"mx.example; spf=pass smtp.mailfrom=\xff", "no UTF-8"),
        (b"mx.example; " + b" " * MOST_OCTETS + b"none", "longer than"),
        (b"mx.example" + b"; a=b" * MOST_PARTS, "more than"),
    ],
)
def test_what_breaks_the_grammar_is_told(raw, said):
    with pytest.raises(ResultsError, match=r"(?s).*" + said.replace(".", r"\.")):
        parse_results(raw)


def test_lines_are_joined_at_white_space_only():
    assert joined("a\r\n b\n\tc\r\n") == "a b\tc"
    assert joined("a\r\nb") == "a\r\nb"
