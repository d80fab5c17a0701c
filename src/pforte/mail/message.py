"""A message as received: its octets, cut into header fields and body once (RFC 5322 s2.1)."""

from functools import cached_property
from itertools import islice

from pforte.languages import Text
from pforte.mail.fields.field import Field, cut_header, split_fields
from pforte.mail.fields.mailboxes import Mailbox, Mailboxes, read_mailboxes
from pforte.mail.structure import Structure, read_structure

MOST_FIELDS = 1_000
"""Header fields that are looked at. Real mail has about 30 and lists seldom 100; what comes after these is named
in :attr:`Message.excess` and refused."""
MOST_HEADER = 262_144
"""Octets of the header that are looked at."""


class Message:
    """A message, parsed as far as it was asked about.

    Args:
        raw: its octets as received, lines ended by CRLF or LF.
    """

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        cut = cut_header(raw, 0, len(raw), MOST_HEADER)
        self.body_at = cut.body_at
        fields = tuple(islice(split_fields(raw[: cut.header_end]), MOST_FIELDS + 1))
        self.fields: tuple[Field, ...] = fields[:MOST_FIELDS]
        self._header_excess = _excess(len(fields), ended=cut.ended)
        self._by_name: dict[bytes, list[Field]] = {}
        for field in self.fields:
            self._by_name.setdefault(field.key, []).append(field)
        self._mailboxes: dict[bytes, Mailboxes | None] = {}

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

    def mailboxes(self, name: bytes) -> Mailboxes | None:
        """Return the mailboxes that the first field of a name (in small letters) lists, or None without one."""
        if name not in self._mailboxes:
            field = self.first(name)
            self._mailboxes[name] = read_mailboxes(field.text) if field else None
        return self._mailboxes[name]

    @cached_property
    def authors(self) -> tuple[Mailbox, ...]:
        """Return every mailbox that can be read in any From field (RFC 5322 s3.6.2); good mail has one."""
        first = self.mailboxes(b"from")
        rest = (read_mailboxes(field.text) for field in self.all(b"from")[1:])
        return tuple(box for listed in (first, *rest) if listed for box in listed.boxes)

    @cached_property
    def structure(self) -> Structure:
        """Return the parts of the message (MIME)."""
        return read_structure(self.raw, self.fields, self.body_at)

    @property
    def excess(self) -> Text | None:
        """Return what of the message is so much that the rest was not looked at, in the accusative, or None."""
        return self._header_excess or self.structure.excess


def _excess(count: int, *, ended: bool) -> Text | None:
    if count > MOST_FIELDS:
        return Text(en=f"more than {MOST_FIELDS} header fields", de=f"mehr als {MOST_FIELDS} Kopffelder")
    if ended:
        return None
    return Text(
        en=f"a header of more than {MOST_HEADER} octets", de=f"einen Kopf von mehr als {MOST_HEADER} Oktetten"
    )
