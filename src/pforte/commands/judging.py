"""Judging whole files for ``scan`` and ``replay``: blocks in, offences out, with a summary at the end."""

import gc
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from operator import itemgetter
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
from pforte.visits.formats.format import FormatError
from pforte.visits.formats.recognition import Reading, Recognition
from pforte.visits.scan import Origin, Scanner

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
            recognition, readable, line = Recognition(self._format), False, 1
            for data in archive.blocks():
                if not data.isspace():
                    reading = self._recognise(file, recognition, data)
                    readable |= reading.readable
                    yield from self._scan(file, reading, now, line)
                lines = data.count(b"\n")
                summary.lines, line = summary.lines + lines, line + lines
            summary.cut += archive.cut
        log = recognition.log
        if file not in summary.formats:
            summary.empty.append(file)
        elif log is not None and not readable:
            raise FormatError(
                f"{file}: no line is of format {log.name}; `pforte formats try` finds the format"
            )

    def _recognise(self, file: str, recognition: Recognition, data: bytes) -> Reading:
        try:
            reading = recognition.read(data)
        except FormatError as error:
            raise FormatError(f"{file}: {error}") from error
        self.summary.formats[file] = ", ".join(recognition.names)
        return reading

    def _scan(self, file: str, reading: Reading, now: datetime, line: int) -> Iterator[Offence]:
        summary, found = self.summary, list[tuple[Offence, int]]()
        for log, lines in reading.parts:
            scanned = self._scanner.scan(lines, Origin(source=file, log=log, zone=self._zone), now, line)
            if scanned.mistake is not None:
                raise scanned.mistake  # whoever tries a log is to see it
            summary.candidates += scanned.candidates
            summary.unparsed += scanned.unparsed
            summary.capped += scanned.capped
            found += scanned.offences
        if len(reading.parts) > 1:
            found.sort(key=itemgetter(1))
        return (offence for offence, _ in found)


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
