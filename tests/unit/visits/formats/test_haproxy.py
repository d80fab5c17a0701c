"""HAProxy's httplog is read as HAProxy 2.6 writes it; the lines are its own, with other addresses."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.visits.formats.haproxy import HAPROXY
from pforte.visits.visit import Visit

BEFORE = (
    b"192.0.2.7:56096 [24/Nov/2026:12:25:40.266] web app/<NOSRV> 0/-1/-1/-1/0 403 192 - - PR-- 1/1/0/0/0 0/0 "
)


def read(line: bytes, zone: str = "UTC") -> Visit:
    visit = HAPROXY.parse(line, ZoneInfo(zone))
    assert visit is not None
    return visit


def test_client_time_status_method_and_path():
    visit = read(BEFORE + b'"GET /denied?a=1 HTTP/1.1"')
    assert (visit.client, visit.status) == ("192.0.2.7", 403)
    assert (visit.method, visit.target, visit.protocol) == (b"GET", b"/denied?a=1", b"HTTP/1.1")
    assert visit.at == datetime(2026, 11, 24, 12, 25, 40, 266_000, UTC).timestamp()
    assert (visit.agent, visit.host) == (b"", b"")


def test_the_time_is_that_of_the_zone_of_the_source():
    assert (
        read(BEFORE + b'"GET / HTTP/1.1"', "Europe/Berlin").at == read(BEFORE + b'"GET / HTTP/1.1"').at - 3600
    )


def test_the_port_is_no_part_of_an_ipv6_address():
    """``::1:49246`` is an address as well; another host would be banned."""
    line = BEFORE.replace(b"192.0.2.7:", b"2001:db8::1:") + b'"GET / HTTP/1.1"'
    assert read(line).client == HAPROXY.client(line) == "2001:db8::1"


def test_http2_names_the_site_in_the_request():
    assert read(BEFORE + b'"GET https://Shop.Example:8443/h2 HTTP/2.0"').host == b"shop.example"


@pytest.mark.parametrize(
    ("request_", "target"),
    [
        (b'"GET /denied/a#22b#23c{d|e}\\x HTTP/1.1"', b'/denied/a"b#c{d|e}\\x'),
        (b'"GET /denied/#C3#A9 HTTP/1.0"', b"/denied/\xc3\xa9"),
        (b'{Moz (x; y) #22q#22 #7Bz#7D|a b} "GET /x HTTP/1.1"', b"/x"),
        (
            b'{|} {} "GET /x HTTP/1.1" 0/0000000000000000/0/0/0 shop.example/TLSv1.3/TLS_AES_256_GCM_SHA384',
            b"/x",
        ),
        (b'"<BADREQ>"', b""),
        (b'"GET /long/bbbb', b"/long/bbbb"),
        (b'"GET /long/bbbb"', b"/long/bbbb"),
        (b'"GET', b"GET"),
        (b'"', b""),
    ],
)
def test_the_request_is_what_was_received(request_: bytes, target: bytes):
    """Escapes are undone, captured headers are passed over, and a line that was cut shows what is left."""
    assert read(BEFORE + request_).target == target


@given(st.text(st.characters(codec="latin-1"), min_size=1, max_size=60))
def test_nothing_that_a_client_sends_moves_the_request(text: str):
    """As HAProxy escapes it, in a captured header and in the request."""
    sent = "".join(c if 32 <= ord(c) < 127 and c not in '#"{|}' else f"#{ord(c):02X}" for c in text)
    line = BEFORE + f'{{{sent}}} "GET /{sent.replace(" ", "%20")} HTTP/1.1"'.encode()
    visit = read(line)
    assert (visit.client, visit.status) == ("192.0.2.7", 403)
    assert visit.target == b"/" + text.replace(" ", "%20").encode("latin-1")


@pytest.mark.parametrize(
    "line",
    [
        b"192.0.2.7:56096 [24/Nov/2026:12:25:40.266] web/1: SSL handshake failure",
        b"Proxy web started.",
        BEFORE.replace(b"192.0.2.7", b"unix") + b'"GET / HTTP/1.1"',
        BEFORE.replace(b"24/Nov", b"31/Feb") + b'"GET / HTTP/1.1"',
        BEFORE.replace(b"192.0.2.7", b"192.0.2.700") + b'"GET / HTTP/1.1"',
        BEFORE,
    ],
)
def test_what_is_no_visit_gives_nothing(line: bytes):
    assert HAPROXY.parse(line, UTC) is None


def test_without_an_answer_there_is_no_status():
    assert read(BEFORE.replace(b" 403 192 ", b" -1 0 ") + b'"GET / HTTP/1.1"').status == 0
