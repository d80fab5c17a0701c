r"""Reading a logged request line, and undoing what the log writer escaped.

nginx writes ``"``, ``\`` and bytes outside printable ASCII as ``\xHH``; Apache writes ``\"``, ``\\``, ``\n``,
``\t`` and so on, and ``\xhh`` for the rest. Neither writes a bare backslash, so one function undoes both.
"""

import re

_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_NAMED = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"v": b"\v", b"f": b"\f"}
_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_METHODS = frozenset(
    (b"GET", b"POST", b"HEAD", b"OPTIONS", b"PUT", b"DELETE", b"PATCH", b"CONNECT", b"TRACE")
)

Request = tuple[bytes, bytes, bytes]


def unescape(raw: bytes) -> bytes:
    r"""Return the bytes that the server received.

    >>> unescape(rb"/a\x22b\"c\\d")
    b'/a"b"c\\d'
    """
    return _ESCAPE.sub(_received, raw) if b"\\" in raw else raw


def _received(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code is not None:
        return bytes((int(code, 16),))
    return _NAMED.get(match[2], match[2])


def split_request(raw: bytes) -> Request:
    r"""Return method, target and protocol (RFC 9112 s3).

    A request line that lacks one of them, or whose method is no token (RFC 9110 s5.6.2), is malformed: it has no
    method and no protocol, and all of it is the target.

    >>> split_request(b"GET /a b HTTP/1.1")
    (b'GET', b'/a b', b'HTTP/1.1')
    >>> split_request(b"\x16\x03\x01")
    (b'', b'\x16\x03\x01', b'')
    """
    if raw[-9:-3] == b" HTTP/":  # the usual line, two steps shorter
        method, _, target = raw[:-9].partition(b" ")
        if target and method in _METHODS:
            return method, target, raw[-8:]
    method, _, rest = raw.partition(b" ")
    target, _, protocol = rest.rpartition(b" ")
    if target and protocol.startswith(b"HTTP/") and (method in _METHODS or _METHOD.fullmatch(method)):
        return method, target, protocol
    return b"", raw, b""
