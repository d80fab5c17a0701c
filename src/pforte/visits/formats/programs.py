"""Who reads the lines of which program: one syslog stream may carry sshd, nginx and everything else at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pforte.visits.formats.catalogue import KNOWN
from pforte.visits.formats.detect import LINES
from pforte.visits.formats.envelope import open_envelope
from pforte.visits.formats.enveloped import EnvelopedFormat
from pforte.visits.formats.format import Format
from pforte.visits.formats.syslog import SYSLOG

MOST_PROGRAMS = 1000
"""Programs whose format is remembered; of more, it is found again."""
WEB_SERVERS = frozenset((b"apache2", b"caddy", b"haproxy", b"httpd", b"lighttpd", b"nginx", b"traefik"))
"""Programs that are expected to send access logs; lines of others may well be of no known format."""

_INSIDE = tuple(known.format for known in KNOWN if isinstance(known.format, EnvelopedFormat))

_BLANKS = bytes(byte if byte == ord("\n") else ord(" ") for byte in range(256))

Part = tuple[Format, bytes]


@dataclass(frozen=True, slots=True)
class Division:
    """One block of syslog, divided by who reads its lines.

    Attributes:
        parts: the login services' format with the block, and each format of a web server that reads any line, with the
            block in which all other lines are blanked out; so every line keeps its offset and number.
        found: web servers whose format is new.
        read: web servers of which some line is of their format.
        strange: web servers of which no line is of a known format, with their lines.
    """

    parts: tuple[Part, ...]
    found: tuple[tuple[bytes, Format], ...]
    read: tuple[bytes, ...]
    strange: tuple[tuple[bytes, tuple[bytes, ...]], ...]


class Programs:
    """Knows the programs of one stream: login services by their names, web servers by what they write.

    A web server may send its errors under the name that its visits have. So its format is one that reads any of its
    lines; where it reads none of a block, another is looked for in the first 100 of them.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Format] = {}

    def divide(self, data: bytes) -> Division:
        """Divide a block of whole lines."""
        readers: dict[Format, list[slice]] = {}
        found: list[tuple[bytes, Format]] = []
        read: list[bytes] = []
        strange: list[tuple[bytes, tuple[bytes, ...]]] = []
        for program, places in _places(data).items():
            lines = tuple(data[place].rstrip(b"\r") for place in places)
            former = self._known.get(program)
            reader = self._reader(program, lines)
            if reader is not None:
                readers.setdefault(reader, []).extend(places)
                read.append(program)
                if reader is not former:
                    found.append((program, reader))
            elif program in WEB_SERVERS:
                strange.append((program, lines))
        parts = ((reader, _only(data, places)) for reader, places in readers.items())
        return Division(((SYSLOG, data), *parts), tuple(found), tuple(read), tuple(strange))

    def _reader(self, program: bytes, lines: Sequence[bytes]) -> Format | None:
        """Return the format of a program that is no login service, or None where no known one reads any line."""
        known = self._known.get(program)
        if known is not None and any(map(known.recognises, lines)):
            return known
        counts = {reader: sum(map(reader.recognises, lines[:LINES])) for reader in _INSIDE}
        best = max(counts, key=counts.__getitem__)
        if not counts[best]:
            return None
        self._known.pop(program, None)
        self._known[program] = best
        if len(self._known) > MOST_PROGRAMS:
            del self._known[next(iter(self._known))]
        return best


def _places(data: bytes) -> dict[bytes, list[slice]]:
    """Return where the lines of each program stand that may tell of a request, which all formats write in quotes."""
    places: dict[bytes, list[slice]] = {}
    at = data.find(b'"')
    while at >= 0:
        start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
        place = slice(start, end if end >= 0 else len(data))
        envelope = open_envelope(data[place])
        if envelope is not None and not SYSLOG.reads(envelope.program):
            places.setdefault(envelope.program, []).append(place)
        at = data.find(b'"', place.stop)
    return places


def _only(data: bytes, places: Iterable[slice]) -> bytes:
    """Return the block with every other line blanked out."""
    kept = bytearray(data.translate(_BLANKS))
    for place in places:
        kept[place] = data[place]
    return bytes(kept)
