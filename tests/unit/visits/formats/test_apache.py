"""Apache's LogFormat is read as Apache writes it."""

import re
from datetime import UTC

import pytest

from pforte.visits.formats.apache import compile_apache_format
from pforte.visits.formats.format import FormatError

AT = 1_772_366_400.0
COMBINED = '%h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"'
LINE = b'192.0.2.7 - jo x [01/Mar/2026:12:00:00 +0000] "GET /a\\"b HTTP/1.1" 404 - "-" "cu\\\\rl"'


def test_combined():
    """The stock format, with Apache's escapes."""
    log = compile_apache_format(COMBINED)
    visit = log.parse(LINE, UTC)
    assert (visit.client, visit.at, visit.user, visit.status) == ("192.0.2.7", AT, b"jo x", 404)
    assert (visit.target, visit.agent, visit.referrer) == (b'/a"b', b"cu\\rl", b"")
    assert re.search(log.status_marks((404,))[0], LINE)


@pytest.mark.parametrize(
    "pasted",
    [
        'LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined',
        'CustomLog logs/access.log "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" env=!x',
        '%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"',
    ],
)
def test_pasted(pasted):
    """A directive pasted from the configuration works, and so does a format that kept its backslashes."""
    assert compile_apache_format(pasted).pattern == compile_apache_format(COMBINED).pattern


def test_fields():
    """Conditions, redirects, cookies, notes and unknown directives are fields like others."""
    log = compile_apache_format(
        '%v %{c}a %a %!200,304{X}i %400{y}C %{n}n %D %^FB %X %t "%m %U%q %H" %<s %>s %{Host}i'
    )
    visit = log.parse(
        b'www.example.org 192.0.2.1 192.0.2.7 - c n 12 7 + [01/Mar/2026:12:00:00 +0000] "GET /a?b=1 HTTP/1.1" 301 404 example.org:80',
        UTC,
    )
    assert (visit.client, visit.method, visit.target, visit.protocol) == (
        "192.0.2.7",
        b"GET",
        b"/a?b=1",
        b"HTTP/1.1",
    )
    assert (visit.status, visit.host) == (404, b"example.org")


def test_forwarded_address_is_data():
    """Whoever wants the client behind a proxy uses mod_remoteip and %a."""
    log = compile_apache_format('%{X-Forwarded-For}i %h %t "%r" 100%% %s')
    visit = log.parse(b'203.0.113.9 192.0.2.7 [01/Mar/2026:12:00:00 +0000] "-" 100% 400', UTC)
    assert (visit.client, visit.status) == ("192.0.2.7", 400)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("%h %t 100% %r", "write %% for a percent sign"),
        ("%t %r", "add %h"),
        ("%h%l %t %r", "%h and %l touch"),
        ("%h %r", "add %t"),
        ("%h %t %{User-Agent}i %r", "%{User-Agent}i may hold spaces"),
    ],
)
def test_mistakes(written, said):
    """The message names the directive and what to do."""
    with pytest.raises(FormatError, match=said):
        compile_apache_format(written)
