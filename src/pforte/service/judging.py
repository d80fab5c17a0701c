"""Judging what the sources read: block after block, in one thread, in the order of arrival."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import TypeVar

from pforte.bans.ban import Ban
from pforte.bans.exemption import Exemptions
from pforte.bans.offence import Offence
from pforte.clock import Clock
from pforte.net.addresses import Address, Network
from pforte.register.batch import Entry, Tally
from pforte.register.gathering import Gathering
from pforte.robots.sites import Sites
from pforte.service.aside import Aside, lines_of, tell_set_aside
from pforte.service.counting import Counts
from pforte.service.recognising import Formats
from pforte.settings.table import Settings, SourceSettings
from pforte.sources.block import Block
from pforte.visits.checks.impersonated_crawler import CHECK as IMPERSONATED
from pforte.visits.scan import Scanner
from pforte.visits.tally import TallyState
from pforte.worker import Worker

QUEUE = 8
"""Blocks read and not yet judged; what is more waits in its file."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rules:
    """What visits are judged by.

    Attributes:
        settings: the settings in force.
        exemptions: who is never banned.
        scanner: finds the offences, as the settings say.
    """

    settings: Settings
    exemptions: Exemptions
    scanner: Scanner


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A block on its way to judgement."""

    settings: SourceSettings
    block: Block


@dataclass(frozen=True, slots=True)
class _Swap:
    """The place between two blocks at which new rules take effect."""

    rules: Rules
    done: asyncio.Event


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a block gave: offences with the offsets of their lines, changed tallies, and counts of lines."""

    offences: tuple[tuple[Offence, int], ...] = ()
    tallies: tuple[TallyState, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


class Judging:
    """Scans blocks and hands offences, counts and read positions to the register in one transaction.

    Args:
        rules: what visits are judged by at first; the scanner is used in one thread only.
        gathering: takes what belongs into one transaction.
        clock: tells when lines are read.
        counts: hears how many lines were judged, and why others were not.
        enforce: called when other rules have come into force.

    Attributes:
        settings: the settings in force; they change between two blocks.
        exemptions: who is never banned; may be replaced at any time.
        positions: how far each source has been judged.
        since: when the scan began what it is at, in seconds of the event loop's clock; None where it waits.
    """

    def __init__(
        self, rules: Rules, gathering: Gathering, clock: Clock, counts: Counts, enforce: Callable[[], None]
    ) -> None:
        self.settings = rules.settings
        self.exemptions = rules.exemptions
        self.positions: dict[str, str] = {}
        self.since: float | None = None
        self._scanner = rules.scanner
        self._gathering = gathering
        self._clock = clock
        self._counts = counts
        self._enforce = enforce
        self._formats = Formats(clock)
        self._aside = Aside(rules.settings.service.state / "set-aside", clock)
        self._queue: asyncio.Queue[_Arrival | _Swap | asyncio.Event | None] = asyncio.Queue(QUEUE)
        self._worker = Worker("scan")

    # What others ask of it.

    async def put(self, settings: SourceSettings, block: Block) -> None:
        """Let a block be judged after all that came before it; waits while too many wait already."""
        await self._queue.put(_Arrival(settings, block))

    async def take_over(self, rules: Rules) -> None:
        """Take over new rules between two blocks; returns when they are in force."""
        swap = _Swap(rules, asyncio.Event())
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
        self._worker.post(lambda: self._scanner.shut_out(network, until))

    def let_in(self, network: Network) -> None:
        """Judge the lines of a network again."""
        self._worker.post(lambda: self._scanner.let_in(network))

    def begin_with(self, bans: Iterable[Ban]) -> None:
        """Skip the lines of exactly the networks of these bans, whoever was shut out before."""
        shut = [(ban.network, ban.effective_end()) for ban in bans]
        self._worker.post(lambda: self._scanner.begin_with(shut))

    def reason_to_spare(self, address: Address) -> str:
        """Say why an address is never banned, or "" where it may be."""
        return self.exemptions.reason(address)

    def renew(self, sites: Sites) -> None:
        """Take over what the sites ask for now."""
        self._worker.post(lambda: self._scanner.renew(sites))

    async def record(self, offences: Iterable[Offence]) -> None:
        """Hand offences to the register that a gate caught; waits while too many wait there already."""
        await self._hand_on([Entry(offence=self._spared(offence)) for offence in offences])

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
        judged = await self._work(partial(self._scan, arrival))
        self._counts.add(block.source, judged.counts)
        tallies = [
            Tally(check=tally.check, network=tally.network, state=tally.state) for tally in judged.tallies
        ]
        entries = [self._entry(offence, block, offset) for offence, offset in judged.offences]
        await self._hand_on(entries, positions, tallies)

    async def _hand_on(
        self,
        entries: Sequence[Entry],
        positions: Mapping[str, str] | None = None,
        tallies: Sequence[Tally] = (),
    ) -> None:
        """Hand on what belongs into one transaction."""
        await self._gathering.add(
            entries=[entry for entry in entries if not self._awaits_proof(entry.offence)],
            claims=[entry for entry in entries if self._awaits_proof(entry.offence)],
            positions=positions,
            tallies=tallies,
        )

    def _scan(self, arrival: _Arrival) -> _Judged:
        block = arrival.block
        if not block.data or block.data.isspace():
            return _Judged()
        try:
            read = self._formats.read(arrival.settings, block)
            now = block.received or self._clock.now()
            found: list[tuple[Offence, int]] = []
            counts = Counter(unread=read.unread, lines=block.data.count(b"\n") - read.unread)
            for origin, lines in read.parts:
                scanned = self._scanner.scan(lines, origin, now, block.first_line)
                found += scanned.offences
                counts.update(unparsed=scanned.unparsed, capped=scanned.capped)
                if scanned.mistake is not None:
                    counts.update(set_aside=len(scanned.stumbles), lines=-len(scanned.stumbles))
                    self._set_aside(lines_of(block, scanned.stumbles), scanned.mistake)
            found.sort(key=itemgetter(1))
            return _Judged(tuple(found), self._scanner.changes(), counts)
        except Exception as error:  # noqa: BLE001  one block must not stop all logs; docs/decisions/0008-set-aside.md
            self._set_aside(block, error)
            return _Judged(counts={"set_aside": block.data.count(b"\n")})

    def _set_aside(self, lines: Block, mistake: Exception) -> None:
        tell_set_aside(lines, mistake, self._aside.keep(lines))

    async def _work(self, call: Callable[[], T]) -> T:
        """Make a call in the scan's thread, and let others see since when."""
        self.since = asyncio.get_running_loop().time()
        try:
            return await self._worker.run(call)
        finally:
            self.since = None

    def _entry(self, offence: Offence, block: Block, offset: int) -> Entry:
        """Return the offence with its exemption and its identity: reading the line again doubles nothing."""
        line = block.identify(offset)
        identity = f"{line}:{offence.check}" if line else ""
        return Entry(offence=self._spared(offence), origin=identity)

    def _spared(self, offence: Offence) -> Offence:
        """Return the offence with the reason why its network is never banned, where there is one."""
        reason = self.exemptions.reason(offence.address)
        return replace(offence, exempt=reason) if reason else offence

    def _awaits_proof(self, offence: Offence) -> bool:
        """Say whether the visitor's claim decides: a claim alone always does, others where crawlers are exempt."""
        if not offence.claim or offence.exempt:
            return False
        return offence.check == IMPERSONATED.id or self.settings.exempt.crawlers

    # Between two blocks.

    async def _swap(self, swap: _Swap) -> None:
        await self._work(partial(self._replace, swap.rules.scanner))
        self.settings, self.exemptions = swap.rules.settings, swap.rules.exemptions
        self._enforce()
        swap.done.set()

    def _replace(self, scanner: Scanner) -> None:
        """Put a new scanner in the old one's place; in one piece, so that no ban goes to the one that leaves."""
        scanner.take_over(self._scanner)
        self._scanner = scanner
        self._formats.clear()
