"""Judging what the sources read: block after block, in one thread, in the order of arrival."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from pforte.bans.ban import Ban
from pforte.bans.exemption import Exemptions
from pforte.bans.offence import Offence
from pforte.clock import Clock
from pforte.net.addresses import Address, Network
from pforte.register.batch import Entry, Tally
from pforte.register.gathering import Gathering
from pforte.robots.sites import Sites
from pforte.service.recognising import Formats
from pforte.settings.table import Settings, SourceSettings
from pforte.sources.block import Block
from pforte.visits.checks.impersonated_crawler import CHECK as IMPERSONATED
from pforte.visits.scan import Scanned, Scanner
from pforte.visits.tally import TallyState
from pforte.worker import Worker

QUEUE = 8
"""Blocks read and not yet judged; what is more waits in its file."""

_log = structlog.get_logger("pforte")


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A block on its way to judgement."""

    settings: SourceSettings
    block: Block


@dataclass(frozen=True, slots=True)
class _Swap:
    """The place between two blocks at which new settings take effect."""

    settings: Settings
    scanner: Scanner
    exemptions: Exemptions
    done: asyncio.Event


class Judging:
    """Scans blocks and hands offences, counts and read positions to the register in one transaction.

    Args:
        settings: the settings in force.
        scanner: finds the offences; it is used in one thread only.
        gathering: takes what belongs into one transaction.
        clock: tells when lines are read.
        enforce: called when other settings and exemptions have come into force.

    Attributes:
        settings: the settings in force; they change between two blocks.
        exemptions: who is never banned; may be replaced at any time.
        positions: how far each source has been judged.
    """

    def __init__(
        self,
        settings: Settings,
        exemptions: Exemptions,
        scanner: Scanner,
        gathering: Gathering,
        clock: Clock,
        enforce: Callable[[], None],
    ) -> None:
        self.settings = settings
        self.exemptions = exemptions
        self.positions: dict[str, str] = {}
        self._scanner = scanner
        self._gathering = gathering
        self._clock = clock
        self._enforce = enforce
        self._formats = Formats(clock)
        self._queue: asyncio.Queue[_Arrival | _Swap | asyncio.Event | None] = asyncio.Queue(QUEUE)
        self._worker = Worker("scan")

    # What others ask of it.

    async def put(self, settings: SourceSettings, block: Block) -> None:
        """Let a block be judged after all that came before it; waits while too many wait already."""
        await self._queue.put(_Arrival(settings, block))

    async def take_over(self, settings: Settings, scanner: Scanner, exemptions: Exemptions) -> None:
        """Take over new settings between two blocks; returns when they are in force."""
        swap = _Swap(settings, scanner, exemptions, asyncio.Event())
        await self._queue.put(swap)
        await swap.done.wait()

    async def catch_up(self) -> None:
        """Wait until everything that was put before is judged."""
        judged = asyncio.Event()
        await self._queue.put(judged)
        await judged.wait()

    async def finish(self) -> None:
        """Let :meth:`run` end after everything that was put before."""
        await self._queue.put(None)

    def shut_out(self, network: Network, until: datetime) -> None:
        """Skip the lines of a network that is shut out."""
        self._worker.submit(lambda: self._scanner.shut_out(network, until))

    def let_in(self, network: Network) -> None:
        """Judge the lines of a network again."""
        self._worker.submit(lambda: self._scanner.let_in(network))

    def begin_with(self, bans: Iterable[Ban]) -> None:
        """Skip the lines of exactly the networks of these bans, whoever was shut out before."""
        shut = [(ban.network, ban.effective_end()) for ban in bans]
        self._worker.submit(lambda: self._scanner.begin_with(shut))

    def reason_to_spare(self, address: Address) -> str:
        """Say why an address is never banned, or "" where it may be."""
        return self.exemptions.reason(address)

    def renew(self, sites: Sites) -> None:
        """Take over what the sites ask for now."""
        self._worker.submit(lambda: self._scanner.renew(sites))

    # The journey of a visit.

    async def run(self) -> None:
        """Judge until :meth:`finish`."""
        while (arrival := await self._queue.get()) is not None:
            if isinstance(arrival, asyncio.Event):
                arrival.set()
            elif isinstance(arrival, _Swap):
                await self._swap(arrival)
            else:
                await self._judge(arrival)
        self._worker.close()

    async def _judge(self, arrival: _Arrival) -> None:
        """Scan a block and hand on what belongs into one transaction."""
        block = arrival.block
        positions = {block.source: block.position} if block.position else {}
        self.positions |= positions
        scanned, counts = await self._worker.run(partial(self._scan, arrival))
        entries = [self._entry(offence, block, offset) for offence, offset in scanned.offences]
        await self._gathering.add(
            entries=[entry for entry in entries if not self._awaits_proof(entry.offence)],
            claims=[entry for entry in entries if self._awaits_proof(entry.offence)],
            positions=positions,
            tallies=[Tally(check=count.check, network=count.network, state=count.state) for count in counts],
        )

    def _scan(self, arrival: _Arrival) -> tuple[Scanned, tuple[TallyState, ...]]:
        block = arrival.block
        origin = self._formats.origin(arrival.settings, block)
        if origin is None:
            return Scanned(), ()
        now = block.received or self._clock.now()
        return self._scanner.scan(block.data, origin, now, block.first_line), self._scanner.changes()

    def _entry(self, offence: Offence, block: Block, offset: int) -> Entry:
        """Return the offence with its exemption and its identity: reading the line again doubles nothing."""
        reason = self.exemptions.reason(offence.address)
        line = block.identify(offset)
        identity = f"{line}:{offence.check}" if line else ""
        return Entry(offence=replace(offence, exempt=reason) if reason else offence, origin=identity)

    def _awaits_proof(self, offence: Offence) -> bool:
        """Say whether the visitor's claim decides: a claim alone always does, others where crawlers are exempt."""
        if not offence.claim or offence.exempt:
            return False
        return offence.check == IMPERSONATED.id or self.settings.exempt.crawlers

    # Between two blocks.

    async def _swap(self, swap: _Swap) -> None:
        await self._worker.run(partial(self._replace, swap.scanner))
        self.settings, self.exemptions = swap.settings, swap.exemptions
        self._enforce()
        swap.done.set()

    def _replace(self, scanner: Scanner) -> None:
        """Put a new scanner in the old one's place; in one piece, so that no ban goes to the one that leaves."""
        scanner.take_over(self._scanner)
        self._scanner = scanner
        self._formats.clear()
