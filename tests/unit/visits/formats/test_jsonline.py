"""JSON access logs are read whatever bytes a client sent."""

import json
import re
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.visits.formats.jsonline import JsonFormat, encode, load, paths, unescape_json
from pforte.visits.formats.jsonnames import CADDY, JSON, TRAEFIK

AT = 1_772_366_400.5
REQUEST = {
    "remote_ip": "10.0.0.1",
    "client_ip": "192.0.2.7",
    "proto": "HTTP/2.0",
    "method": "GET",
    "host": "WWW.example.org:8443",
    "uri": "/a?b=1",
    "headers": {"User-Agent": ["curl/8"], "Referer": ["http://r/"], "Accept": ["*/*"]},
}
CADDY_ENTRY = {"level": "info", "ts": AT, "request": REQUEST, "user_id": "jo", "status": 404}


def write(entry: object) -> bytes:
    """Write compact JSON with UTF-8, as the servers do."""
    return json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogateescape")


def test_caddy():
    """The address behind trusted proxies counts; header lines come as lists."""
    line = write(CADDY_ENTRY)
    visit = CADDY.parse(line, UTC)
    assert (visit.client, visit.at, visit.method, visit.target) == ("192.0.2.7", AT, b"GET", b"/a?b=1")
    assert (visit.protocol, visit.status, visit.agent) == (b"HTTP/2.0", 404, b"curl/8")
    assert (visit.referrer, visit.host, visit.user) == (b"http://r/", b"www.example.org", b"jo")
    assert CADDY.client(line) == visit.client
    assert re.search(CADDY.status_marks((404,))[0], line)
    assert not re.search(CADDY.status_marks((40, 500))[0], line)


def test_older_caddy():
    """Before 2.5 the address came with its port; times may be text."""
    request = {**REQUEST, "remote_addr": "[2001:db8::1]:41342"}
    del request["client_ip"], request["remote_ip"]
    line = write({"ts": "2026-03-01T12:00:00.5Z", "request": request, "status": 200})
    visit = CADDY.parse(line, UTC)
    assert (visit.client, visit.at) == ("2001:db8::1", AT)
    assert CADDY.client(line) == "2001:db8::1"


def test_traefik():
    """Traefik's flat names."""
    line = write(
        {
            "ClientAddr": "192.0.2.7:57010",
            "ClientHost": "192.0.2.7",
            "ClientUsername": "-",
            "DownstreamStatus": 404,
            "RequestHost": "www.example.org",
            "RequestMethod": "GET",
            "RequestPath": "/a?b=1",
            "RequestProtocol": "HTTP/1.1",
            "StartUTC": "2026-03-01T12:00:00.500000001Z",
            "request_User-Agent": "curl/8",
            "time": "2026-03-01T13:00:01+01:00",
        }
    )
    visit = TRAEFIK.parse(line, UTC)
    assert (visit.client, visit.at, visit.target, visit.user) == (
        "192.0.2.7",
        pytest.approx(AT),
        b"/a?b=1",
        b"",
    )
    assert not CADDY.recognises(line)
    assert CADDY.parse(line, UTC) is None


def test_nginx():
    """Numbers as text, request line in one piece, local time."""
    line = b'{"remote_addr":"192.0.2.7","time_local":"01/Mar/2026:12:00:00 +0000","request":"GET /a HTTP/1.1","status":"404"}'
    visit = JSON.parse(line, UTC)
    assert (visit.at, visit.method, visit.target, visit.status) == (AT - 0.5, b"GET", b"/a", 404)


def test_query_apart():
    """A path and its arguments in two fields are put together, but not twice."""
    entry = {"remote_addr": "192.0.2.7", "msec": AT, "uri": "/a", "args": "b=1", "request_method": "GET"}
    assert JSON.parse(write(entry), UTC).target == b"/a?b=1"
    assert JSON.parse(write({**entry, "uri": "/a?b=1"}), UTC).target == b"/a?b=1"


def test_a_time_that_cannot_be_read_gives_way():
    """Several names may hold a time; the first that is one counts."""
    entry = {"remote_addr": "192.0.2.7", "timestamp": "noon", "ts": AT, "uri": "/"}
    assert JSON.time_of(write(entry), UTC) == AT
    assert JSON.time_of(write({**entry, "ts": True}), UTC) is None
    assert JSON.time_of(b"x", UTC) is None


@pytest.mark.parametrize(
    ("status", "read"),
    [
        (404, 404),
        ("404", 404),
        ("4x4", 0),
        (4040, 0),
        (-1, 0),
        (None, 0),
        (4.5, 0),
        ("\u0664\u0660\u0664", 0),
    ],
)
def test_statuses(status, read):
    """What is no status is 0."""
    assert CADDY.parse(write({**CADDY_ENTRY, "status": status}), UTC).status == read


def test_hex_escapes():
    """Nginx without escape=json writes no JSON as soon as a quote comes; a quote hides no request."""
    line = b'{"remote_addr":"192.0.2.7","time":"2026-03-01T12:00:00Z","request":"GET /\\x22\\xFF\\x5Cx HTTP/1.1","status":1}'
    assert JSON.parse(line, UTC).target == b'/"\xff\\x'


@given(st.binary(max_size=50))
def test_raw_bytes_survive(raw):
    """Bytes that are not UTF-8 come back as they were."""
    text = raw.decode("utf-8", "surrogateescape")
    entry = {**CADDY_ENTRY, "request": {**REQUEST, "uri": "/" + text}}
    assert CADDY.parse(write(entry), UTC).target == b"/" + raw


@given(st.text(max_size=50))
def test_escapes_are_undone(text):
    """Everything JSON can write is read, lone surrogates too."""
    raw = json.dumps(text)[1:-1].encode()
    assert unescape_json(raw) == encode(text)


def test_lone_surrogates():
    """Half a character is kept as its own three bytes rather than lost."""
    assert unescape_json(b"a\\ud800") == b"a\xed\xa0\x80"


def test_a_format_without_status():
    """No status, no pattern."""
    assert JsonFormat("x", {"client": paths("ip")}).status_marks((404,)) == ()


def test_other_backslashes():
    """Only hex escapes are replaced where a line is no JSON; an escaped backslash before an x stays one."""
    line = b'{"remote_addr":"192.0.2.7","ts":1772366400,"uri":"/\\\\x22\\x22","status":1}'
    assert JSON.parse(line, UTC).target == b'/\\x22"'


def test_what_is_no_json_string():
    """A broken escape is read as the other writers' escapes are."""
    assert unescape_json(b"a\\x22") == b'a"'
    assert unescape_json(b'a" \\n') == b'a" \n'


@pytest.mark.parametrize(
    "line",
    [b"", b"x", b"[]", b"{", b'{"a":' + b"[" * 60_000, b"{" + b'"a":{' * 9000, b'{"a":' + b"9" * 5000 + b"}"],
)
def test_no_object(line):
    """Depth and size of a line are no weapon."""
    assert load(line) is None


@pytest.mark.parametrize(
    "change",
    [
        {"ts": None},
        {"request": {}},
        {"request": 5},
        {"request": {**REQUEST, "client_ip": "host"}},
        {"request": {**REQUEST, "uri": None}},
    ],
)
def test_incomplete_entries(change):
    """Without address, time or target there is no visit."""
    assert CADDY.parse(write({**CADDY_ENTRY, **change}), UTC) is None


def test_escape_marks():
    """Lines in which escapes hide bytes of target, agent or referrer are found; harmless escapes are not."""

    def hides(change: dict[str, object]) -> bool:
        line = (
            json.dumps({**CADDY_ENTRY, "request": {**REQUEST, **change}}).encode().replace(b"&", b"\\u0026")
        )
        return any(re.search(mark, line) for mark in CADDY.escape_marks)

    assert hides({"uri": '/a"b'})
    assert hides({"uri": "/a\\b"})
    assert hides({"uri": "/a?x=1&y='\u00e4"})
    assert hides({"headers": {"User-Agent": ['"']}})
    assert not hides({"uri": "/a?x=1&y=2&z=3"})
    assert not hides({"headers": {"Sec-Ch-Ua": ['"Chromium";v="1"'], "User-Agent": ["curl"]}})


def test_cheap_client_is_not_fooled():
    """A header that a client names like the address is a list, and quotes in values are escaped."""
    request = {"headers": {"client_ip": ["203.0.113.9"], "X": ['"client_ip":"203.0.113.9"']}, **REQUEST}
    assert CADDY.client(write({"ts": AT, "request": request, "status": 1})) == "192.0.2.7"
    assert CADDY.client(b"{}") is None


def test_paths():
    """Dots go into objects."""
    assert paths("a.b", "c") == (("a", "b"), ("c",))
