"""How the lines of one file or stream are to be read, from its first block to its last.

A format that was named stays. One that was found is looked for again when no line of a block is of it any more, because
somebody changed the ``log_format``; and where the lines are syslog, each program has its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pforte.visits.formats.detect import LINES, detect
from pforte.visits.formats.enveloped import EnvelopedFormat
from pforte.visits.formats.format import Format, UnknownFormat
from pforte.visits.formats.programs import Part, Programs
from pforte.visits.formats.syslog import SYSLOG, SyslogFormat


@dataclass(frozen=True, slots=True)
class Reading:
    """How one block is to be read.

    Attributes:
        parts: each format with the block, or with the block in which all other lines are blanked out.
        readable: whether any line is of the format. Of the formats of login services, every line of syslog is.
        found: the formats that are new since the last block, each with the program whose lines it reads, b"" for all.
        read: web servers of a syslog stream of which some line is of their format.
        strange: web servers of a syslog stream of which no line is of a known format, with their lines.
    """

    parts: tuple[Part, ...]
    readable: bool
    found: tuple[tuple[bytes, Format], ...] = ()
    read: tuple[bytes, ...] = ()
    strange: tuple[tuple[bytes, tuple[bytes, ...]], ...] = ()


class Recognition:
    """Knows the format of one file or stream.

    Args:
        named: the format of its lines, or None where it is to be found.

    Attributes:
        log: the format that was found last.
        names: the names of all formats that lines were read as, the first one first.
    """

    def __init__(self, named: Format | None = None) -> None:
        self.log = named
        self.names: dict[str, None] = {}
        self._finds = named is None
        self._programs: Programs | None = None

    def read(self, data: bytes) -> Reading:
        """Say how a block of whole lines is to be read.

        Raises:
            UnknownFormat: it is to be found and no known one reads any line up to now; the message quotes the first.
        """
        reading = self._read(data)
        self.names.update((log.name, None) for log, _ in reading.parts)
        return reading

    def _read(self, data: bytes) -> Reading:
        if self.log is None:
            return self._take(_search(data), data)
        reading = self._read_as(self.log, data)
        if reading.readable or not self._finds:
            return reading
        try:
            return self._take(detect(data), data)
        except UnknownFormat:
            return reading

    def _take(self, found: Format, data: bytes) -> Reading:
        if isinstance(found, SyslogFormat | EnvelopedFormat):
            found, self._programs = SYSLOG, Programs()
        else:
            self._programs = None
        self.log = found
        reading = self._read_as(found, data)
        return replace(reading, found=((b"", found), *reading.found))

    def _read_as(self, log: Format, data: bytes) -> Reading:
        readable = any(map(log.recognises, _lines(data)))
        if self._programs is None:
            return Reading(((log, data),), readable)
        division = self._programs.divide(data)
        return Reading(
            division.parts,
            readable or bool(division.read),
            division.found,
            division.read,
            division.strange,
        )


def _lines(data: bytes) -> Iterator[bytes]:
    """Yield the lines one by one; mostly the first says enough."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = end if end >= 0 else len(data)
        yield data[start:end].rstrip(b"\r")
        start = end + 1


def _search(data: bytes) -> Format:
    """Return the format that reads most of the first hundred lines of which any is read.

    Raises:
        UnknownFormat: no format reads any; the message quotes the first line.
    """
    lines = data.split(b"\n")
    unknown: UnknownFormat | None = None
    for begin in range(0, len(lines), LINES):
        try:
            return detect(b"\n".join(lines[begin : begin + LINES]) + b"\n")
        except UnknownFormat as error:
            unknown = unknown or error
    raise unknown or UnknownFormat("there is no line")
