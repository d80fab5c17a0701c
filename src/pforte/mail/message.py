"""A message as received: its octets, cut into header fields and body once (RFC 5322 s2.1)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

MOST_FIELDS = 1_000
"""Header fields that are looked at. Real mail has about 30 and lists seldom 100; what comes after these is named
in :attr:`Message.excess` and refused."""
MOST_HEADER = 262_144
"""Octets of the header that are looked at."""

_END = re.compile(rb"\r?\n(?=\r?\n)|\A(?=\r?\n)")
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
    def body(self) -> bytes:
        """Return what stands behind the colon as written, without the last line end."""
        return self.raw[len(self.name) + 1 :].rstrip(b"\r\n") if self.name else self.raw.rstrip(b"\r\n")

    @property
    def value(self) -> bytes:
        """Return the body unfolded (RFC 5322 s2.2.3), without white space around it."""
        return _FOLD.sub(b"", self.body).strip(b" \t")


class Message:
    """A message, parsed as far as it was asked about.

    Args:
        raw: its octets as received, lines ended by CRLF or LF.
    """

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        end = _END.search(raw, 0, MOST_HEADER + 4)
        if end is None:
            header_end = min(len(raw), MOST_HEADER)
            self.body_at = len(raw) if len(raw) <= MOST_HEADER else header_end
        else:
            header_end = end.end()
            self.body_at = header_end + (2 if raw.startswith(b"\r\n", header_end) else 1)
        fields = tuple(_fields(raw[:header_end]))
        self.fields: tuple[Field, ...] = fields[:MOST_FIELDS]
        self.excess = self._find_excess(len(fields), ended=end is not None)
        self._by_name: dict[bytes, list[Field]] = {}
        for field in self.fields:
            self._by_name.setdefault(field.name.rstrip(b" \t").lower(), []).append(field)

    @property
    def body(self) -> memoryview:
        """Return the octets behind the empty line."""
        return memoryview(self.raw)[self.body_at :]

    def all(self, name: bytes) -> tuple[Field, ...]:
        """Return the fields of a name (in small letters), in their order; b"" gives the lines that are no fields."""
        return tuple(self._by_name.get(name, ()))

    def first(self, name: bytes) -> Field | None:
        """Return the first field of a name (in small letters), or None."""
        found = self._by_name.get(name)
        return found[0] if found else None

    @cached_property
    def names(self) -> frozenset[bytes]:
        """Return the names of all fields, in small letters."""
        return frozenset(self._by_name)

    def _find_excess(self, count: int, *, ended: bool) -> str:
        if count > MOST_FIELDS:
            return f"more than {MOST_FIELDS} header fields"
        if not ended and len(self.raw) > MOST_HEADER:
            return f"a header of more than {MOST_HEADER} octets"
        return ""


def _fields(header: bytes) -> Iterator[Field]:
    for count, found in enumerate(_FIELD.finditer(header)):
        raw = found.group()
        if not raw:
            return
        line = raw.partition(b"\n")[0]
        name, colon, _ = line.partition(b":")
        yield Field(raw, name if colon else b"")
        if count > MOST_FIELDS:
            return
