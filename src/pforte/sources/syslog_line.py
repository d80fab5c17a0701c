"""One syslog message as one line that the log formats read: RFC 3164 and RFC 5424."""

import re
from datetime import datetime

from pforte.sources.control_bytes import show_control_bytes
from pforte.visits.formats.envelope import open_envelope

HEAD_BYTES = 16
"""Bytes of a message that may not reach its line: byte order mark, PRI, line end."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
NIL = b"-"

# RFC 3164 s4.1.1, RFC 5424 s6.2.1. Real senders put a zero in front, or numbers above 191; neither matters here.
_PRI = re.compile(rb"<[0-9]{1,3}>")
_NIL_STAMP = re.compile(rb"<[0-9]{1,3}>1 - ")


def write_line(message: bytes, limit: int, received: datetime, host: str) -> tuple[bytes, bool]:
    r"""Write a message as a line with its newline, and tell whether it was cut; b"" where it is empty.

    RFC 5424 messages stay whole, PRI and all; RFC 3164 messages lose their PRI, as files have them. A message that
    has no time gets the one at which it arrived and, where it has no header at all, its sender's address, as a
    relay writes them (RFC 3164 s4.3.2 and s4.3.3). Control bytes are made visible.

    Args:
        message: as it was sent, without framing.
        limit: longest line in bytes, its newline not counted.
        received: when it arrived; must carry a time zone.
        host: who sent it.

    >>> from datetime import UTC
    >>> write_line(b"<38>sshd[12]: hello", 100, datetime(2026, 3, 1, 12, 0, tzinfo=UTC), "192.0.2.1")
    (b'2026-03-01T12:00:00+00:00 192.0.2.1 sshd[12]: hello\n', False)
    """
    cut = len(message) > limit + HEAD_BYTES
    message = message[: limit + HEAD_BYTES].removeprefix(BYTE_ORDER_MARK)
    shown = show_control_bytes(message.rstrip(b"\r\n\0"))
    pri = _PRI.match(shown)
    if not (shown[pri.end() :] if pri else shown):
        return b"", False
    line = _dress(shown, pri.end() if pri else 0, received, host)
    return line[:limit] + b"\n", cut or len(line) > limit


def _dress(shown: bytes, body: int, received: datetime, host: str) -> bytes:
    stamp = received.isoformat().encode("ascii")
    if shown.startswith(b">1 ", body - 1):
        dated = shown.replace(b"1 - ", b"1 " + stamp + b" ", 1) if _NIL_STAMP.match(shown) else shown
        if open_envelope(dated) is not None:
            # RFC 5424 s6.4: the mark stands before the text and says no more than that it is UTF-8.
            return dated.replace(BYTE_ORDER_MARK, b"", 1)
    bare = shown[body:].removeprefix(BYTE_ORDER_MARK)
    if open_envelope(bare) is not None:
        return bare
    return b"%s %s %s" % (stamp, host.encode("ascii", "replace") or NIL, bare)
