"""Group commit for the service: what comes while one transaction is written goes into the next one together.

Order is kept and nothing is dropped: while the register cannot be written to, the same batch is tried again and
whoever adds more has to wait. What the database refuses for good is found by halving the batch, told in the log with
all there is to know of it, and left out, so that it does not hold up everything else.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import structlog

from pforte.net.addresses import Network
from pforte.register.batch import Batch, Entry, Recorded, Settlement, Tally
from pforte.register.errors import RefusedError, RegisterUnavailableError
from pforte.worker import Worker

HOLD_SECONDS = 1.0
"""How long read positions and counts without an offence wait for company."""
MOST_WAITING = 5_000
"""Offences that may wait; whoever adds more waits for room."""
LONGEST_PAUSE = 30.0
IF_MANY = "stop pforte and run `pforte register check`"
MOST_TOLD = 4_000
"""Characters that the log says about something that was left out."""

_log = structlog.get_logger("pforte.register")


class Recorder(Protocol):
    """Writes one batch in one transaction; the register, or what stands for it in a test."""

    def record(self, batch: Batch) -> Recorded:
        """Write a batch: what it returns is on the disk."""
        ...


@dataclass(slots=True)
class _Waiting:
    entries: list[Entry] = field(default_factory=list)
    claims: list[Entry] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)
    positions: dict[str, str] = field(default_factory=dict)
    tallies: dict[tuple[str, Network], Tally] = field(default_factory=dict)

    def batch(self) -> Batch:
        return Batch(
            entries=tuple(self.entries),
            claims=tuple(self.claims),
            settlements=tuple(self.settlements),
            positions=self.positions,
            tallies=tuple(self.tallies.values()),
        )

    def weight(self) -> int:
        return len(self.entries) + len(self.claims) + len(self.settlements)


class Gathering:
    """Gathers what belongs into the next transaction. Used from one event loop.

    Args:
        recorder: writes it, called in a thread that nobody else uses.
        announce: called in the event loop with each batch and what it led to, in order.
        hold: seconds that positions and counts alone may wait.
    """

    def __init__(
        self, recorder: Recorder, announce: Callable[[Batch, Recorded], None], hold: float = HOLD_SECONDS
    ) -> None:
        self._recorder = recorder
        self._worker = Worker("register")
        self._announce = announce
        self._hold = hold
        self._waiting = _Waiting()
        self._some = asyncio.Event()
        self._urgent = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._finishing = False
        self._last_try = asyncio.Event()
        self.ended = False
        """Whether :meth:`run` has written its last transaction."""
        self.since: float | None = None
        """When the try under way began, in seconds of the event loop's clock; None where none is."""

    async def add(
        self,
        *,
        entries: Iterable[Entry] = (),
        claims: Iterable[Entry] = (),
        settlements: Iterable[Settlement] = (),
        positions: Mapping[str, str] | None = None,
        tallies: Iterable[Tally] = (),
    ) -> None:
        """Add to the next transaction, all of it or none; waits while too much is waiting already."""
        await self._room.wait()
        waiting = self._waiting
        waiting.entries.extend(entries)
        waiting.claims.extend(claims)
        waiting.settlements.extend(settlements)
        waiting.positions.update(positions or {})
        waiting.tallies.update({(tally.check, tally.network): tally for tally in tallies})
        self._some.set()
        if waiting.weight():
            self._urgent.set()
        if waiting.weight() >= MOST_WAITING:
            self._room.clear()

    async def run(self) -> None:
        """Write transaction after transaction until :meth:`finish` was called and nothing waits.

        Raises:
            RegisterUnavailableError: the last batch could not be written; nothing in it was acknowledged, so its
                lines are read again at the next start.
            RegisterUnusableError: no batch can be written until somebody mends the database; the same holds.
        """
        while True:
            await self._some.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._urgent.wait(), self._hold)
            batch = self._take()
            if batch.weight():
                await self._settle(batch)
            if self._finishing and not self._some.is_set():
                self.ended = True
                self._worker.close()
                return

    def expect_end(self) -> None:
        """Say that the end is wanted: from now on a batch that cannot be written ends :meth:`run` with its error.

        Whoever waits for room would otherwise keep a full register from ever being given up.
        """
        self._last_try.set()

    def finish(self) -> None:
        """Let :meth:`run` end once everything added so far is written."""
        self.expect_end()
        self._finishing = True
        self._some.set()
        self._urgent.set()

    def _take(self) -> Batch:
        batch = self._waiting.batch()
        self._waiting = _Waiting()
        self._some.clear()
        self._room.set()
        if not self._finishing:
            self._urgent.clear()
        return batch

    async def _settle(self, batch: Batch) -> None:
        """Write a batch and announce it; leave out what the register refuses for good."""
        try:
            recorded = await self._write(batch)
        except RefusedError as error:
            if batch.weight() == 1:
                _log.error("register.refused", text=str(error), left_out=_told(batch), if_many=IF_MANY)
                return
            for half in batch.halves():
                await self._settle(half)
        else:
            self._announce(batch, recorded)

    async def _write(self, batch: Batch) -> Recorded:
        pause = 0.5
        while True:
            last_try = self._last_try.is_set()
            self.since = asyncio.get_running_loop().time()
            try:
                return await self._worker.run(partial(self._recorder.record, batch))
            except RegisterUnavailableError as error:
                if last_try:
                    raise
                _log.error("register.unavailable", text=str(error), again_in=pause, waiting=batch.weight())
            finally:
                self.since = None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._last_try.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE)


def _told(batch: Batch) -> str:
    """Return the only thing in a batch in words, an offence with the line that proves it."""
    things = (*batch.entries, *batch.claims, *batch.settlements, *batch.tallies, *batch.positions.items())
    return repr(things[0])[:MOST_TOLD]
