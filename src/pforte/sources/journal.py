"""Following the systemd journal."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import structlog

from pforte.clock import render_time
from pforte.sources.block import Block, Figures, Limits, SourceError
from pforte.sources.control_bytes import show_control_bytes
from pforte.sources.sd_journal import Journal
from pforte.worker import Worker

ENTRIES_MAX = 1000
"""Entries in one block at most, so that nothing waits long behind a block."""

LOOK_SECONDS = 2.0
"""How often the journal is looked at although it told of no change."""

CLOSE_SECONDS = 2.0
"""How long the end of a source waits for a disk that hangs."""

FOLDERS = (Path("/var/log/journal"), Path("/run/log/journal"))
"""Where journald keeps the journal of the machine."""

_log = structlog.get_logger("pforte.sources")


class JournalSource:
    """Follows the journal of this machine.

    Each entry becomes one line ``TIME HOST IDENTIFIER[PID]: MESSAGE`` with the time journald took it (RFC 3339,
    microseconds, UTC). Control bytes inside are made visible: a line break is ``#012``.

    Args:
        name: name of the source.
        units: units to follow; none follows all. A name without a type means a service, and may have ``*``.
        limits: block and line sizes.
        position: what the register holds for this source, or "" to begin at the end.
        folder: folder with journal files to follow instead of the machine's own journal.
    """

    def __init__(
        self,
        name: str,
        units: Sequence[str] = (),
        limits: Limits | None = None,
        position: str = "",
        folder: Path | None = None,
    ) -> None:
        self._name = name
        self._units = tuple(unit if "." in unit else f"{unit}.service" for unit in units)
        self._limits = limits or Limits()
        self._position = position
        self._folder = folder
        self._journal: Journal | None = None
        self._woken: asyncio.Event | None = None
        self._closed = False
        self._cut = 0
        self._dropped = 0
        self._worker = Worker(f"source {name}")  # libsystemd wants a journal used by one thread only

    @property
    def name(self) -> str:
        """Return the name of the source."""
        return self._name

    async def blocks(self) -> AsyncGenerator[Block, None]:
        """Yield entries as lines until the source is closed.

        Raises:
            SourceError: the machine keeps no journal, it must not be read, or the position is not ours.
        """
        self._woken = asyncio.Event()
        cursor = self._parse_position()
        try:
            begin = await self._worker.run(lambda: self._open(cursor))
            yield Block(self._name, b"", None, begin, "")
            while not self._closed:
                batch = await self._worker.run(self._read_batch)
                if batch is not None:
                    self._cut += batch.cut
                    if batch.data:
                        position = _render_position(batch.last)
                        yield Block(
                            self._name, batch.data, None, position, f"journal:{_short(batch.first)}:0"
                        )
                    continue
                await self._wait()
        finally:
            self._closed = True
            if not await self._worker.finish(self._release, CLOSE_SECONDS):
                _log.warning(
                    "source.hangs", source=self._name, text="a read has not come back; it is left behind"
                )

    def figures(self) -> Figures:
        """Return how the source stands."""
        return Figures(None, self._cut, self._dropped)

    def close(self) -> None:
        """End ``blocks`` at its next step."""
        self._closed = True
        if self._woken is not None:
            self._woken.set()

    def _release(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _parse_position(self) -> str | None:
        if not self._position:
            return None
        try:
            cursor = json.loads(self._position)["cursor"]
            cursor.encode("ascii")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SourceError(
                f"source {self._name}: the position in the register cannot be read ({error!r}); "
                "give the source a new name to begin anew"
            ) from error
        return str(cursor)

    def _open(self, cursor: str | None) -> str:
        """Open the journal where reading goes on; return the position that stands for it."""
        self._require_files()
        try:
            journal = self._journal = Journal(self._folder, self._limits.line + 1)
            if not any(_is_pattern(unit) for unit in self._units):
                for unit in self._units:
                    journal.add_match("_SYSTEMD_UNIT", unit)
            journal.descriptor()  # asked for before the first read, so that no change after it is missed
            if cursor is None:
                return _render_position(journal.cursor() if journal.seek_end() else "")
            if not cursor:
                journal.seek_head()
            elif not journal.seek_after(cursor):
                _log.warning(
                    "source.rest-is-gone",
                    source=self._name,
                    text="the entry read last is not in the journal any more; reading goes on behind it",
                )
        except OSError as error:
            raise SourceError(
                f"source {self._name}: the journal cannot be opened: {error.strerror or error}"
            ) from error
        return self._position

    def _require_files(self) -> None:
        if self._folder is not None:
            return
        files = [path for folder in FOLDERS for path in folder.glob("*/*.journal")]
        if not files:
            raise SourceError(
                f"source {self._name}: this machine keeps no systemd journal "
                f"({' and '.join(map(str, FOLDERS))} hold none); follow its log files instead"
            )
        if not any(_may_read(path) for path in files):
            raise SourceError(
                f"source {self._name}: the journal must not be read; add the service's user to the group systemd-journal"
            )

    def _read_batch(self) -> "_Batch | None":
        """Read the next entries; None where there is none."""
        journal = self._journal
        if journal is None or self._closed:
            return None
        lines: list[bytes] = []
        first = last = ""
        length = cut = seen = 0
        while seen < ENTRIES_MAX and length < self._limits.block and journal.next():
            seen += 1
            try:
                line = self._line(journal)
                last = journal.cursor()
            except OSError:
                self._dropped += 1  # a damaged entry; journald goes on behind it
                continue
            if line is not None:
                first = first or last
                cut += len(line) > self._limits.line
                lines.append(line[: self._limits.line])
                length += len(lines[-1]) + 1
        if not seen:
            return None
        lines.append(b"")
        return _Batch(b"\n".join(lines), first, last, cut)

    def _line(self, journal: Journal) -> bytes | None:
        if any(_is_pattern(unit) for unit in self._units):
            unit = (journal.field("_SYSTEMD_UNIT") or b"").decode("utf-8", "replace")
            if not any(fnmatchcase(unit, pattern) for pattern in self._units):
                return None
        message = journal.field("MESSAGE")
        if message is None:
            return None
        seconds, micro = divmod(journal.microseconds(), 1_000_000)
        moment = render_time(datetime.fromtimestamp(seconds, UTC).replace(microsecond=micro)).encode()
        host = journal.field("_HOSTNAME") or b"-"
        identifier = journal.field("SYSLOG_IDENTIFIER") or journal.field("_COMM") or b"-"
        process = journal.field("SYSLOG_PID") or journal.field("_PID")
        tag = identifier + (b"[%s]" % process if process else b"")
        head = (part.replace(b" ", b"_") for part in (host, tag))  # a space would shift what stands behind it
        return show_control_bytes(b"%s %s %s: %s" % (moment, *head, message.rstrip(b"\r\n")))

    async def _wait(self) -> None:
        """Wait until the journal changed, or for a while."""
        assert self._journal is not None  # noqa: S101  opened before the first wait
        assert self._woken is not None  # noqa: S101  made before the first wait
        loop = asyncio.get_running_loop()
        descriptor = self._journal.descriptor()
        # The reader stands only while we wait: a readable descriptor nobody reads would keep the loop spinning.
        loop.add_reader(descriptor, self._woken.set)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._woken.wait()
        finally:
            loop.remove_reader(descriptor)
        if not self._closed:
            self._woken.clear()
            await self._worker.run(self._journal.process)


@dataclass(frozen=True, slots=True)
class _Batch:
    data: bytes
    first: str
    last: str
    cut: int


def _render_position(cursor: str) -> str:
    return json.dumps({"cursor": cursor})


def _short(cursor: str) -> str:
    """Return the part of a cursor that names the entry: the journal's sequence and the number in it."""
    return cursor.partition(";b=")[0]


def _is_pattern(unit: str) -> bool:
    return any(sign in unit for sign in "*?[")


def _may_read(path: Path) -> bool:
    return os.access(path, os.R_OK)
