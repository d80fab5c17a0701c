"""The journey of a visit, and the life of the program.

The journey reads straight down: :meth:`Service._read` takes blocks from a source, :meth:`Service._judge` scans
them and hands offences, counts and the read position to the register in one transaction,
:meth:`Service._announce` hears what became of them, and each gate follows the register's journal.
"""

import asyncio
import contextlib
import gc
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from pforte import log
from pforte.bans.ban import Action, Decision
from pforte.bans.exemption import Exemptions
from pforte.bans.offence import Offence
from pforte.bans.regulation import RegulationError
from pforte.clock import Clock, SystemClock, render_time
from pforte.commands import Call
from pforte.commands.scanning import ScanningError, sites_of
from pforte.gates.follower import Follower
from pforte.gates.gate import GateError
from pforte.net.addresses import Address, AddressError, Network
from pforte.register.batch import Batch, Claim, Entry, Recorded, Tally
from pforte.register.errors import JournalPurgedError, RegisterError
from pforte.register.gathering import Gathering
from pforte.register.store import Register, locate
from pforte.robots.sites import Sites
from pforte.service.claims import AT_ONCE as CLAIMS_AT_ONCE
from pforte.service.claims import Claims
from pforte.service.exempting import Exempting
from pforte.service.making import make_followers, make_ladder, make_ranges, make_resolver, make_scanner
from pforte.service.robots import RobotsKeeper
from pforte.service.systemd import notify, watchdog_seconds
from pforte.settings.changes import changes
from pforte.settings.load import SettingsError
from pforte.settings.source_names import name_of_source
from pforte.settings.table import Settings, SourceSettings
from pforte.sources.block import Block, Limits, Source, SourceError
from pforte.sources.opening import open_source
from pforte.visits.checks.impersonated_crawler import CHECK as IMPERSONATED
from pforte.visits.formats.catalogue import find_format
from pforte.visits.formats.detect import detect
from pforte.visits.formats.format import Format, FormatError
from pforte.visits.scan import Origin, Scanned, Scanner
from pforte.visits.tally import TallyState

QUEUE = 8
"""Blocks read and not yet judged; what is more waits in its file."""
POLL_SECONDS = 0.1
"""How often the journal is looked at for decisions that another process took."""
SOURCE_PAUSE = 10.0
"""Seconds before a source that could not be read is tried again."""
SAMPLE_BYTES = 65_536
HOSTS_EVERY = timedelta(minutes=5)
CLAIMS_EVERY = timedelta(minutes=5)
ROBOTS_EVERY = timedelta(hours=1)
PURGE_EVERY = timedelta(days=1)
TALLIES_KEPT = timedelta(days=2)
NEEDS_RESTART = ("service", "register", "dns", "gate")
"""Sections of the settings that take effect at the next start only."""

Trouble = (RegisterError, ScanningError, AddressError, RegulationError, GateError, FormatError)
"""What can keep the service from running; the message says what to do."""

_log = structlog.get_logger("pforte")


def run(call: Call) -> int:
    """Run the service until it is told to stop; return the exit code."""
    settings = call.settings()
    log.configure(settings.log.format, settings.log.level)
    # Bans and offences hold no cycles; looking for some among 100,000 of them would cost a quarter of the start.
    often = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        asyncio.run(_run(call, settings))
    except Trouble as error:
        _log.error("service.failed", text=str(error))
        return 1
    finally:
        gc.set_threshold(*often)
    return 0


async def _run(call: Call, settings: Settings) -> None:
    try:
        service = Service(call, settings, SystemClock())
        await service.run()
    except* Trouble as group:
        # Whatever failed first is the cause; the others were cancelled because of it.
        raise group.exceptions[0] from None


@dataclass(frozen=True, slots=True)
class _Reader:
    """A source that is being read."""

    settings: SourceSettings
    source: Source
    task: "asyncio.Task[None]"


@dataclass(frozen=True, slots=True)
class _Swap:
    """The place between two blocks at which new settings take effect."""

    settings: Settings
    scanner: Scanner
    exemptions: Exemptions
    done: asyncio.Event


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A block on its way to judgement."""

    settings: SourceSettings
    block: Block


class Service:
    """The running program. Made and used inside one event loop.

    Args:
        call: how it was started, so that the settings can be read again.
        settings: the settings in force.
        clock: tells the time.
    """

    def __init__(self, call: Call, settings: Settings, clock: Clock) -> None:
        self._call, self._settings, self._clock = call, settings, clock
        self._exempting = Exempting()
        self._exemptions = self._exempting.exemptions(settings)
        self._register = Register.open(locate(settings), clock, make_ladder(settings, self._exemptions))
        self._positions = self._register.positions()
        self._robots = RobotsKeeper(self._register, clock)
        self._robots.read_files(settings.site)
        self._scanner = make_scanner(settings, self._sites(settings))
        self._scanner.load(
            TallyState(tally.check, tally.network, tally.state)
            for tally in self._register.tallies(settings.scan.networks)
        )
        self._scanning = ThreadPoolExecutor(1, "scan")
        self._formats: dict[str, Format] = {}
        self._resolver = make_resolver(settings)
        self._gathering = Gathering(self._register, self._announce)
        self._claims = Claims(
            self._resolver, make_ranges(settings), self._gathering, clock, self._reason_to_spare
        )
        self._followers = make_followers(settings, self._register, clock, self._networks())
        self._queue: asyncio.Queue[_Arrival | _Swap | asyncio.Event | None] = asyncio.Queue(QUEUE)
        self._readers: dict[str, _Reader] = {}
        self._kicks: list[asyncio.Event] = []
        self._claims_after = 0
        self._stop, self._reload = asyncio.Event(), asyncio.Event()
        self._group = asyncio.TaskGroup()

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT: every line read before is then recorded, every decision at its gate."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self.reload)
        beginning = self._register.snapshot()
        for ban in beginning.bans:
            self._scanner.shut_out(ban.network, ban.effective_end())
        async with self._group as group:
            recording = group.create_task(self._gathering.run())
            judging = group.create_task(self._judge())
            following = [group.create_task(self._follow(follower)) for follower in self._followers]
            following.append(group.create_task(self._hear_journal(beginning.sequence)))
            tending = [group.create_task(each) for each in (self._tend(), self._take_reloads(), self._beat())]
            tending += [group.create_task(self._claims.run()) for _ in range(CLAIMS_AT_ONCE)]
            await self._renew_exemptions()
            await self._start_readers()
            notify("READY=1")
            _log.info(
                "service.ready", sources=list(self._readers), gates=[gate.name for gate in self._followers]
            )
            await self._stop.wait()
            notify("STOPPING=1")
            for task in tending:
                task.cancel()
            self._stop_readers(self._readers)
            self._gathering.expect_end()
            await self._queue.put(None)
            await judging
            self._gathering.finish()
            await recording
            self._kick()
            await asyncio.gather(*following)
        await self._resolver.close()
        self._scanning.shutdown()
        self._register.close()
        _log.info("service.stopped")

    def stop(self) -> None:
        """End :meth:`run`; called in its event loop."""
        self._stop.set()

    def reload(self) -> None:
        """Read the settings again; called in the event loop of :meth:`run`."""
        self._reload.set()

    # The journey of a visit.

    async def _read(self, settings: SourceSettings, source: Source) -> None:
        """Take blocks from one source; when it cannot be read, say so and try again."""
        while True:
            try:
                async for block in source.blocks():
                    await self._queue.put(_Arrival(settings, block))
            except (SourceError, OSError) as error:
                # A disk, a mount or a journal in trouble must not take the other sources with it.
                _log.error("source.failed", source=source.name, text=str(error), again_in=SOURCE_PAUSE)
            else:
                _log.info("source.ended", source=source.name)
                return
            await asyncio.sleep(SOURCE_PAUSE)
            source = open_source(settings, self._limits(), self._positions.get(source.name, ""), self._clock)

    async def _judge(self) -> None:
        """Scan block after block and hand on what belongs into one transaction."""
        loop = asyncio.get_running_loop()
        while (arrival := await self._queue.get()) is not None:
            if isinstance(arrival, asyncio.Event):
                arrival.set()
                continue
            if isinstance(arrival, _Swap):
                await loop.run_in_executor(self._scanning, arrival.scanner.take_over, self._scanner)
                self._scanner, self._settings, self._exemptions = (
                    arrival.scanner,
                    arrival.settings,
                    arrival.exemptions,
                )
                self._register.ladder = make_ladder(self._settings, self._exemptions)
                self._formats.clear()
                arrival.done.set()
                continue
            block = arrival.block
            positions = {block.source: block.position} if block.position else {}
            self._positions |= positions
            origin = self._origin(arrival)
            if origin is None:
                await self._gathering.add(positions=positions)
                continue
            now = block.received or self._clock.now()
            scanned, counts = await loop.run_in_executor(self._scanning, self._scan, block, origin, now)
            entries = [self._entry(offence, block, offset) for offence, offset in scanned.offences]
            await self._gathering.add(
                entries=[entry for entry in entries if not self._awaits_proof(entry.offence)],
                claims=[entry for entry in entries if self._awaits_proof(entry.offence)],
                positions=positions,
                tallies=[
                    Tally(check=count.check, network=count.network, state=count.state) for count in counts
                ],
            )

    def _origin(self, arrival: _Arrival) -> Origin | None:
        """Return how the block's lines are to be read, or None where there is nothing to read."""
        settings, block = arrival.settings, arrival.block
        if not block.data:
            return None
        key = f"{block.source}\0{block.file}"
        known = self._formats.get(key)
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
            self._formats[key] = known
        return Origin(
            source=block.file or block.source,
            log=known,
            zone=ZoneInfo(settings.timezone),
            site=settings.site.encode(),
        )

    def _scan(self, block: Block, origin: Origin, now: datetime) -> tuple[Scanned, tuple[TallyState, ...]]:
        scanned = self._scanner.scan(block.data, origin, now, block.first_line)
        return scanned, self._scanner.changes()

    def _entry(self, offence: Offence, block: Block, offset: int) -> Entry:
        """Return the offence with its exemption and its identity: reading the line again doubles nothing."""
        reason = self._exemptions.reason(offence.address)
        line = block.identify(offset)
        identity = f"{line}:{offence.check}" if line else ""
        return Entry(offence=replace(offence, exempt=reason) if reason else offence, origin=identity)

    def _reason_to_spare(self, address: Address) -> str:
        return self._exemptions.reason(address)

    def _awaits_proof(self, offence: Offence) -> bool:
        """Say whether the visitor's claim decides: a claim alone always does, others where crawlers are exempt."""
        if not offence.claim or offence.exempt:
            return False
        return offence.check == IMPERSONATED.id or self._settings.exempt.crawlers

    def _announce(self, batch: Batch, recorded: Recorded) -> None:
        """Hear what the register made of a batch: wake the gates, look into claims, tell what was spared."""
        for entry, number in zip(batch.claims, recorded.claims, strict=True):
            if number is not None:
                self._claims.submit(Claim(number=number, offence=entry.offence))
        for filed in recorded.filed:
            if filed.offence.exempt:
                _log.warning(
                    "offence.exempt",
                    network=str(filed.offence.network),
                    check=filed.offence.check,
                    because=filed.offence.exempt,
                    place=f"{filed.offence.source}:{filed.offence.line}",
                )
        if recorded.decisions:
            self._kick()

    # Following the journal.

    def _kick(self) -> None:
        for kick in self._kicks:
            kick.set()

    async def _until_kicked(self, kick: asyncio.Event, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(kick.wait(), seconds)
        kick.clear()

    async def _follow(self, follower: Follower) -> None:
        """Drive one gate until the last transaction of this run has reached it."""
        kick = asyncio.Event()
        self._kicks.append(kick)
        ended = False
        while not ended:
            ended = self._gathering.ended
            wait = await asyncio.to_thread(follower.step)
            if not ended:
                await self._until_kicked(kick, min(wait, POLL_SECONDS))
        await asyncio.to_thread(follower.close)

    async def _hear_journal(self, sequence: int) -> None:
        """Log every decision, whoever took it, and tell the scanner who is shut out."""
        kick = asyncio.Event()
        self._kicks.append(kick)
        ended = False
        while not ended:
            ended = self._gathering.ended
            try:
                decisions = await asyncio.to_thread(self._register.journal, sequence)
            except JournalPurgedError:
                sequence = (await asyncio.to_thread(self._register.snapshot)).sequence
                continue
            except RegisterError:
                decisions = []  # the gathering says so, and the gates keep their last known bans
            for decision in decisions:
                sequence = decision.sequence
                self._hear(decision)
            if not ended and not decisions:
                await self._until_kicked(kick, POLL_SECONDS)

    def _hear(self, decision: Decision) -> None:
        ban = decision.ban
        _log.info(
            f"ban.{decision.action.value}",
            network=str(ban.network),
            rung=ban.rung,
            until=render_time(ban.effective_end()),
            reference=ban.reference,
            reason=ban.reason,
            origin=ban.origin.value,
            sequence=decision.sequence,
        )
        if decision.action is Action.LIFT:
            self._scanning.submit(self._let_in, ban.network)
        else:
            self._scanning.submit(self._shut_out, ban.network, ban.effective_end())

    def _shut_out(self, network: Network, until: datetime) -> None:
        self._scanner.shut_out(network, until)

    def _let_in(self, network: Network) -> None:
        self._scanner.let_in(network)

    # What is due now and then.

    async def _tend(self) -> None:
        """Keep host names, robots.txt, open claims and the register's size up to date."""
        now = self._clock.now()
        duties = (
            (self._renew_exemptions, HOSTS_EVERY),
            (self._renew_robots, ROBOTS_EVERY),
            (self._take_up_claims, CLAIMS_EVERY),
            (self._purge, PURGE_EVERY),
        )
        due = [now] * len(duties)
        while True:
            for number, (act, every) in enumerate(duties):
                if self._clock.now() >= due[number]:
                    due[number] = self._clock.now() + every
                    try:
                        await act()
                    except RegisterError as error:
                        _log.error("register.unavailable", text=str(error), again_in=every.total_seconds())
            await asyncio.sleep(1)

    async def _renew_exemptions(self) -> None:
        await self._exempting.look_up(self._settings, self._resolver)
        self._exemptions = self._exempting.exemptions(self._settings)
        self._register.ladder = make_ladder(self._settings, self._exemptions)
        for follower in self._followers:
            follower.exempt(self._networks())

    async def _renew_robots(self) -> None:
        await asyncio.to_thread(self._robots.read_files, self._settings.site)
        await self._robots.fetch(self._settings.site)
        self._scanning.submit(self._scanner.renew, await asyncio.to_thread(self._sites, self._settings))

    async def _take_up_claims(self) -> None:
        """Take up open claims in turn, so that many without an answer do not hide the others."""
        room = self._claims.room
        taken = await asyncio.to_thread(self._register.pending_claims, room, self._claims_after)
        self._claims_after = taken[-1].number if len(taken) == room and taken else 0
        for claim in taken:
            self._claims.submit(claim)

    async def _purge(self) -> None:
        gone = await asyncio.to_thread(self._register.purge, self._settings.register.history)
        gone += await asyncio.to_thread(self._register.forget_tallies, self._clock.now() - TALLIES_KEPT)
        _log.info("register.purged", rows=gone)

    async def _beat(self) -> None:
        """Tell systemd's watchdog that the service lives, twice as often as it asks for."""
        while seconds := watchdog_seconds():
            notify("WATCHDOG=1")
            await asyncio.sleep(seconds / 2)

    # Reading the settings again.

    async def _take_reloads(self) -> None:
        while True:
            await self._reload.wait()
            self._reload.clear()
            try:
                await self._take_over(self._call.load())
            except (SettingsError, *Trouble) as error:
                _log.error("settings.refused", text=str(error), then="the settings in force stay")

    async def _take_over(self, settings: Settings) -> None:
        """Take over new settings between two blocks; no line is lost or judged twice."""
        changed = changes(self._settings, settings)
        late = [name for name in changed if name.split(".")[0] in NEEDS_RESTART]
        settings = replace(settings, **{name: getattr(self._settings, name) for name in NEEDS_RESTART})
        await asyncio.to_thread(self._robots.read_files, settings.site)
        scanner = await asyncio.to_thread(lambda: make_scanner(settings, self._sites(settings)))
        await self._exempting.look_up(settings, self._resolver)
        exemptions = self._exempting.exemptions(settings)
        self._claims.ranges = make_ranges(settings)
        swap = _Swap(settings, scanner, exemptions, asyncio.Event())
        await self._queue.put(swap)
        await swap.done.wait()
        if any(name.startswith("log.") for name in changed):
            log.configure(settings.log.format, settings.log.level)
        await self._start_readers()
        await self._renew_exemptions()
        _log.info(
            "settings.taken-over", changed=[name for name in changed if name not in late], need_restart=late
        )

    # Making the parts.

    def _networks(self) -> tuple[Network, ...]:
        return tuple(network for network, _ in self._exemptions.networks())

    def _sites(self, settings: Settings) -> Sites:
        return sites_of(settings, self._robots.versions(settings.site))

    def _limits(self) -> Limits:
        return Limits(self._settings.scan.block, self._settings.scan.line)

    async def _start_readers(self) -> None:
        """Start reading sources that are new, stop those that are gone or changed, leave the others alone."""
        wanted = {name_of_source(source): source for source in self._settings.source}
        gone = {name: reader for name, reader in self._readers.items() if wanted.get(name) != reader.settings}
        if gone:
            await asyncio.wait(self._stop_readers(gone))
            # What they read last must be judged before anybody goes on from where they stopped.
            judged = asyncio.Event()
            await self._queue.put(judged)
            await judged.wait()
        self._readers = {name: reader for name, reader in self._readers.items() if name not in gone}
        for name, settings in wanted.items():
            if name not in self._readers:
                source = open_source(settings, self._limits(), self._positions.get(name, ""), self._clock)
                task = self._group.create_task(self._read(settings, source))
                self._readers[name] = _Reader(settings, source, task)

    @staticmethod
    def _stop_readers(readers: dict[str, _Reader]) -> list["asyncio.Task[None]"]:
        for reader in readers.values():
            reader.source.close()
            reader.task.cancel()
        return [reader.task for reader in readers.values()]
