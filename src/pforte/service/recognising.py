"""Which formats the lines of a file have: what the settings say, or what they look like; and saying when none fits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from pforte.clock import Clock
from pforte.printable import printable
from pforte.settings.table import SourceSettings
from pforte.sources.block import Block
from pforte.visits.formats.catalogue import find_format
from pforte.visits.formats.format import Format, UnknownFormat
from pforte.visits.formats.recognition import Reading, Recognition
from pforte.visits.scan import Origin

MOST_FILES = 10_000
"""Files whose format is remembered; of more, it is found again when they grow."""
PATIENCE = 10
"""Lines in a row of which none is of the format before that is told; a lone one is nobody's concern."""
AGAIN_SECONDS = 60.0
"""Time between two words about one thing of one file, at least."""
SAMPLE_BYTES = 200

_log = structlog.get_logger("pforte")


@dataclass(frozen=True, slots=True)
class Read:
    """How one block is to be read.

    Attributes:
        parts: origins, each with the lines that are to be read so.
        unread: lines that nobody can read, after it was told that there are such.
    """

    parts: tuple[tuple[Origin, bytes], ...]
    unread: int


@dataclass(slots=True)
class _Silence:
    """Lines in a row that gave nothing, because they are of no known format."""

    lines: int = 0
    told: bool = False
    told_at: float = -inf

    def end(self) -> None:
        """Take up a line that is read."""
        self.lines, self.told = 0, False

    def go_on(self, lines: int, now: float) -> tuple[int, bool]:
        """Take up lines that are not; return how many are to be counted, and whether that is to be told now."""
        if self.told:
            return lines, False
        self.lines += lines
        if self.lines < PATIENCE or now < self.told_at + AGAIN_SECONDS:
            return 0, False
        self.told, self.told_at = True, now
        return self.lines, True


@dataclass(slots=True)
class _File:
    """What is known of one file, or of the stream that a source is."""

    recognition: Recognition
    unknown_told: bool = False
    found_told: dict[tuple[bytes, str], float] = field(default_factory=dict)
    silences: dict[bytes, _Silence] = field(default_factory=dict)

    def silence(self, program: bytes) -> _Silence:
        """Return the silence of a web server in a stream, or of all (b"")."""
        return self.silences.setdefault(program, _Silence())


class Formats:
    """Knows the formats of each file of each source.

    Args:
        clock: tells the year of times that have none, and when something was told last.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._files: dict[tuple[str, str], _File] = {}

    def clear(self) -> None:
        """Forget all formats, because the settings may name others now."""
        self._files.clear()

    def read(self, settings: SourceSettings, block: Block) -> Read:
        """Say how the lines of a block are to be read; those of no known format are passed over, and that is told.

        Raises:
            FormatError: the settings name a format that cannot be used.
        """
        now = self._clock.now().timestamp()
        key = (block.source, block.file)
        file = self._files.get(key)
        if file is None:
            named = None if settings.format == "auto" else find_format(settings.format, now)
            file = self._files[key] = _File(Recognition(named))
            _shorten(self._files)
        try:
            reading = file.recognition.read(block.data)
        except UnknownFormat as error:
            self._tell_unknown(file, block, error)
            return Read((), block.data.count(b"\n"))
        self._tell_found(file, block, reading, now)
        parts = tuple((_origin(settings, block, log), data) for log, data in reading.parts)
        return Read(parts, sum(self._take_silences(file, block, reading, now)))

    def _take_silences(self, file: _File, block: Block, reading: Reading, now: float) -> Iterator[int]:
        """Yield how many lines are to be counted as unread, and tell who is not read any more."""
        for program in reading.read:
            if (
                program in file.silences
            ):  # anybody may send under any name: only those that were silent are known
                file.silences[program].end()
        strange = reading.strange
        if reading.readable:
            file.silence(b"").end()
        else:
            strange = ((b"", tuple(block.data.removesuffix(b"\n").split(b"\n"))),)
        for program, lines in strange:
            silence = file.silence(program)
            unread, tell = silence.go_on(len(lines), now)
            if tell:
                self._tell_unread(file, block, program, unread, next(filter(None, lines), b""))
            yield unread

    def _tell_unread(self, file: _File, block: Block, program: bytes, lines: int, sample: bytes) -> None:
        log = file.recognition.log
        _log.warning(
            "source.unread-lines",
            **_place(block, program),
            format=log.name if log is not None and not program else "",
            lines=lines,
            sample=printable(sample[:SAMPLE_BYTES]),
            text="these lines are of no known format, or not of the one that is set, so nobody is judged by them; "
            "`pforte formats try` says what a file is, then set format in its [[source]]",
        )

    def _tell_found(self, file: _File, block: Block, reading: Reading, now: float) -> None:
        for program, log in reading.found:
            news = (program, log.name)
            if now >= file.found_told.get(news, -inf) + AGAIN_SECONDS:
                _log.info("source.format", **_place(block, program), format=log.name)
                file.found_told[news] = now
                _shorten(file.found_told)

    def _tell_unknown(self, file: _File, block: Block, error: UnknownFormat) -> None:
        if not file.unknown_told:
            file.unknown_told = True
            _log.error(
                "source.format-unknown",
                **_place(block),
                text=f"{error}; its lines are passed over until one is of a known format: set format in its [[source]]",
            )


def _origin(settings: SourceSettings, block: Block, log: Format) -> Origin:
    return Origin(
        source=block.file or block.source,
        log=log,
        zone=ZoneInfo(settings.timezone),
        site=settings.site.encode(),
    )


def _place(block: Block, program: bytes = b"") -> dict[str, str]:
    """Return whose lines something is told about."""
    place = {"source": block.source, "file": block.file}
    return place | {"program": printable(program)} if program else place


def _shorten(remembered: dict[Any, Any]) -> None:
    """Forget what was remembered first where it is too much."""
    while len(remembered) > MOST_FILES:
        del remembered[next(iter(remembered))]
