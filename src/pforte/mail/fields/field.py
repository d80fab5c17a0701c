"""Header fields, cut out of octets (RFC 5322 s2.2)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_END = re.compile(rb"\r?\n(?=\r?\n)")
_EMPTY_LINE = re.compile(rb"\r?\n")
_FIELD = re.compile(rb"[^\n]*\n?(?:[ \t][^\n]*\n?)*")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field.

    Attributes:
        raw: its octets with folding and line end.
        name: its name as written, without the colon; b"" where the line has none and is therefore no field.
    """

    raw: bytes
    name: bytes

    @property
    def key(self) -> bytes:
        """Return the name in small letters, without the white space that may stand before the colon (s4.5)."""
        return self.name.rstrip(b" \t").lower()

    @property
    def body(self) -> bytes:
        """Return what stands behind the colon as written, without the last line end."""
        return self.raw[len(self.name) + 1 :].rstrip(b"\r\n") if self.name else self.raw.rstrip(b"\r\n")

    @property
    def value(self) -> bytes:
        """Return the body unfolded (RFC 5322 s2.2.3), without white space around it."""
        return _FOLD.sub(b"", self.body).strip(b" \t")

    @property
    def text(self) -> str:
        """Return the value as text (RFC 6532 s3.1); octets that are no UTF-8 become lone surrogates."""
        return self.value.decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a header ends and a body begins.

    Attributes:
        header_end: behind the last line of the header.
        body_at: behind the empty line.
        ended: whether the header ends within its bound.
    """

    header_end: int
    body_at: int
    ended: bool


def cut_header(raw: bytes, start: int, end: int, most: int) -> Cut:
    """Find where the header of a message or part ends that stands between two places of ``raw``.

    Args:
        raw: the octets.
        start: where the header begins.
        end: where its body ends.
        most: octets of a header that are looked at.
    """
    empty = _EMPTY_LINE.match(raw, start, end)
    if empty:
        return Cut(start, empty.end(), ended=True)
    bound = min(end, start + most)
    found = _END.search(raw, start, min(end, bound + 4))
    if found is None:
        return Cut(bound, bound, ended=bound == end)
    header_end = found.end()
    return Cut(header_end, header_end + (2 if raw.startswith(b"\r\n", header_end) else 1), ended=True)


def split_fields(header: bytes) -> Iterator[Field]:
    """Cut a header into its fields; a line without a colon comes as a field without a name."""
    for found in _FIELD.finditer(header):
        raw = found.group()
        if raw:
            name, colon, _ = raw.partition(b"\n")[0].partition(b":")
            yield Field(raw, name if colon else b"")
