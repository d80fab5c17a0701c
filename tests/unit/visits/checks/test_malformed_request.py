"""Requests that are none."""

import pytest

from pforte.visits.checks import malformed_request


@pytest.mark.parametrize(
    ("line", "status"),
    [(b"\x16\x03\x01\x02\x00\x01\xfc", 400), (b"hello", 400), (b"GET", 0), (b"a b c d", 501)],
)
def test_a_broken_line_counts(asking, line, status):
    """RFC 9112 s3: a request line has method, target and version."""
    assert asking(malformed_request.CHECK)(line, method=b"", protocol=b"", status=status) is not None


@pytest.mark.parametrize(
    ("line", "status"), [(b"", 408), (b"-", 408), (b"", 400), (b"-", 499), (b"GET /", 200)]
)
def test_silence_and_old_clients_do_not(asking, line, status):
    """Browsers open connections in advance; a server that answers has understood."""
    assert asking(malformed_request.CHECK)(line, method=b"", protocol=b"", status=status) is None


def test_a_nul_in_the_path_counts(asking):
    """It only serves to cut a name short."""
    ask = asking(malformed_request.CHECK)
    assert ask(b"/a.php%00.jpg") is not None
    assert ask(b"/a?x=%00") is None
    assert ask(b"/a.php%2500.jpg") is not None
