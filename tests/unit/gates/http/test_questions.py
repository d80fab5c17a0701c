"""Each kind of proxy is asked about in its own header fields; those of others are the visitor's own."""

import pytest

from pforte.gates.http.questions import Endpoint, endpoint_of, request_of
from pforte.visits.door import Request

FIELDS = {
    b"host": b"auth.example.org",
    b"user-agent": b"Firefox",
    b"referer": b"https://example.net/",
    b"x-original-uri": b"/nginx-says",
    b"x-original-method": b"POST",
    b"x-forwarded-uri": b"/traefik-says",
    b"x-forwarded-method": b"PUT",
    b"x-forwarded-host": b"www.example.org",
}


@pytest.mark.parametrize(
    ("target", "endpoint"),
    [
        (b"/nginx", Endpoint.NGINX),
        (b"/forward", Endpoint.FORWARD),
        (b"/forward?x=1", Endpoint.FORWARD),
        (b"/envoy/", Endpoint.ENVOY),
        (b"/envoy/page?health", Endpoint.ENVOY),
        (b"/page", Endpoint.PAGE),
        (b"/health", Endpoint.HEALTH),
        (b"/envoy", None),
        (b"/nginx/", None),
        (b"/", None),
        (b"", None),
        (b"*", None),
    ],
)
def test_endpoints(target, endpoint):
    assert endpoint_of(target) is endpoint


@pytest.mark.parametrize(
    ("endpoint", "request_"),
    [
        (Endpoint.NGINX, Request(b"POST", b"/nginx-says", b"auth.example.org", b"Firefox", b"https://example.net/")),
        (Endpoint.FORWARD, Request(b"PUT", b"/traefik-says", b"www.example.org", b"Firefox", b"https://example.net/")),
        (Endpoint.ENVOY, Request(b"HEAD", b"/shop?a=1", b"auth.example.org", b"Firefox", b"https://example.net/")),
        (Endpoint.PAGE, None),
    ],
)  # fmt: skip
def test_requests(endpoint, request_):
    assert request_of(endpoint, b"HEAD", b"/envoy/shop?a=1", FIELDS) == request_


def test_a_proxy_that_tells_no_request_asks_for_the_address_only():
    assert request_of(Endpoint.NGINX, b"GET", b"/nginx", {b"x-forwarded-uri": b"/visitor-says"}) is None
    assert request_of(Endpoint.FORWARD, b"GET", b"/forward", {b"x-original-uri": b"/visitor-says"}) is None


def test_what_is_left_out_is_as_usual():
    assert request_of(Endpoint.NGINX, b"GET", b"/nginx", {b"x-original-uri": b"/"}) == Request(b"GET", b"/")
    assert request_of(
        Endpoint.FORWARD, b"GET", b"/forward", {b"x-forwarded-uri": b"/", b"host": b"a"}
    ) == Request(b"GET", b"/", b"a")
