"""Encoded words: text beyond ASCII in fields of ASCII (RFC 2047, RFC 2231 s5)."""

import binascii
import re
from dataclasses import dataclass
from enum import StrEnum

from pforte.mail.fields.charsets import decode_text, find_codec

_WORD = re.compile(r"=\?([^?\s=()<>@,;:\"/\[\]]{1,60})\?([A-Za-z])\?([^?\s]*)\?=")
_BETWEEN = re.compile(r"[ \t\r\n]*")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_Q_SIGN = re.compile(rb"=([0-9A-Fa-f]{2})")


class Flaw(StrEnum):
    """What is wrong with an encoded word."""

    ENCODING = "encoding"
    """It is neither B nor Q (RFC 2047 s4)."""
    CHARSET = "charset"
    """Nobody knows its character set."""
    CONTENT = "content"
    """Its content cannot be decoded."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with its encoded words decoded.

    Attributes:
        text: what a person reads.
        words: how many encoded words there are.
        flaw: what is wrong with the first bad one, or None.
        flawed: that word as written, or "".
    """

    text: str
    words: int = 0
    flaw: Flaw | None = None
    flawed: str = ""


def has_encoded_word(text: str) -> bool:
    """Say whether an encoded word stands in a text."""
    return _WORD.search(text) is not None


def decode_words(text: str) -> Decoded:
    """Decode the encoded words of a text; white space between two of them is no part of it (RFC 2047 s6.2).

    Words are found wherever they stand, as mail readers do, not only where RFC 2047 s5 allows them.

    >>> decode_words("=?utf-8?q?Gr=C3=BC=C3=9Fe?= =?utf-8?b?ISE=?= an alle").text
    'Grüße!! an alle'
    """
    if "=?" not in text:
        return Decoded(text)
    parts: list[str] = []
    pending: tuple[str, bytearray] | None = None  # a sign may be cut in two by the end of a word
    flaw: tuple[Flaw, str] | None = None
    at = words = 0
    for found in _WORD.finditer(text):
        between = text[at : found.start()]
        charset, encoding, content = found.groups()
        charset = charset.partition("*")[0].lower()  # RFC 2231 s5: a language may follow
        octets, wrong = _decode(charset, encoding.upper(), content)
        if wrong and flaw is None:
            flaw = wrong, found.group()
        if pending and pending[0] == charset and _BETWEEN.fullmatch(between):
            pending[1].extend(octets)
        else:
            if pending:
                parts.append(decode_text(pending[1], pending[0]))
            if not (pending and _BETWEEN.fullmatch(between)):
                parts.append(between)
            pending = charset, bytearray(octets)
        at, words = found.end(), words + 1
    if pending:
        parts.append(decode_text(pending[1], pending[0]))
    parts.append(text[at:])
    return Decoded("".join(parts), words, *(flaw or (None, "")))


def _decode(charset: str, encoding: str, content: str) -> tuple[bytes, Flaw | None]:
    raw = content.encode("utf-8", "surrogateescape")
    if encoding not in ("B", "Q"):
        return raw, Flaw.ENCODING
    octets, wrong = _decode_b(content) if encoding == "B" else _decode_q(raw)
    if not find_codec(charset):
        return octets, Flaw.CHARSET
    return octets, Flaw.CONTENT if wrong else None


def _decode_b(content: str) -> tuple[bytes, bool]:
    wrong = not _BASE64.fullmatch(content) or len(content) % 4 == 1
    signs = "".join(filter(_IN_BASE64.__contains__, content))
    signs = signs[: len(signs) - 1] if len(signs) % 4 == 1 else signs
    return binascii.a2b_base64(signs + "=" * (-len(signs) % 4)), wrong


_IN_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")


def _decode_q(raw: bytes) -> tuple[bytes, bool]:
    octets = _Q_SIGN.sub(lambda sign: bytes.fromhex(sign[1].decode()), raw.replace(b"_", b" "))
    return octets, raw.count(b"=") != len(_Q_SIGN.findall(raw))
