"""The parts of a message (MIME: RFC 2045, RFC 2046), found once; what is in them is decoded when it is asked for."""

import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from pforte.languages import Text
from pforte.mail.fields.charsets import decode_text, find_codec
from pforte.mail.fields.content import Content, file_name, read_content
from pforte.mail.fields.field import Field, cut_header, split_fields

MOST_PARTS = 1_000
"""Parts that are looked at, containers with them. Mail of people has fewer than 50, digests of lists fewer than 300."""
MOST_DEPTH = 20
"""Containers within containers."""
MOST_DELIMITERS = 100_000
"""Lines that begin as a delimiter does."""
MOST_PART_FIELDS = 100
MOST_WRONGS = 50
"""Mistakes that are kept."""
MOST_PROOF = 400
"""Octets of proof that are kept of each mistake."""
MOST_PART_HEADER = 65_536
"""Octets of a part's header."""

PLAIN = Content("text/plain", {"charset": "us-ascii"})
"""What content is that nobody describes (RFC 2045 s5.2)."""
UNSAID = Content("")
"""The disposition that nobody names."""

_PADDING = re.compile(rb"(--)?[ \t]*(?:\r?\n|\r?\Z)")
_BOUNDARY = re.compile(r"[A-Za-z0-9'()+_,./:=? -]{0,69}[A-Za-z0-9'()+_,./:=?-]")
_AS_IT_IS = frozenset({"7bit", "8bit", "binary"})
_ENCODINGS = _AS_IT_IS | {"base64", "quoted-printable"}
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_OF_CONTENT = (b"content-type", b"content-transfer-encoding", b"content-disposition")


class Fault(StrEnum):
    """What is wrong with a part."""

    NO_BOUNDARY = "no-boundary"
    """A container does not say what divides its parts (RFC 2046 s5.1.1)."""
    NO_PART = "no-part"
    """What is to divide the parts of a container stands nowhere (RFC 2046 s5.1.1)."""
    TWO_MEANINGS = "two-meanings"
    """Its type, encoding or boundary is given twice, and differently (RFC 2045 s3)."""
    NO_TYPE = "no-type"
    """Its Content-Type cannot be read (RFC 2045 s5.1)."""
    ENCODING = "encoding"
    """Its Content-Transfer-Encoding is none that there is (RFC 2045 s6.1)."""
    ENCODED_CONTAINER = "encoded-container"
    """It has parts, and is encoded as a whole (RFC 2045 s6.4, RFC 2046 s5.2.1)."""
    BOUNDARY = "boundary"
    """Its boundary is too long or has signs that it may not have (RFC 2046 s5.1.1)."""
    NOT_CLOSED = "not-closed"
    """Its last part does not end (RFC 2046 s5.1.1)."""
    CHARSET = "charset"
    """Nobody knows its character set (RFC 2045 s5.1)."""

    @property
    def unreadable(self) -> bool:
        """Say whether two readers may see different parts."""
        return self in (Fault.NO_BOUNDARY, Fault.NO_PART, Fault.TWO_MEANINGS)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a part.

    Attributes:
        fault: what.
        proof: the octets that prove it.
    """

    fault: Fault
    proof: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part, or the whole message as the first of them.

    Attributes:
        raw: the whole message.
        start: where its content begins.
        end: behind its content.
        depth: in how many containers it is.
        content: its type.
        disposition: inline or attachment, with the file's name.
        encoding: its transfer encoding, in small letters.
    """

    raw: bytes = field(repr=False)
    start: int
    end: int
    depth: int
    content: Content = PLAIN
    disposition: Content = UNSAID
    encoding: str = "7bit"

    @property
    def kind(self) -> str:
        """Return its media type, such as ``text/html``."""
        return self.content.kind

    @property
    def is_container(self) -> bool:
        """Say whether it has parts."""
        return self.kind.startswith("multipart/") or self.kind == "message/rfc822"

    @property
    def file_name(self) -> str:
        """Return the name of the file that it is, or ""."""
        return file_name(self.disposition, self.content)

    def decoded(self, most: int | None = None) -> bytes:
        """Return its octets without the transfer encoding; what is wrong with it is passed over (RFC 2045 s6.7, s6.8).

        Args:
            most: octets that are decoded, counted before; None decodes all.
        """
        octets = self.raw[self.start : self.end if most is None else min(self.end, self.start + most)]
        if self.encoding == "base64":
            return _without_base64(octets)
        return binascii.a2b_qp(octets) if self.encoding == "quoted-printable" else octets

    def text(self, most: int | None = None) -> str:
        """Return its decoded octets as text."""
        return decode_text(self.decoded(most), self.content.parameters.get("charset", "us-ascii"))


def _without_base64(octets: bytes) -> bytes:
    try:
        # It ends at its padding: lists put lines of text behind (RFC 2045 s6.8).
        return binascii.a2b_base64(octets)
    except binascii.Error:
        signs = octets.translate(None, _NOT_BASE64)
        signs = signs[: len(signs) - (len(signs) % 4 == 1)]
        return binascii.a2b_base64(signs + b"=" * (-len(signs) % 4))


@dataclass(frozen=True, slots=True)
class Structure:
    """The parts of a message.

    Attributes:
        parts: in the order in which they stand; a container stands before its parts.
        wrongs: what is wrong with them.
        excess: what is so much that the rest was not looked at, in the accusative; None is nothing.
    """

    parts: tuple[Part, ...]
    wrongs: tuple[Wrong, ...] = ()
    excess: Text | None = None

    @property
    def leaves(self) -> Iterator[Part]:
        """Return the parts that are no containers."""
        return (part for part in self.parts if not part.is_container)


def read_structure(raw: bytes, fields: Sequence[Field], body_at: int) -> Structure:
    """Find the parts of a message.

    Args:
        raw: the message.
        fields: of its header.
        body_at: where its body begins.
    """
    reading = _Reading(raw)
    parts: list[Part] = []
    waiting = [reading.describe(fields, body_at, len(raw), depth=0)]
    while waiting and not reading.excess:
        part = waiting.pop()
        parts.append(part)
        if len(parts) + len(waiting) > MOST_PARTS:
            reading.excess = Text(
                en=f"more than {MOST_PARTS} MIME parts", de=f"mehr als {MOST_PARTS} MIME-Teile"
            )
        elif part.is_container and part.depth == MOST_DEPTH:
            reading.excess = Text(
                en=f"MIME parts in more than {MOST_DEPTH} levels",
                de=f"MIME-Teile in mehr als {MOST_DEPTH} Ebenen",
            )
        elif part.is_container:
            waiting += reversed(reading.open(part))
    return Structure(tuple(parts), tuple(reading.wrongs), reading.excess)


class _Reading:
    """What was found until now."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.wrongs: list[Wrong] = []
        self.excess: Text | None = None
        self._delimiters = 0

    def describe(
        self, fields: Sequence[Field], start: int, end: int, *, depth: int, default: Content = PLAIN
    ) -> Part:
        """Return a part as its fields describe it."""
        by_key: dict[bytes, Field] = {}
        for each in fields:
            if (
                each.key in _OF_CONTENT
                and by_key.setdefault(each.key, each).value.lower() != each.value.lower()
            ):
                self._wrong(Fault.TWO_MEANINGS, each.raw)
        given, encoding, disposition = (by_key.get(key) for key in _OF_CONTENT)
        part = Part(
            raw=self.raw,
            start=start,
            end=end,
            depth=depth,
            content=self._content(given, default) if given else default,
            disposition=read_content(disposition.text) if disposition else UNSAID,
            encoding=read_content(encoding.text).kind if encoding else "7bit",
        )
        if encoding and part.encoding not in _ENCODINGS:
            self._wrong(Fault.ENCODING, encoding.raw)
        elif encoding and part.is_container and part.encoding not in _AS_IT_IS:
            self._wrong(Fault.ENCODED_CONTAINER, encoding.raw)
        return part

    def open(self, container: Part) -> list[Part]:
        """Return the parts in a container."""
        digest = container.kind == "multipart/digest"
        whole = container.kind == "message/rfc822"
        spans = [(container.start, container.end)] if whole else self._divide(container)
        parts = []
        for start, end in spans:
            cut = cut_header(self.raw, start, end, MOST_PART_HEADER)
            if not cut.ended:
                self.excess = Text(
                    en=f"a MIME part with a header of more than {MOST_PART_HEADER} octets",
                    de=f"einen MIME-Teil mit einem Kopf von mehr als {MOST_PART_HEADER} Oktetten",
                )
            fields = list(islice(split_fields(self.raw[start : cut.header_end]), MOST_PART_FIELDS + 1))
            if len(fields) > MOST_PART_FIELDS and not whole:
                self.excess = Text(
                    en=f"a MIME part with more than {MOST_PART_FIELDS} header fields",
                    de=f"einen MIME-Teil mit mehr als {MOST_PART_FIELDS} Kopffeldern",
                )
            # RFC 2046 s5.1.5: in a digest each part is a message where nothing else is said.
            default = Content("message/rfc822") if digest else PLAIN
            parts.append(self.describe(fields, cut.body_at, end, depth=container.depth + 1, default=default))
        return parts

    def _content(self, given: Field, default: Content) -> Content:
        content = read_content(given.text, slashed=True)
        if not content.kind:
            self._wrong(Fault.NO_TYPE, given.raw)
            return default  # RFC 2045 s5.2
        charset = content.parameters.get("charset", "")
        if charset and content.kind.startswith("text/") and not find_codec(charset):
            self._wrong(Fault.CHARSET, given.raw)
        if content.kind.startswith("multipart/"):
            boundary = content.parameters.get("boundary", "")
            if not boundary:
                self._wrong(Fault.NO_BOUNDARY, given.raw)
            elif "boundary" in content.contradicted:
                self._wrong(Fault.TWO_MEANINGS, given.raw)
            elif not _BOUNDARY.fullmatch(boundary):
                self._wrong(Fault.BOUNDARY, given.raw)
        return content

    def _divide(self, container: Part) -> list[tuple[int, int]]:
        """Return where the parts of a multipart begin and end (RFC 2046 s5.1.1)."""
        boundary = container.content.parameters.get("boundary", "").encode("utf-8", "surrogateescape")
        if not boundary:
            return []
        spans: list[tuple[int, int]] = []
        opened = closed = 0
        for begins, ends, last in self._delimiters_of(boundary, container.start, container.end):
            if opened:
                # The line end before a delimiter belongs to it.
                spans.append((opened, max(opened, begins - self.raw.endswith(b"\r", opened, begins))))
            opened = 0 if last else ends
            closed = closed or last
            if last or len(spans) > MOST_PARTS:
                break
        if opened:
            spans.append((opened, container.end))
        if not spans:
            self._wrong(Fault.NO_PART, b"--" + boundary)
        elif not closed:
            self._wrong(Fault.NOT_CLOSED, b"--" + boundary)
        return spans

    def _delimiters_of(self, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """Find delimiter lines: where the line end before them stands, where they end, whether they are the last."""
        needle = b"\n--" + boundary
        # The empty line before the content is the first line end.
        at = self.raw.find(needle, start - 1, end)
        while at >= 0:
            self._delimiters += 1
            if self._delimiters > MOST_DELIMITERS:
                self.excess = Text(
                    en=f"more than {MOST_DELIMITERS} lines like the delimiter of MIME parts",
                    de=f"mehr als {MOST_DELIMITERS} Zeilen wie die Trenner von MIME-Teilen",
                )
                return
            line = _PADDING.match(self.raw, at + len(needle), end)
            if line:
                yield at, line.end(), bool(line[1])
            at = self.raw.find(needle, line.end() - 1 if line else at + len(needle), end)

    def _wrong(self, fault: Fault, proof: bytes) -> None:
        if len(self.wrongs) < MOST_WRONGS:
            self.wrongs.append(Wrong(fault, proof[:MOST_PROOF]))
