"""The usual access logs are read exactly."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.visits.formats.combined import COMBINED, COMMON, VHOST_COMBINED
from pforte.visits.visit import Visit

AT = 1_772_366_400.0
LINE = b'192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET /a?b HTTP/1.1" 404 5120 "http://r/" "curl/8"'
VISIT = Visit("192.0.2.7", AT, b"GET", b"/a?b", b"HTTP/1.1", 404, b"curl/8", b"http://r/", b"", b"")


def _replace(line: bytes, old: bytes, new: bytes) -> Visit | None:
    assert old in line
    return COMBINED.parse(line.replace(old, new), UTC)


def test_combined():
    """Every field stands where it belongs, and the visit is a whole one."""
    visit = COMBINED.parse(LINE, UTC)
    assert visit == VISIT
    assert hash(visit) == hash(VISIT)
    assert repr(visit) == repr(VISIT)


def test_further_fields():
    """The stock format of nginx adds the forwarded address, which is data and not the client."""
    assert COMBINED.parse(LINE + b' "203.0.113.9" rt=0.1', UTC) == VISIT
    assert COMBINED.parse(LINE + b"\r", UTC) == VISIT


def test_common():
    """The common format ends with the size, or without it."""
    line = LINE.partition(b' "http')[0]
    expected = Visit("192.0.2.7", AT, b"GET", b"/a?b", b"HTTP/1.1", 404, b"", b"", b"", b"")
    assert COMMON.parse(line, UTC) == expected
    assert COMMON.parse(line.removesuffix(b" 5120"), UTC) == expected
    assert COMMON.parse(line.replace(b"/a", b'/\\"a'), UTC).target == b'/"a?b'


def test_formats_do_not_take_each_others_lines():
    """Detection rests on it."""
    common = LINE.partition(b' "http')[0]
    vhost = b"example.org:443 " + LINE
    table = [
        [log.recognises(line) for line in (LINE, common, vhost)] for log in (COMBINED, COMMON, VHOST_COMBINED)
    ]
    assert table == [[True, False, False], [False, True, False], [False, False, True]]
    escaped = LINE.replace(b"/a", b'/\\"a')
    assert not COMMON.recognises(escaped)
    assert COMBINED.recognises(escaped)


def test_vhost_combined():
    """The site loses its port and its capitals."""
    visit = VHOST_COMBINED.parse(b"WWW.Example.org:443 " + LINE, UTC)
    assert visit == Visit(
        "192.0.2.7", AT, b"GET", b"/a?b", b"HTTP/1.1", 404, b"curl/8", b"http://r/", b"www.example.org", b""
    )
    assert VHOST_COMBINED.client(b"www.example.org:443 " + LINE) == "192.0.2.7"
    assert VHOST_COMBINED.client(b"x") is None
    assert VHOST_COMBINED.time_of(b"www.example.org:443 " + LINE, UTC) == AT


@pytest.mark.parametrize(
    ("written", "user"),
    [
        (b"- - ", b""),
        (b"- jo ", b"jo"),
        (b"ident jo ", b"jo"),
        (b"- jo from [x] ", b"jo from [x]"),
        (b"- ", b""),
        (b"-  ", b""),
    ],
)
def test_users(written, user):
    """A name may hold spaces and brackets."""
    assert _replace(LINE, b"- - ", written).user == user


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"192.0.2.7", b"host.example.net"),
        (b"192.0.2.7", b"-"),
        (b"01/Mar", b"31/Feb"),
        (b"[01", b"(01"),
        (b"0000] ", b"0000]"),
        (b"12:00:00", b"12:00:99"),
        (b" 404 ", b" 4040 "),
        (b" 404 ", b" - "),
        (b'"curl/8"', b""),
        (b'"', b""),
    ],
)
def test_other_lines_give_nothing(old, new):
    """A line of another shape is no visit."""
    assert _replace(LINE, old, new) is None


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_checks_see_the_received_bytes(escapes, path, agent):
    """Whatever a client sends comes out of the log as it was."""
    target = b"/" + path
    for escape in escapes:
        line = LINE.replace(b"/a?b", escape(target)).replace(b"curl/8", escape(agent))
        visit = COMBINED.parse(line, UTC)
        assert (visit.method, visit.target, visit.protocol) == (b"GET", target, b"HTTP/1.1")
        assert visit.agent == (b"" if agent == b"-" else agent)


@pytest.mark.parametrize("request_line", [b"-", b"", b"\\x16\\x03\\x01", b"GET /"])
def test_malformed_requests_are_visits(request_line):
    """Bytes of TLS on a plain port are evidence, not noise."""
    visit = COMBINED.parse(LINE.replace(b"GET /a?b HTTP/1.1", request_line), UTC)
    assert visit.method == b""
    assert visit.target == request_line.replace(b"\\x16\\x03\\x01", b"\x16\x03\x01")


def test_an_escaped_quote_cannot_move_the_fields():
    """A quote that the client sends does not end the request, so no client forges the status."""
    line = LINE.replace(b"/a?b", b'/\\" 200 1 \\"-\\" \\"x')
    visit = COMBINED.parse(line, UTC)
    assert (visit.status, visit.agent) == (404, b"curl/8")
    assert visit.target == b'/" 200 1 "-" "x'


def test_a_backslash_alone():
    """A line without any quote is no visit."""
    assert COMBINED.parse(b"a\\b", UTC) is None


def test_a_cut_line():
    """A line that was cut in its agent is still a visit."""
    assert COMBINED.parse(LINE[:-3], UTC).agent == b"curl"
    assert COMBINED.parse(LINE.replace(b"/a", b"/\\x22a")[:-3], UTC).agent == b"curl"


def test_ipv6_client():
    """Brackets are left out, v4-mapped addresses stay as written."""
    assert _replace(LINE, b"192.0.2.7", b"[2001:db8::1]").client == "2001:db8::1"
    assert _replace(LINE, b"192.0.2.7", b"::ffff:192.0.2.7").client == "::ffff:192.0.2.7"


def test_real_log(real_log):
    """All 10,000 lines of a real log are visits, and the cheap ways say the same as the whole."""
    lines = real_log.read_bytes().splitlines()
    assert len(lines) == 10_000
    for line in lines:
        visit = COMBINED.parse(line, UTC)
        assert visit is not None
        assert (visit.client, visit.at) == (COMBINED.client(line), COMBINED.time_of(line, UTC))
        assert visit.method in (b"GET", b"HEAD", b"POST", b"OPTIONS")
