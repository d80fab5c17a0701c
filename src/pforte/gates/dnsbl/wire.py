"""DNS messages as bytes (RFC 1035 s4): a question is read in one pass, and answers are put together from parts.

Whatever arrives, reading takes time in proportion to its length, and ends in a :class:`Query` or a
:class:`NoQueryError`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct

HEADER_LENGTH = 12
QUESTION_AT = (0xC000 | HEADER_LENGTH).to_bytes(2)
"""A pointer to the name that was asked for (RFC 1035 s4.1.4)."""

OUR_SIZE = 1232
"""Bytes of the longest answer over UDP: it fits into one packet nearly everywhere (DNS flag day 2020)."""
PLAIN_SIZE = 512
"""The same for whoever does not say what it can take (RFC 1035 s4.2.1)."""
STREAM_SIZE = 65_535

LONGEST_NAME = 255  # RFC 1035 s2.3.4
LONGEST_LABEL = 63
MOST_RECORDS = 8
"""Records beside the question at most: OPT, TSIG or the SOA of an IXFR are all that a question has."""

QR, OPCODE, AA, TC, RD = 0x8000, 0x7800, 0x0400, 0x0200, 0x0100
DNSSEC_OK = 0x8000

_HEADER = Struct("!HHHHHH")
_QUESTION = Struct("!HH")
_RECORD = Struct("!HHIH")
_POINTER = 0xC0


class Rcode(IntEnum):
    """What became of a question (RFC 1035 s4.1.1, RFC 6891 s9)."""

    NOERROR = 0
    FORMERR = 1
    SERVFAIL = 2
    NXDOMAIN = 3
    NOTIMP = 4
    REFUSED = 5
    BADVERS = 16


class Type(IntEnum):
    """The types of records that mean something here."""

    A = 1
    NS = 2
    SOA = 6
    TXT = 16
    OPT = 41
    IXFR = 251
    AXFR = 252
    ANY = 255


IN = 1


@dataclass(frozen=True, slots=True)
class Edns:
    """What the asker's OPT record says (RFC 6891 s6.1).

    Attributes:
        size: bytes of an answer it can take over UDP.
        version: the version it speaks.
        dnssec: whether it wants DNSSEC records; given back as it came (RFC 3225 s3).
    """

    size: int
    version: int
    dnssec: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A question.

    Attributes:
        labels: the name in small letters, from its first label, without the root.
        type: type of the records asked for; any number.
        klass: their class; any number.
        ends: where the question ends in the message.
        recursion: the asker wants recursion; given back as it came.
        edns: what its OPT record says, or None where it has none.
    """

    labels: tuple[bytes, ...]
    type: int
    klass: int
    ends: int
    recursion: bool
    edns: Edns | None


class NoQueryError(Exception):
    """A message holds no question that can be answered.

    Attributes:
        rcode: what the sender is told, or None where it is told nothing: two servers must never talk for ever.
    """

    def __init__(self, rcode: Rcode | None) -> None:
        super().__init__(rcode)
        self.rcode = rcode


def parse_query(raw: bytes) -> Query:
    """Read a message.

    Raises:
        NoQueryError: it is none, or not one that is served here.
    """
    if len(raw) < HEADER_LENGTH:
        raise NoQueryError(None)
    _, flags, questions, answers, authorities, additional = _HEADER.unpack_from(raw)
    if flags & QR:
        raise NoQueryError(None)
    if flags & OPCODE:
        raise NoQueryError(Rcode.NOTIMP)
    if questions != 1:
        raise NoQueryError(Rcode.FORMERR)
    labels, at = _read_name(raw)
    ends = at + _QUESTION.size
    if ends > len(raw):
        raise NoQueryError(Rcode.FORMERR)
    asked, klass = _QUESTION.unpack_from(raw, at)
    # Only IXFR has a record in its authority section (RFC 1995 s3).
    if answers or (authorities and asked != Type.IXFR):
        raise NoQueryError(Rcode.FORMERR)
    options = [edns for edns in _read_records(raw, ends, authorities + additional) if edns is not None]
    if len(options) > 1:  # RFC 6891 s6.1.1
        raise NoQueryError(Rcode.FORMERR)
    return Query(labels, asked, klass, ends, bool(flags & RD), options[0] if options else None)


def render_name(text: str) -> bytes:
    r"""Return a name as it stands in messages, in small letters.

    >>> render_name("ns.example.")
    b'\x02ns\x07example\x00'
    """
    labels = [label.encode("ascii") for label in text.lower().removesuffix(".").split(".")]
    return b"".join(len(label).to_bytes() + label for label in labels) + b"\0"


def render_record(kind: Type, seconds: int, data: bytes) -> bytes:
    """Return a record without its owner's name.

    Args:
        kind: its type.
        seconds: how long it may be remembered.
        data: what stands in it.
    """
    return _RECORD.pack(kind, IN, seconds, len(data)) + data


def render_option(rcode: Rcode, *, dnssec: bool) -> bytes:
    """Return our OPT record: version 0, and how long our messages may be (RFC 6891 s6.1.2)."""
    high = rcode >> 4 << 24
    return b"\0" + _RECORD.pack(Type.OPT, OUR_SIZE, high | (DNSSEC_OK if dnssec else 0), 0)


def render_head(query: Query, rcode: Rcode, counts: Sequence[int], *, authoritative: bool) -> bytes:
    """Return an answer's header from its flags on.

    Args:
        query: the question.
        rcode: what became of it.
        counts: records that answer, and records of the authority section.
        authoritative: we know it of our own.
    """
    flags = QR | (AA if authoritative else 0) | (RD if query.recursion else 0) | rcode & 0xF
    return _HEADER.pack(0, flags, 1, *counts, query.edns is not None)[2:]


def render_refusal(raw: bytes, rcode: Rcode, query: Query | None = None) -> bytes:
    """Return an answer without records: the question is repeated where it could be read."""
    if query is None:
        flags = int.from_bytes(raw[2:4])
        return raw[:2] + _HEADER.pack(0, QR | flags & (OPCODE | RD) | rcode & 0xF, 0, 0, 0, 0)[2:]
    head = render_head(query, rcode, (0, 0), authoritative=False)
    option = b"" if query.edns is None else render_option(rcode, dnssec=query.edns.dnssec)
    return b"".join((raw[:2], head, raw[HEADER_LENGTH : query.ends], option))


def truncate(answer: bytes) -> bytes:
    """Return one of our answers without its records, marked as cut: whoever reads it asks again by TCP (RFC 2181 s9)."""
    ident, flags, questions, _, _, additional = _HEADER.unpack_from(answer)
    ends = HEADER_LENGTH
    if questions:
        while answer[ends]:
            ends += answer[ends] + 1
        ends += 1 + _QUESTION.size
    option = answer[-(1 + _RECORD.size) :] if additional else b""
    head = _HEADER.pack(ident, flags | TC, questions, 0, 0, additional)
    return head + answer[HEADER_LENGTH:ends] + option


def _read_name(raw: bytes) -> tuple[tuple[bytes, ...], int]:
    """Read the question's name; nothing stands before it, so a pointer in it would lead into the header."""
    labels: list[bytes] = []
    at = HEADER_LENGTH
    end = min(len(raw), HEADER_LENGTH + LONGEST_NAME)
    while at < end:
        length = raw[at]
        at += 1
        if not length:
            return tuple(labels), at
        if length > LONGEST_LABEL:
            break
        labels.append(raw[at : at + length].lower())
        at += length
    raise NoQueryError(Rcode.FORMERR)


def _read_records(raw: bytes, at: int, count: int) -> Iterator[Edns | None]:
    """Yield for each record what it says as OPT, or None; the message must end with the last."""
    if count > MOST_RECORDS:
        raise NoQueryError(Rcode.FORMERR)
    for _ in range(count):
        owner = at
        at = _skip_name(raw, at)
        if at + _RECORD.size > len(raw):
            raise NoQueryError(Rcode.FORMERR)
        kind, klass, more, length = _RECORD.unpack_from(raw, at)
        is_root = at == owner + 1
        at += _RECORD.size + length
        if kind != Type.OPT:
            yield None
            continue
        if not is_root:  # RFC 6891 s6.1.2
            raise NoQueryError(Rcode.FORMERR)
        yield Edns(size=klass, version=more >> 16 & 0xFF, dnssec=bool(more & DNSSEC_OK))
    if at != len(raw):
        raise NoQueryError(Rcode.FORMERR)


def _skip_name(raw: bytes, at: int) -> int:
    """Return where a name ends that begins at ``at``; a pointer ends it and is not followed."""
    end = min(len(raw), at + LONGEST_NAME)
    while at < end:
        length = raw[at]
        if not length:
            return at + 1
        if length >= _POINTER:
            return at + 2
        if length > LONGEST_LABEL:
            break
        at += length + 1
    raise NoQueryError(Rcode.FORMERR)
