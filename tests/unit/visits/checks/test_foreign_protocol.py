"""Other protocols on the web port."""

import pytest

from pforte.visits.checks import foreign_protocol


@pytest.mark.parametrize(
    "line",
    [
        b"\x03\x00\x00/*\xe0\x00\x00\x00\x00\x00Cookie: mstshash=Administr",
        b"SSH-2.0-OpenSSH_9.6",
        b"\x00\x00\x00\xa4\xffSMBr\x00\x00",
        b'{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"x"}}',
        b'{"id": 1, "method": "mining.subscribe", "params": []}',
        b"Gh0st\xad\x00\x00",
        b"MGLNDD_192.0.2.1_443",
        b"t3 12.1.2",
        b"*1",
        b"\x05\x01\x00",
        b"JRMI\x00\x02K",
    ],
)
def test_greetings_of_other_protocols(asking, line):
    """A scanner says hello to every port."""
    assert asking(foreign_protocol.CHECK)(line, method=b"", protocol=b"") is not None


@pytest.mark.parametrize(
    "line", [b"", b"-", b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1 extra", b"hello", b"\x80\x01"]
)
def test_what_is_only_broken_is_not_of_another_protocol(asking, line):
    """TLS on the plain port is a person's mistake now and then; another check counts it."""
    assert asking(foreign_protocol.CHECK)(line, method=b"", protocol=b"") is None


def test_http_requests_are_http(asking):
    """A target may hold any text."""
    assert asking(foreign_protocol.CHECK)(b"/SSH-2.0-x?mstshash=1") is None
    assert asking(foreign_protocol.CHECK)(b"*", method=b"OPTIONS") is None
