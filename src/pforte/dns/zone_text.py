"""Reading the records of a zone file (RFC 1035 s5) that may hold names of any number of zones.

dnspython reads the fields; its own zone reader takes one zone for a file and passes over names outside of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tokenizer
import dns.ttl

_DEFAULT_TTL = 3_600


class ZoneFileError(ValueError):
    """A zone file cannot be read; the message names the file and, where known, the line."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Attributes:
        owner: its name, absolute and in small letters.
        ttl: seconds for which it holds.
        rdata: what it says.
    """

    owner: dns.name.Name
    ttl: int
    rdata: dns.rdata.Rdata


def read_records(text: str, file: str = "zone") -> Iterator[Record]:
    """Yield the records of a zone file in its order.

    ``$ORIGIN`` and ``$TTL`` are understood; ``$INCLUDE`` and ``$GENERATE`` are refused. A record without a TTL
    has that of ``$TTL``, else one hour.

    Args:
        text: the file's text.
        file: what to call it in errors.

    Raises:
        ZoneFileError: the text is no zone file.
    """
    tokens = dns.tokenizer.Tokenizer(text, file)
    reader = _Reader(tokens)
    try:
        while True:
            first = tokens.get(want_leading=True)
            if first.is_eof():
                return
            record = reader.line(first)
            if record is not None:
                yield record
    except (dns.exception.DNSException, ValueError, UnicodeError) as error:
        line = tokens.where()[1]
        raise ZoneFileError(f"{file}:{line}: is no zone file: {error or type(error).__name__}") from error


class _Reader:
    """What a line of a zone file takes over from those before it."""

    def __init__(self, tokens: dns.tokenizer.Tokenizer) -> None:
        self._tokens = tokens
        self._origin = dns.name.root
        self._owner: dns.name.Name | None = None
        self._ttl = _DEFAULT_TTL

    def line(self, first: dns.tokenizer.Token) -> Record | None:
        if first.is_eol():
            return None
        if not first.is_whitespace() and first.value.startswith("$"):
            self._directive(first.value)
            return None
        if not first.is_whitespace():
            self._owner = self._tokens.as_name(first, self._origin).canonicalize()
        else:
            token = self._tokens.get()
            if token.is_eol_or_eof():
                return None
            self._tokens.unget(token)
        return self._record()

    def _directive(self, name: str) -> None:
        if name.upper() == "$ORIGIN":
            self._origin = self._tokens.get_name(self._origin)
        elif name.upper() == "$TTL":
            self._ttl = dns.ttl.from_text(self._tokens.get_string())
        else:
            raise ValueError(f"{name} is not understood here")
        self._tokens.get_eol()

    def _record(self) -> Record:
        if self._owner is None:
            raise ValueError("the first record has no name")
        ttl = self._ttl
        word = self._tokens.get_string()
        for _ in range(2):  # TTL and class stand in any order, or not at all.
            if word.upper() == "IN":
                word = self._tokens.get_string()
            elif word[:1].isdigit():
                ttl = dns.ttl.from_text(word)
                word = self._tokens.get_string()
        rdtype = dns.rdatatype.from_text(word)
        rdata = dns.rdata.from_text(
            dns.rdataclass.IN,
            rdtype,
            self._tokens,
            self._origin,
            relativize=False,
            relativize_to=dns.name.root,
        )
        return Record(self._owner, ttl, rdata)
