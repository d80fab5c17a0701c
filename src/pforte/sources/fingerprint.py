"""Recognising a file by its content, whatever name or inode it bears now."""

from dataclasses import dataclass
from hashlib import blake2b

HEAD_BYTES = 1024
"""How much of a file's beginning tells it from other files."""

ANCHOR_BYTES = 64
"""How much before the place of reading tells that the file is still the one that was read."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Length and digest of some bytes. Positions carry it instead of log content."""

    size: int
    digest: str

    def matches(self, raw: bytes) -> bool:
        """Tell whether ``raw`` is what the fingerprint was taken of."""
        return len(raw) == self.size and _digest(raw) == self.digest

    def render(self) -> str:
        """Render it as ``size:digest``."""
        return f"{self.size}:{self.digest}"


def take_fingerprint(raw: bytes) -> Fingerprint:
    """Take the fingerprint of ``raw``."""
    return Fingerprint(len(raw), _digest(raw))


def parse_fingerprint(text: str) -> Fingerprint:
    """Read what ``render`` wrote.

    Raises:
        ValueError: the text is not of that shape.
    """
    size, separator, digest = text.partition(":")
    if not separator or not size.isdecimal() or int(size) > HEAD_BYTES:
        raise ValueError(f"{text!r} is not a fingerprint")
    return Fingerprint(int(size), digest)


def _digest(raw: bytes) -> str:
    return blake2b(raw, digest_size=8).hexdigest() if raw else ""


NOTHING = Fingerprint(0, "")
"""Of a file of which nothing was read yet; matches only b""."""
