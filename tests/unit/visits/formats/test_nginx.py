"""nginx's log_format is read as nginx writes it."""

import json
import re
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.visits.formats.format import FormatError
from pforte.visits.formats.nginx import compile_log_format

AT = 1_772_366_400.0
MAIN = '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for"'
LINE = b'192.0.2.7 - jo x [01/Mar/2026:12:00:00 +0000] "GET /a\\x22b HTTP/1.1" 404 5 "-" "cu\\x5Crl" "203.0.113.9"'


def test_stock_format():
    """The forwarded address is data: every client can send that header."""
    log = compile_log_format(MAIN)
    visit = log.parse(LINE, UTC)
    assert (visit.client, visit.at, visit.user, visit.status) == ("192.0.2.7", AT, b"jo x", 404)
    assert (visit.target, visit.agent, visit.referrer) == (b'/a"b', b"cu\\rl", b"")
    assert log.time_of(LINE, UTC) == AT
    assert re.search(log.status_marks((404,))[0], LINE)
    assert log.escaped


def test_whole_directive():
    """A directive pasted from nginx.conf works: its pieces are joined, quotes and name dropped."""
    pasted = """log_format main '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';"""
    assert compile_log_format(pasted).pattern == compile_log_format(MAIN).pattern
    double = 'log_format x "$remote_addr [$time_local] \\"$request\\"";'
    assert compile_log_format(double).parse(b'192.0.2.7 [01/Mar/2026:12:00:00 +0000] "-"', UTC).target == b"-"


def test_bare_format_that_begins_with_a_quote():
    """A quoted first variable is no quoted directive."""
    log = compile_log_format('"$remote_addr" [$time_local] "$request"')
    assert log.client(b'"192.0.2.7" [01/Mar/2026:12:00:00 +0000] "-"') == "192.0.2.7"


@pytest.mark.parametrize(
    ("written", "line"),
    [
        (
            '$remote_addr [$time_iso8601] "$request"',
            b'192.0.2.7 [2026-03-01T13:00:00+01:00] "GET /x HTTP/1.1"',
        ),
        ('$remote_addr $msec "$request"', b'192.0.2.7 1772366400.000 "GET /x HTTP/1.1"'),
        (
            "$remote_addr $time_local $request $status",
            b"192.0.2.7 01/Mar/2026:12:00:00 +0000 GET /x HTTP/1.1 200",
        ),
        (
            "${remote_addr}|$time_iso8601|$request_method|$request_uri|",
            b"192.0.2.7|2026-03-01T12:00:00+00:00|GET|/x|",
        ),
        (
            '$msec $remote_addr $request_method $scheme://$host$request_uri "$http_user_agent"',
            b'1772366400.000 192.0.2.7 GET https://example.org/x "curl"',
        ),
        (
            '$upstream_addr $upstream_response_time $remote_addr $msec "$request"',
            b'10.0.0.1:80, 10.0.0.2:80 : unix:/s 0.1, 0.2 : 0.3 192.0.2.7 1772366400.000 "GET /x HTTP/1.1"',
        ),
        ("$remote_addr $uri$is_args$args $msec $request_method", b"192.0.2.7 /x 1772366400.000 GET"),
    ],
)
def test_variables(written, line):
    """Times of all kinds, targets in pieces, upstream lists with spaces in them."""
    if "$is_args$args" in written:
        with pytest.raises(FormatError, match=r"\$uri and \$is_args touch"):
            compile_log_format(written)
        return
    visit = compile_log_format(written).parse(line, UTC)
    assert (visit.client, visit.at, visit.method, visit.target) == ("192.0.2.7", AT, b"GET", b"/x")


def test_host():
    """The host of the request comes before the configured name."""
    log = compile_log_format('$server_name $host $remote_addr $msec "$request"')
    assert log.parse(b'_ WWW.example.org 192.0.2.7 1772366400.000 "-"', UTC).host == b"www.example.org"


JSON_LOG = """log_format j escape=json '{"t":"$time_iso8601","ip":"$remote_addr","r":"$request","s":$status,'
 '"ua":"$http_user_agent"}';"""


@given(st.text(max_size=40))
def test_json_escape(agent):
    """escape=json is undone as JSON."""
    log = compile_log_format(JSON_LOG)
    written = json.dumps(agent, ensure_ascii=False).encode("utf-8", "surrogatepass")
    line = (
        b'{"t":"2026-03-01T12:00:00+00:00","ip":"192.0.2.7","r":"GET / HTTP/1.1","s":404,"ua":'
        + written
        + b"}"
    )
    visit = log.parse(line, UTC)
    assert visit.status == 404
    assert visit.agent == (b"" if agent == "-" else agent.encode("utf-8", "surrogatepass"))


def test_no_escape():
    """escape=none writes quotes as they are; the text between the fields must be longer then."""
    log = compile_log_format(
        """log_format n escape=none '$remote_addr $msec "$request" "$http_user_agent"';"""
    )
    visit = log.parse(b'192.0.2.7 1772366400.000 "GET /"x" HTTP/1.1" "a\\x22"', UTC)
    assert visit.target == b'/"x"'
    assert visit.agent == b"a\\x22"
    assert not log.escaped
    assert log.escape_marks == ()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("log_format x $remote_addr;", "must stand between quotes"),
        ("log_format x ;", "between quotes"),
        ("escape=utf8 '$remote_addr'", "escape=utf8 is unknown"),
        ('$http_x_forwarded_for [$time_local] "$request"', r"add \$remote_addr"),
        ("$remote_addr $request", "no time"),
        ("", "no time"),
        ("$remote_addr [$time_local] $http_user_agent $request", "may hold spaces"),
    ],
)
def test_mistakes(written, said):
    """The message names the part and what to do."""
    with pytest.raises(FormatError, match=said):
        compile_log_format(written)


def test_unknown_variables_are_skipped():
    """A variable of some module is a field that nobody needs."""
    log = compile_log_format('$remote_addr $my_own_thing [$time_local] "$request" $geoip2_x')
    assert log.parse(b'192.0.2.7 whatever [01/Mar/2026:12:00:00 +0000] "-" DE', UTC).target == b"-"
