"""What a source read and what was left of it: counts that the log hears of when something new was counted."""

from collections import Counter
from collections.abc import Mapping

import structlog

from pforte.sources.block import Figures, Source

LOSSES = ("cut", "dropped", "unread", "set_aside")
"""Counts of lines that were not judged, or not whole."""
TOLD = (*LOSSES, "unparsed", "capped")

_log = structlog.get_logger("pforte")


class Counts:
    """Counts by source, over every time it is opened.

    ``lines`` were judged; ``cut`` were longer than ``scan.line``; ``dropped`` did not fit into a queue or were broken;
    ``unread`` are of no known format; ``set_aside`` could not be judged, because of a mistake of the program;
    ``unparsed`` looked suspicious and are not of the format; ``capped`` came from a network that had its share of findings.
    """

    def __init__(self) -> None:
        self._totals: dict[str, Counter[str]] = {}
        self._told: dict[str, Counter[str]] = {}
        self._open: dict[Source, Figures] = {}

    def add(self, source: str, counts: Mapping[str, int]) -> None:
        """Add to the counts of a source."""
        self._totals.setdefault(source, Counter()).update(counts)

    def follow(self, source: Source) -> None:
        """Look at the figures of a source from now on."""
        self._open[source] = Figures(None, 0, 0)

    def leave(self, source: Source) -> None:
        """Look at the figures of a source for the last time."""
        self._look(source)
        del self._open[source]

    def tell(self) -> None:
        """Tell the log what is new since the last time, one line for each source that has something."""
        for source in self._open:
            self._look(source)
        for name, total in self._totals.items():
            news = total - self._told.get(name, Counter())
            fields = {kind: news[kind] for kind in TOLD if news[kind]}
            if fields:
                say = _log.warning if any(kind in LOSSES for kind in fields) else _log.info
                say("source.counts", source=name, **fields)
                self._told[name] = total.copy()

    def tell_totals(self) -> None:
        """Tell the log all that was counted since the start, one line for each source."""
        for name, total in self._totals.items():
            fields = {kind: total[kind] for kind in TOLD if total[kind]}
            _log.info("source.total", source=name, lines=total["lines"], **fields)

    def _look(self, source: Source) -> None:
        before, now = self._open[source], source.figures()
        self._open[source] = now
        self.add(source.name, {"cut": now.cut - before.cut, "dropped": now.dropped - before.dropped})
