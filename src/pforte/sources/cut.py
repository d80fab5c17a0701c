"""The one rule on long lines: cut at the limit, count, drop the rest up to the newline."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    r"""The whole lines found at the start of some bytes.

    Attributes:
        skipped: bytes before ``data`` that were the rest of a line cut earlier.
        data: whole lines; the last one is cut and got its newline here when ``cut`` is true.
        used: bytes of the input that are dealt with; reading goes on after them.
        cut: whether the last line of ``data`` is cut.
        inside: whether ``used`` ends inside a line that was cut, so that the rest of it is still to be dropped.
    """

    skipped: int
    data: bytes
    used: int
    cut: bool
    inside: bool


def take_lines(raw: bytes | bytearray, limit: int, *, inside: bool = False) -> Piece:
    r"""Take the whole lines at the start of ``raw``, up to the first one that is longer than ``limit`` bytes.

    Args:
        raw: bytes that begin at the start of a line, or inside a cut one.
        limit: longest line in bytes, its newline not counted; at least 1.
        inside: whether ``raw`` begins inside a line that was cut.

    >>> take_lines(b"one\ntwo\nhal", 5)
    Piece(skipped=0, data=b'one\ntwo\n', used=8, cut=False, inside=False)
    >>> take_lines(b"abcdefgh\n", 5)
    Piece(skipped=0, data=b'abcde\n', used=5, cut=True, inside=True)
    """
    start = 0
    if inside:
        start = raw.find(b"\n") + 1
        if not start:
            return Piece(len(raw), b"", len(raw), cut=False, inside=True)
    long = _find_long(raw, start, limit)
    if long is not None:
        end = long + limit
        return Piece(start, bytes(raw[start:end]) + b"\n", end, cut=True, inside=True)
    end = max(raw.rfind(b"\n", start) + 1, start)
    data = raw[start:end] if isinstance(raw, bytes) else bytes(memoryview(raw)[start:end])
    return Piece(start, data, end, cut=False, inside=False)


def _find_long(raw: bytes | bytearray, start: int, limit: int) -> int | None:
    # Each step looks backwards from the furthest place where a newline may stand, so that a block of ordinary
    # lines costs one short look per `limit` bytes.
    while len(raw) - start > limit:
        newline = raw.rfind(b"\n", start, start + limit + 1)
        if newline < 0:
            return start
        start = newline + 1
    return None
