"""What is asked: which endpoint, and which request of the visitor it is about.

Each kind of proxy has an endpoint of its own, because each writes other header fields and passes the rest through as
the visitor sent them: whoever reads all of them lets the visitor choose what is judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from pforte.visits.door import Request

NAMES = (
    b"Host", b"User-Agent", b"Referer", b"Accept", b"Accept-Language", b"Connection",
    b"X-Forwarded-For", b"X-Real-IP", b"Forwarded",
    b"X-Original-URI", b"X-Original-Method",
    b"X-Forwarded-Uri", b"X-Forwarded-Method", b"X-Forwarded-Host",
)  # fmt: skip
"""Header fields that are read."""

Headers = Mapping[bytes, bytes]
"""Values by the lower-case name; of several lines with one name the values are joined by commas (RFC 9110 s5.3)."""


class Endpoint(Enum):
    """What a question is for."""

    NGINX = b"/nginx"
    """The request stands in X-Original-URI and X-Original-Method."""
    FORWARD = b"/forward"
    """Traefik, Caddy, HAProxy: the request stands in X-Forwarded-Uri, X-Forwarded-Method and X-Forwarded-Host."""
    ENVOY = b"/envoy"
    """The question is the request itself, with this before its path."""
    PAGE = b"/page"
    """The explanation for a visitor who was refused: nginx shows no body of its auth_request."""
    DOVECOT = b"/dovecot"
    """Dovecot: the question is about a log-in and stands in the body."""
    HEALTH = b"/health"
    """Whether the gate answers and knows the bans."""


@dataclass(frozen=True, slots=True)
class Place:
    """The header fields in which a proxy tells the visitor's request, by their lower-case names."""

    target: bytes
    method: bytes
    host: bytes


PLACES = {
    Endpoint.NGINX.value: Place(b"x-original-uri", b"x-original-method", b"host"),
    Endpoint.FORWARD.value: Place(b"x-forwarded-uri", b"x-forwarded-method", b"x-forwarded-host"),
}
"""By the target of the question."""

_EXACT = {endpoint.value: endpoint for endpoint in Endpoint if endpoint is not Endpoint.ENVOY}
_ENVOY = Endpoint.ENVOY.value + b"/"


def endpoint_of(target: bytes) -> Endpoint | None:
    """Return the endpoint of a target, or None where there is none.

    >>> endpoint_of(b"/envoy/shop?id=1"), endpoint_of(b"/health?"), endpoint_of(b"/")
    (<Endpoint.ENVOY: b'/envoy'>, <Endpoint.HEALTH: b'/health'>, None)
    """
    if target.startswith(_ENVOY):
        return Endpoint.ENVOY
    return _EXACT.get(target.partition(b"?")[0])


def request_of(endpoint: Endpoint, method: bytes, target: bytes, headers: Headers) -> Request | None:
    """Return the visitor's request; None where the proxy does not tell it, so that only the address counts.

    Args:
        endpoint: the one that was asked.
        method: method of the question.
        target: target of the question.
        headers: its header fields.
    """
    look = headers.get
    host, agent, referrer = look(b"host", b""), look(b"user-agent", b""), look(b"referer", b"")
    if endpoint is Endpoint.ENVOY:
        return Request(method, target[len(Endpoint.ENVOY.value) :], host, agent, referrer)
    place = PLACES.get(endpoint.value)
    asked = None if place is None else look(place.target)
    if place is None or asked is None:
        return None
    return Request(look(place.method, b"GET"), asked, look(place.host) or host, agent, referrer)
