"""Reading the client's address of a line."""

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address

LONGEST = 80
"""Bytes of the longest text that can hold an address: IPv6, zone id, brackets and port."""

_IPV4 = re.compile(
    rb"((?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3})(?::\d{1,5})?"
)
_BRACKETED = re.compile(rb"\[([0-9A-Fa-f:.]{2,45})(?:%[^\]]{1,16})?\](?::\d{1,5})?")
_BARE = re.compile(rb"([0-9A-Fa-f:.]{2,45})(?:%[^\]/ ]{1,16})?")


def read_client(raw: bytes) -> str | None:
    """Return the address as written, without brackets, port and zone id; None for anything but an address.

    Host names give None: whoever owns the name decides where it points.

    >>> read_client(b"[2001:db8::1]:443"), read_client(b"192.0.2.1:80"), read_client(b"example.com")
    ('2001:db8::1', '192.0.2.1', None)
    """
    return _read_short(raw) if len(raw) <= LONGEST else None  # Before the cache, which would keep the text.


@lru_cache(maxsize=65_536)
def _read_short(raw: bytes) -> str | None:
    match = _IPV4.fullmatch(raw)
    if match is not None:
        return match[1].decode("ascii")
    match = _BRACKETED.fullmatch(raw) or _BARE.fullmatch(raw)
    if match is None:
        return None
    text = match[1].decode("ascii")
    if ":" not in text:
        inner = _IPV4.fullmatch(match[1])
        return text if inner is not None else None
    try:
        IPv6Address(text)
    except AddressValueError:
        return None
    return text


def read_site(raw: bytes) -> bytes:
    """Return the host a request was for: lower case, without port; b"" for ``-``.

    >>> read_site(b"Example.ORG:8080"), read_site(b"[::1]:80"), read_site(b"-")
    (b'example.org', b'[::1]', b'')
    """
    host, colon, port = raw.rpartition(b":")
    if not colon or not port.isdigit() or (b":" in host and not host.startswith(b"[")):
        host = raw
    return b"" if host == b"-" else host.lower()
