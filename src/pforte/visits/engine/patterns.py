r"""Marks made safe for blocks: a pattern that was written for one line never reaches over its end.

Both engines see a block of many lines. A class such as ``[^ ]`` or ``\s`` would cross a line feed there and tie
two lines together, so every construct that can match a line feed is narrowed before it is compiled. What the two
engines read differently is refused.
"""

from pforte.visits.engine import EngineError

_LETTERS = b"dwbBtrfx"
_LINE_FEEDS = (rb"\n", rb"\x0a", rb"\x0A")
_OUTSIDE = {
    ord("s"): rb"[ \t\r\f\x0b]",
    ord("S"): rb"[^ \t\r\n\f\x0b]",
    ord("W"): rb"[^\n0-9A-Za-z_]",
    ord("D"): rb"[^\n0-9]",
}
_INSIDE = {
    ord("s"): rb" \t\r\f\x0b",
    ord("S"): rb"\x00-\x08\x0e-\x1f!-\xff",
    ord("W"): rb"\x00-\x09\x0b-/:-@\x5b-\x5e\x60\x7b-\xff",
    ord("D"): rb"\x00-\x09\x0b-/:-\xff",
}


def within_line(pattern: bytes) -> bytes:
    r"""Return ``pattern`` narrowed so that no part of it matches a line feed.

    >>> within_line(rb"id=[^&]{0,9}\s+or")
    b'id=[^\\n&]{0,9}[ \\t\\r\\f\\x0b]+or'

    Raises:
        EngineError: the pattern is empty, not ASCII, names a line feed, or uses an escape that the engines read
            differently; the message quotes it.
    """
    if not pattern or not pattern.isascii():
        raise EngineError(f"mark {pattern!r}: write a pattern of ASCII, other bytes as \\xNN")
    if b"\n" in pattern:
        raise EngineError(f"mark {pattern!r}: a mark stays within one line")
    out = bytearray()
    at = 0
    while at < len(pattern):
        if pattern[at] == ord("["):
            at, narrowed = _bracket(pattern, at)
        elif pattern[at] == ord("\\"):
            at, narrowed = _escape(pattern, at, _OUTSIDE)
        else:
            at, narrowed = at + 1, pattern[at : at + 1]
        out += narrowed
    return bytes(out)


def _escape(pattern: bytes, at: int, narrow: dict[int, bytes]) -> tuple[int, bytes]:
    """Return the offset behind the escape at ``at``, and the escape narrowed."""
    letter = pattern[at + 1 : at + 2]
    if letter and letter[0] in narrow:
        return at + 2, narrow[letter[0]]
    if not letter or (letter.isalnum() and letter not in _LETTERS):
        named = f"\\{letter.decode('ascii')}"
        raise EngineError(f"mark {pattern!r}: the engines read {named} differently, or it leaves the line")
    if letter == b"x":
        digits = pattern[at + 2 : at + 4]
        if len(digits) < 2 or not digits.isalnum() or digits.lower() == b"0a":
            raise EngineError(f"mark {pattern!r}: write \\xNN with two digits, and no line feed")
        return at + 4, pattern[at : at + 4]
    return at + 2, pattern[at : at + 2]


def _bracket(pattern: bytes, at: int) -> tuple[int, bytes]:
    """Return the offset behind the bracket class that begins at ``at``, and the class narrowed."""
    at += 1
    out = bytearray(b"[")
    negated = pattern[at : at + 1] == b"^"
    if negated:
        at += 1
        out += rb"^\n"
    first = at
    while at < len(pattern):
        if pattern[at] == ord("]") and at > first:
            return at + 1, bytes(out + b"]")
        if pattern[at] == ord("\\"):
            named = next((name for name in _LINE_FEEDS if pattern.startswith(name, at)), b"")
            if negated and named:
                at += len(named)  # already left out
                continue
            at, narrowed = _escape(pattern, at, _INSIDE)
            low = narrowed == rb"\t" or narrowed.startswith(rb"\x0")
            ranges = pattern[at : at + 1] == b"-" and pattern[at + 1 : at + 2] != b"]"
            if low and ranges and not negated:
                raise EngineError(f"mark {pattern!r}: begin the range behind the line feed")
            out += narrowed
            continue
        out += (
            rb"\]" if pattern[at] == ord("]") else rb"\[" if pattern[at] == ord("[") else pattern[at : at + 1]
        )
        at += 1
    raise EngineError(f"mark {pattern!r}: a bracket is not closed")
