"""How attackers spell a character in a request target: as it is, percent-encoded once, or twice.

Parts of certain marks (:class:`~pforte.visits.checks.declaration.Certainty`), which run over targets as received.
"""

from pforte.visits.checks.declaration import Mark
from pforte.visits.decoding import SEARCH_NAMES


def spelled(character: bytes) -> bytes:
    r"""Return a pattern of one ASCII character, neither letter nor digit, in each of its spellings.

    >>> spelled(b"(")
    b'(?:\\x28|%(?:25)?28)'
    """
    return rb"(?:\x%02x|%%(?:25)?%02x)" % (character[0], character[0])


QUOTE, DOUBLE_QUOTE = spelled(b"'"), spelled(b'"')
OPEN, CLOSE = spelled(b"("), spelled(b")")
LESS, GREATER, EQUALS = spelled(b"<"), spelled(b">"), spelled(b"=")
COMMA, COLON, SEMICOLON, STAR = spelled(b","), spelled(b":"), spelled(b";"), spelled(b"*")
DOLLAR, BRACE, BRACE_END = spelled(b"$"), spelled(b"{"), spelled(b"}")
DOT, SLASH = spelled(b"."), spelled(b"/")
PERCENT = rb"%(?:25){0,2}"
SPACE = rb"(?:\+|%(?:25)?20)"
COMMENT = SLASH + STAR + STAR + SLASH
GAP = rb"(?:" + SPACE + rb"|" + COMMENT + rb"){1,3}"
"""What parts two words of SQL."""

VALUE = rb"[?&][a-z0-9_]{1,32}="
"""The beginning of a parameter's value, its name plain."""

ODD_BYTES = Mark(rb"[^!-~]|[\\#]|%u")
"""Bytes that no browser sends, where the decoders of this world differ."""
SECOND_QUERY = Mark(rb"\?.*\?[a-z0-9_]{1,32}=")
"""What looks like a parameter, but belongs to the value of another one."""
EARLY_AND = Mark(rb"^[^?]*&")
"""What looks like a parameter, but belongs to the path."""
SEARCHED = Mark(rb"[?&](?:" + b"|".join(sorted(SEARCH_NAMES)) + rb")=")
"""People write anything they look for into such a parameter."""

OUTSIDE_PARAMETERS = (ODD_BYTES, SECOND_QUERY, EARLY_AND)
"""Doubts whether a :data:`VALUE` is one."""
TYPED = (*OUTSIDE_PARAMETERS, SEARCHED)
"""Doubts whether a :data:`VALUE` is one that no person typed."""
