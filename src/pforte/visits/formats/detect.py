"""Finding the format of a log from its first lines."""

from pforte.visits.formats.catalogue import KNOWN
from pforte.visits.formats.format import Format, UnknownFormat
from pforte.visits.formats.syslog import SyslogFormat

LINES = 100
"""Lines that are looked at."""
QUOTED_BYTES = 120


def detect(sample: bytes, now: float = 0.0) -> Format:
    """Return the format that reads most of the first lines; of equal ones the first in the catalogue.

    Args:
        sample: the beginning of the log; a half-written last line does no harm.
        now: reading time in POSIX seconds, for formats whose times have no year.

    Raises:
        UnknownFormat: no format reads any of the lines; the message quotes the first if it is text.

    >>> detect(b'192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5120').name
    'common'
    """
    lines = first_lines(sample)
    best: Format | None = None
    most = 0
    for known in KNOWN:
        if known.detected and most < len(lines):
            count = sum(map(known.format.recognises, lines))
            if count > most:
                best, most = known.format, count
    if best is None and any(b"\0" in line for line in lines):
        raise UnknownFormat("this is not text: it holds NUL bytes, and no known format reads its lines")
    if best is None:
        first = f"; the first is {_quoted(lines[0])}" if lines else ": there is none"
        raise UnknownFormat(
            f"no known format reads these lines{first}. `pforte formats` lists the formats and how to write your own"
        )
    return best.read_at(now) if isinstance(best, SyslogFormat) else best


def first_lines(sample: bytes) -> list[bytes]:
    r"""Return the lines that are looked at: at most :data:`LINES`, none empty, no half-written last one.

    >>> first_lines(b"a\r\n\nb\nhal")
    [b'a', b'b']
    """
    pieces = sample.split(b"\n", LINES)
    lines = [line for piece in pieces[:LINES] if (line := piece.rstrip(b"\r"))]
    half_written = len(pieces) <= LINES and pieces[-1] != b""
    return lines[:-1] if half_written and len(lines) > 1 else lines


def _quoted(line: bytes) -> str:
    cut = line[:QUOTED_BYTES].decode("utf-8", "backslashreplace")
    return repr(cut) + ("..." if len(line) > QUOTED_BYTES else "")
