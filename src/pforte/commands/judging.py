"""Judging whole files for ``scan`` and ``replay``: blocks in, offences out, with a summary at the end."""

import gc
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Protocol, Self
from zoneinfo import ZoneInfo

from pforte.bans.offence import Offence
from pforte.clock import Clock
from pforte.commands.progress import show_progress
from pforte.commands.summary import Summary
from pforte.settings.table import Settings
from pforte.sources.archive import Archive
from pforte.sources.block import Limits, SourceError
from pforte.visits.formats.catalogue import find_format
from pforte.visits.formats.detect import detect
from pforte.visits.formats.format import Format, FormatError
from pforte.visits.scan import Origin, Scanner

SAMPLE_BYTES = 65_536
_GARBAGE = 200_000
"""New containers between two looks for circles of them; the default of 700 costs a tenth of the time."""


class Settling(Protocol):
    """Settles offences of visitors that say they are a crawler."""

    found: Counter[str]

    def settle(self, offences: Iterable[Offence]) -> Iterator[Offence]:
        """Yield in their order the offences that are left."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class Judging:
    """Reads files through a scanner.

    Args:
        scanner: judges the lines.
        settings: block and line sizes.
        clock: tells when reading takes place.
        log: name of the format of all files, or ``auto``.
        zone: zone of times that carry none.
        claims: settles offences of visitors that say they are a crawler.

    Attributes:
        summary: what the files gave so far.
        bar: whether a progress bar may be shown.

    Raises:
        FormatError: there is no such format.
    """

    def __init__(
        self, scanner: Scanner, settings: Settings, clock: Clock, log: str, zone: ZoneInfo, claims: Settling
    ) -> None:
        self.summary = Summary(claims=claims.found)
        self.bar = True
        self._scanner = scanner
        self._claims = claims
        self._limits = Limits(settings.scan.block, settings.scan.line)
        self._clock = clock
        self._zone = zone
        self._format = None if log == "auto" else find_format(log, clock.now().timestamp())

    def offences(self, files: Sequence[str]) -> Generator[Offence, None, None]:
        """Yield the offences of all files in their order; what could not be read is in the summary.

        Close the generator where it is left before its end: look-ups may be under way.
        """
        began = self._clock.monotonic()
        counts = self.summary.offences
        with _little_garbage(), self._claims:
            for offence in self._claims.settle(self._read(files)):
                counts[offence.check] += 1
                yield offence
        self.summary.seconds = self._clock.monotonic() - began

    def _read(self, files: Sequence[str]) -> Iterator[Offence]:
        for file in files:
            try:
                yield from self._judge(file)
            except (SourceError, FormatError) as error:
                self.summary.unread[file] = str(error)

    def _judge(self, file: str) -> Iterator[Offence]:
        summary, now = self.summary, self._clock.now()
        total = Archive(file).total
        with show_progress(file, total) if self.bar else nullcontext(None) as advance:
            archive = Archive(file, self._limits, advance)
            origin: Origin | None = None
            line = 1
            for data in archive.blocks():
                if origin is None:
                    if not data.strip():
                        empty = data.count(b"\n")
                        summary.lines, line = summary.lines + empty, line + empty
                        continue
                    origin = Origin(source=file, log=self._format_of(file, data), zone=self._zone)
                scanned = self._scanner.scan(data, origin, now, line)
                summary.lines, line = summary.lines + scanned.lines, line + scanned.lines
                summary.candidates += scanned.candidates
                summary.unparsed += scanned.unparsed
                summary.capped += scanned.capped
                for offence, _ in scanned.offences:
                    yield offence
            summary.cut += archive.cut
            if origin is None:
                summary.empty.append(file)

    def _format_of(self, file: str, sample: bytes) -> Format:
        try:
            found = self._format or detect(sample[:SAMPLE_BYTES], self._clock.now().timestamp())
        except FormatError as error:
            raise FormatError(f"{file}: {error}") from error
        self.summary.formats[file] = found.name
        return found


@contextmanager
def _little_garbage() -> Iterator[None]:
    """Look for garbage seldom: checks and tables stay, and offences leave without its help."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_GARBAGE, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
