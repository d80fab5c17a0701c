"""One block under judgement: its offences so far, its line numbers, and who had a share of findings already."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from math import inf

from pforte.bans.offence import Offence
from pforte.net.addresses import Network
from pforte.visits.formats.format import Format

INCIDENT = 60.0
"""Seconds in which the findings of one network are capped; the ladder takes them as one incident anyway."""
EVIDENCE = 2048
"""Longest evidence in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a block of lines comes from.

    Attributes:
        source: name of the source in offences.
        log: format of its lines.
        zone: zone of times that carry none.
        site: host name of the site that lines are about which name none.
    """

    source: str
    log: Format
    zone: tzinfo = UTC
    site: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What one block gave.

    Attributes:
        offences: each with the offset of its line in the block, in order.
        lines: lines of the block, a last one without line feed included.
        candidates: lines that were looked at.
        unparsed: candidates that are not of the format.
        capped: candidates not judged because their network had its share of findings.
        skipped: candidates of networks that are shut out, which are not judged.
        stumbles: where the lines begin at which the program itself made a mistake; they are not judged to the end.
        mistake: the first of those mistakes, or None.
    """

    offences: tuple[tuple[Offence, int], ...] = ()
    lines: int = 0
    candidates: int = 0
    unparsed: int = 0
    capped: int = 0
    skipped: Mapping[Network, int] = field(default_factory=dict)
    stumbles: tuple[int, ...] = ()
    mistake: Exception | None = None


class Block:
    """One block while it is judged.

    Args:
        data: its lines.
        origin: where they come from.
        now: the present moment, POSIX seconds.
        first_line: number of its first line, or None.
        share: findings of one network that are judged within a minute.
    """

    def __init__(
        self, data: bytes, origin: Origin, now: float, first_line: int | None, *, share: int
    ) -> None:
        self.data = data
        self.origin = origin
        self.now = now
        self.unparsed = 0
        self.capped = 0
        self._first_line = first_line
        self._share = share
        self._spent: dict[str, tuple[float, int]] = {}
        self._offences: list[tuple[Offence, int]] = []
        self._skipped: dict[Network, int] = {}
        self._stumbles: set[int] = set()
        self._mistake: Exception | None = None
        self._ends: tuple[float, float] | None = None
        self._counted = 0
        self._lines = 0

    def is_capped(self, name: str, at: float) -> bool:
        """Say whether the network of this name had its share around ``at``, and count the line if so."""
        spent = self._spent.get(name)
        if spent is None or spent[1] < self._share or not -INCIDENT < at - spent[0] < INCIDENT:
            return False
        self.capped += 1
        return True

    def spend(self, name: str, at: float) -> None:
        """Count one finding against the share of the network of this name."""
        since, count = self._spent.get(name, (at, 0))
        self._spent[name] = (since, count + 1) if -INCIDENT < at - since < INCIDENT else (at, 1)

    def is_around(self, at: float, span: float) -> bool:
        """Say whether every line of the block is less than ``span`` seconds from ``at``, by its first and last."""
        if self._ends is None:
            data, log, zone = self.data, self.origin.log, self.origin.zone
            first = log.time_of(data[: data.find(b"\n") + 1].rstrip(), zone, self.now)
            last = log.time_of(data[data.rfind(b"\n", 0, -1) + 1 :].rstrip(), zone, self.now)
            self._ends = (first, last) if first is not None and last is not None else (inf, inf)
        first, last = self._ends
        return abs(first - at) < span and abs(last - at) < span

    def skip(self, network: Network) -> None:
        """Count a line of a network that is shut out."""
        self._skipped[network] = self._skipped.get(network, 0) + 1

    def stumble(self, start: int, mistake: Exception) -> None:
        """Note that the line that begins at ``start`` could not be judged, because of a mistake of the program."""
        self._stumbles.add(start)
        self._mistake = self._mistake or mistake

    def line_at(self, start: int) -> int | None:
        """Return the number of the line that begins at ``start``; asked for in rising order."""
        if self._first_line is None:
            return None
        self._lines += self.data.count(b"\n", self._counted, start)
        self._counted = start
        return self._first_line + self._lines

    def keep(self, offence: Offence, start: int) -> None:
        """Note an offence of the line that begins at ``start``."""
        self._offences.append((offence, start))

    def scanned(self, candidates: int) -> Scanned:
        """Return what the block gave."""
        lines = self._lines + self.data.count(b"\n", self._counted)
        return Scanned(
            offences=tuple(self._offences),
            lines=lines + (1 if self.data and not self.data.endswith(b"\n") else 0),
            candidates=candidates,
            unparsed=self.unparsed,
            capped=self.capped,
            skipped=self._skipped,
            stumbles=tuple(sorted(self._stumbles)),
            mistake=self._mistake,
        )


def evidence(line: bytes, observed: bytes) -> bytes:
    """Return the line, or of a longer one the :data:`EVIDENCE` bytes around what was observed."""
    if len(line) <= EVIDENCE:
        return line
    middle = max(line.find(observed), 0) + min(len(observed), EVIDENCE) // 2
    start = min(max(middle - EVIDENCE // 2, 0), len(line) - EVIDENCE)
    return line[start : start + EVIDENCE]
