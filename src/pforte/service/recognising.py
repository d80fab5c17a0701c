"""Which format the lines of a file have: what the settings say, or what their first lines look like."""

from typing import Any
from zoneinfo import ZoneInfo

import structlog

from pforte.clock import Clock
from pforte.settings.table import SourceSettings
from pforte.sources.block import Block
from pforte.visits.formats.catalogue import find_format
from pforte.visits.formats.detect import LINES, detect
from pforte.visits.formats.format import Format, FormatError
from pforte.visits.scan import Origin

MOST_FILES = 10_000
"""Files whose format is remembered; of more, it is found again when they grow."""

_log = structlog.get_logger("pforte")


class Formats:
    """Knows the format of each file of each source.

    Args:
        clock: tells the year of times that have none.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], Format] = {}
        self._told: dict[tuple[str, str], None] = {}

    def clear(self) -> None:
        """Forget all formats, because the settings may name others now."""
        self._known.clear()
        self._told.clear()

    def origin(self, settings: SourceSettings, block: Block) -> Origin | None:
        """Return how the block's lines are to be read, or None where nobody knows.

        A block without a line of a known format is passed over; the next one is looked at anew.
        """
        key = (block.source, block.file)
        known = self._known.get(key)
        if known is None:
            try:
                known = self._find(settings, block.data)
            except FormatError as error:
                self._tell_unknown(key, error)
                return None
            _log.info("source.format", source=block.source, file=block.file, format=known.name)
            self._known[key] = known
            _shorten(self._known)
        return Origin(
            source=block.file or block.source,
            log=known,
            zone=ZoneInfo(settings.timezone),
            site=settings.site.encode(),
        )

    def _find(self, settings: SourceSettings, data: bytes) -> Format:
        """Return the format that is set, or the one that reads most of the first lines of which any is read.

        Raises:
            FormatError: no format reads any; the message quotes the first line.
        """
        now = self._clock.now().timestamp()
        if settings.format != "auto":
            return find_format(settings.format, now)
        lines = data.split(b"\n")
        unknown: FormatError | None = None
        for begin in range(0, len(lines), LINES):
            try:
                return detect(b"\n".join(lines[begin : begin + LINES]) + b"\n", now)
            except FormatError as error:
                unknown = unknown or error
        raise unknown or FormatError("there is no line")

    def _tell_unknown(self, key: tuple[str, str], error: FormatError) -> None:
        if key not in self._told:
            source, file = key
            _log.error(
                "source.format-unknown",
                source=source,
                file=file,
                text=f"{error}; its lines are passed over until one is of a known format: set format in its [[source]]",
            )
            self._told[key] = None
            _shorten(self._told)


def _shorten(remembered: dict[tuple[str, str], Any]) -> None:
    """Forget what was remembered first where it is too much."""
    while len(remembered) > MOST_FILES:
        del remembered[next(iter(remembered))]
