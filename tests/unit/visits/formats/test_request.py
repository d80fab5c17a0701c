"""Request lines are taken apart as received."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.visits.formats.request import split_request, unescape


@given(st.binary(max_size=80))
def test_escapes_are_undone(escapes, raw):
    """The check sees the bytes that the server received."""
    for escape in escapes:
        assert unescape(escape(raw)) == raw


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        (b"GET / HTTP/1.1", (b"GET", b"/", b"HTTP/1.1")),
        (b"GET /a b HTTP/1.1", (b"GET", b"/a b", b"HTTP/1.1")),
        (b"M-SEARCH * HTTP/1.1", (b"M-SEARCH", b"*", b"HTTP/1.1")),
        (b"get / HTTP/1.0", (b"get", b"/", b"HTTP/1.0")),
        (b"GET http://example.org/ HTTP/1.1", (b"GET", b"http://example.org/", b"HTTP/1.1")),
        (b"CONNECT example.org:443 HTTP/1.1", (b"CONNECT", b"example.org:443", b"HTTP/1.1")),
        (b"GET / HTTP/10.1", (b"GET", b"/", b"HTTP/10.1")),
        (b"GET /", (b"", b"GET /", b"")),
        (b"GET  HTTP/1.1", (b"", b"GET  HTTP/1.1", b"")),
        (b"GET HTTP/1.1", (b"", b"GET HTTP/1.1", b"")),
        (b"-", (b"", b"-", b"")),
        (b"", (b"", b"", b"")),
        (b"\x16\x03\x01\x02", (b"", b"\x16\x03\x01\x02", b"")),
        (b"\x16\x03 / HTTP/1.1", (b"", b"\x16\x03 / HTTP/1.1", b"")),
        (b"SSTP_DUPLEX_POST /sra/ HTTP/1.1", (b"SSTP_DUPLEX_POST", b"/sra/", b"HTTP/1.1")),
    ],
)
def test_request_lines(raw, parts):
    """Three parts, or none of them is believed."""
    assert split_request(raw) == parts
