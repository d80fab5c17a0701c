"""Which format the lines of a file have: what the settings say, or what their first lines look like."""

from zoneinfo import ZoneInfo

import structlog

from pforte.clock import Clock
from pforte.settings.table import SourceSettings
from pforte.sources.block import Block
from pforte.visits.formats.catalogue import find_format
from pforte.visits.formats.detect import detect
from pforte.visits.formats.format import Format, FormatError
from pforte.visits.scan import Origin

SAMPLE_BYTES = 65_536

_log = structlog.get_logger("pforte")


class Formats:
    """Knows the format of each file of each source.

    Args:
        clock: tells the year of times that have none.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], Format] = {}

    def clear(self) -> None:
        """Forget all formats, because the settings may name others now."""
        self._known.clear()

    def origin(self, settings: SourceSettings, block: Block) -> Origin | None:
        """Return how the block's lines are to be read, or None where there is nothing to read."""
        if not block.data:
            return None
        key = (block.source, block.file)
        known = self._known.get(key)
        if known is None:
            now = self._clock.now().timestamp()
            try:
                known = (
                    detect(block.data[:SAMPLE_BYTES], now)
                    if settings.format == "auto"
                    else find_format(settings.format, now)
                )
            except FormatError as error:
                _log.error("source.format-unknown", source=block.source, file=block.file, text=str(error))
                return None
            _log.info("source.format", source=block.source, file=block.file, format=known.name)
            self._known[key] = known
        return Origin(
            source=block.file or block.source,
            log=known,
            zone=ZoneInfo(settings.timezone),
            site=settings.site.encode(),
        )
