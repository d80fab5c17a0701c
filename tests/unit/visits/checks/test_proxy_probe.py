"""Tries to use an open proxy."""

import pytest

from pforte.visits.checks import proxy_probe


@pytest.mark.parametrize("target", [b"mail.example.net:25", b"192.0.2.1:443", b"[2001:db8::1]:443"])
def test_a_tunnel_is_a_try(asking, target):
    """CONNECT names host and port (RFC 9110 s9.3.6)."""
    assert asking(proxy_probe.CHECK)(target, method=b"CONNECT") is not None


def test_a_websocket_over_http2_is_none(asking):
    """RFC 8441 s4: extended CONNECT names a path."""
    assert asking(proxy_probe.CHECK)(b"/chat", method=b"CONNECT", protocol=b"HTTP/2.0") is None


@pytest.mark.parametrize(
    "target",
    [b"http://azenv.net/", b"http://httpbin.org/ip", b"https://api.ipify.org?x=1", b"http://www.google.com"],
)
def test_sites_that_show_a_proxy_convict(asking, target):
    """Nobody asks this server for them by mistake."""
    assert asking(proxy_probe.CHECK)(target) is not None


@pytest.mark.parametrize(
    ("target", "host"),
    [
        (b"http://www.example.org/a", b"www.example.org"),
        (b"http://www.example.org/a", b"example.org"),
        (b"http://www.example.org:80/a", b"www.example.org:80"),
        (b"http://www.example.org/a", b""),
        (b"http://x.example.net/a", b"_"),
        (b"/http://azenv.net/", b""),
        (b"http://notazenv.net.example.org/", b""),
    ],
)
def test_the_own_site_may_be_asked_for_in_full(asking, target, host):
    """RFC 9112 s3.2.2: servers accept the absolute form."""
    assert asking(proxy_probe.CHECK)(target, host=host) is None


def test_a_foreign_site_convicts_where_the_log_tells_ours(asking):
    """The log's own site settles it."""
    assert asking(proxy_probe.CHECK)(b"http://shop.example.net/", host=b"www.example.org") is not None


def test_a_proxy_may_be_used_as_one(asking, facts):
    """Setting site.runs = ["proxy"]."""
    runs = facts(runs=frozenset({"proxy"}))
    assert asking(proxy_probe.CHECK)(b"a.example:443", runs, method=b"CONNECT") is None
