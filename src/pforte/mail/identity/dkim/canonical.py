"""Canonical forms: what of a message is signed, so that harmless changes on the way do no harm (RFC 6376 s3.4).

Every form is made in time proportional to the message, in pieces, so that a large body is not held twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256

_PIECE = 1 << 18


class Form(StrEnum):
    """The two canonical forms."""

    SIMPLE = "simple"
    """Nothing may change but empty lines at the end of the body."""
    RELAXED = "relaxed"
    """White space may change in amount, and the letters of field names in case."""


@dataclass(frozen=True, slots=True)
class BodyDigest:
    """The hash of a canonical body.

    Attributes:
        value: SHA-256.
        whole: whether all of the body went into it.
        missing: octets by which the body is shorter than the length asked for.
    """

    value: bytes
    whole: bool
    missing: int = 0


def canonical_field(raw: bytes, form: Form) -> bytes:
    """Return the canonical form of a header field, without the line end that follows it.

    Args:
        raw: the field as it stands in the message, lines ended by CRLF.
        form: the form.
    """
    raw = raw.removesuffix(b"\r\n")
    if form is Form.SIMPLE:  # RFC 6376 s3.4.1
        return raw
    name, _, value = raw.partition(b":")  # RFC 6376 s3.4.2
    return name.rstrip(b" \t").lower() + b":" + _one_space(value.replace(b"\r\n", b"")).strip(b" ")


def digest_body(body: bytes, form: Form, lengths: Iterable[int | None]) -> dict[int | None, BodyDigest]:
    """Hash a canonical body up to each of several lengths, all in one go.

    Args:
        body: what follows the empty line, lines ended by CRLF.
        form: the form.
        lengths: octets to hash of the canonical body, as the ``l=`` of signatures says; None hashes all.
    """
    wanted = set(lengths)
    waiting = sorted((length for length in wanted if length is not None), reverse=True)
    digests: dict[int | None, BodyDigest] = {}
    digest, done = sha256(), 0
    for piece in _pieces(body, form):
        at = 0
        while waiting and waiting[-1] < done + len(piece):
            length = waiting.pop()
            digest.update(piece[at : length - done])
            at = length - done
            digests[length] = BodyDigest(digest.digest(), whole=False)
        if not waiting and None not in wanted:
            return digests
        digest.update(piece[at:])
        done += len(piece)
    digests[None] = BodyDigest(digest.digest(), whole=True)
    for length in waiting:
        digests[length] = replace(digests[None], missing=length - done)
    return digests


def _pieces(body: bytes, form: Form) -> Iterator[bytes | memoryview]:
    return _simple_pieces(body) if form is Form.SIMPLE else _relaxed_pieces(body)


def _simple_pieces(body: bytes) -> Iterator[bytes | memoryview]:
    """Cut empty lines from the end; a body of nothing is one line end (RFC 6376 s3.4.3)."""
    end = len(body) - _line_ends(body)
    if end:
        yield memoryview(body)[:end]
    yield b"\r\n"


def _relaxed_pieces(body: bytes) -> Iterator[bytes]:
    """Make white space one space, and none where a line ends; a body of nothing is nothing (RFC 6376 s3.4.4)."""
    at, line_ends, filled = 0, 0, False
    while at < len(body):
        end = _end_of_piece(body, at)
        piece = _one_space(body[at:end]).replace(b" \r\n", b"\r\n")
        if end == len(body):
            piece = piece.removesuffix(b" ")
        ending = _line_ends(piece)
        if ending < len(piece):
            # Lines that are empty count only once something follows them.
            yield b"\r\n" * (line_ends // 2) + piece[: len(piece) - ending]
            line_ends, filled = 0, True
        line_ends += ending
        at = end
    if filled:
        yield b"\r\n"


def _end_of_piece(body: bytes, at: int) -> int:
    """Return where a piece of about _PIECE octets ends, always behind a line end or at the end of all."""
    cut = body.rfind(b"\r\n", at, at + _PIECE)
    if cut < 0:
        cut = body.find(b"\r\n", max(at, at + _PIECE - 1))
    return len(body) if cut < 0 else cut + 2


def _one_space(text: bytes) -> bytes:
    text = text.replace(b"\t", b" ")
    while b"  " in text:  # Each round halves the runs: as many rounds as the longest run's length has bits.
        text = text.replace(b"  ", b" ")
    return text


def _line_ends(text: bytes) -> int:
    """Count the octets of the line ends at the end of a text; a CR or LF that stands alone is none."""
    tail = text[len(text.rstrip(b"\r\n")) :].replace(b"\r\n", b"/")
    return 2 * (len(tail) - len(tail.rstrip(b"/")))
