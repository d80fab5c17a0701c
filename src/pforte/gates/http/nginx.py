"""The questions that nginx writes by our guide, each read with one look.

The parser hands over each header field by itself, which takes longer than all the judging. nginx writes the fields of
the guide's snippet always in the same order, so that one expression reads a whole question. Whatever differs from it
is left to the parser.
"""

import re
from collections.abc import Iterable

START = b"GET /nginx HTTP/1.1\r\nHost: "
"""What such a question begins with."""
_QUOTE = ord('"')
_FIELD = rb"([^ ].*)"  # no line feed; where another octet is odd, the door is not content with it
_QUESTION = re.compile(
    re.escape(START) + rb"[!-~]++\r\n"
    rb"X-Forwarded-For: ([0-9A-Fa-f:.]++)\r\n"
    rb"X-Original-URI: " + _FIELD + rb"\r\n"
    rb"X-Original-Method: ([A-Z]++)\r\n"
    rb"(?:User-Agent: " + _FIELD + rb"\r\n)?"
    rb"(?:Referer: " + _FIELD + rb"\r\n)?"
    rb"\r\n"
)


def read_questions(pieces: Iterable[bytes]) -> list[tuple[bytes, ...] | None]:
    """Return of each piece that is exactly one question of the usual form what it asks, and None of each other.

    Returns:
        The visitor's address as told, which may be none; target, method, agent and referrer of the request, the last
        two b"-" where there are none. No quote or line feed stands in them; other odd octets may.
    """
    read = _QUESTION.fullmatch
    return [
        None if _QUOTE in piece or (found := read(piece)) is None else found.groups(b"-") for piece in pieces
    ]
