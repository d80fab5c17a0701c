"""The life of the program, and where its parts meet.

The journey of a visit reads straight down through the room: ``reading`` takes blocks from the sources, ``judging``
scans them and hands offences, counts and the read position to the register in one transaction,
:meth:`Service._announce` hears what became of them, and ``following`` lets each gate follow the register's journal.
"""

import asyncio
import gc
import signal
import sys
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog

from pforte import log
from pforte.bans.regulation import RegulationError
from pforte.clock import Clock, SystemClock
from pforte.commands import Call
from pforte.commands.scanning import ScanningError
from pforte.gates.gate import GateError
from pforte.gates.http.porter import Detection
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import AddressError, Network
from pforte.register.batch import Batch, Claim, Recorded
from pforte.register.errors import RegisterError
from pforte.register.gathering import Gathering
from pforte.register.store import Register, locate
from pforte.robots.sites import Sites
from pforte.service.catching import Catching
from pforte.service.claims import AT_ONCE as CLAIMS_AT_ONCE
from pforte.service.claims import Claims
from pforte.service.counting import Counts
from pforte.service.exempting import Exempting
from pforte.service.following import Following
from pforte.service.judging import Judging, Rules
from pforte.service.mail.room import MailRoom
from pforte.service.making import (
    Asked,
    judges_mail,
    make_door,
    make_gates,
    make_ladder,
    make_ranges,
    make_resolver,
    make_scanner,
)
from pforte.service.reading import Readers
from pforte.service.robots import RobotsKeeper
from pforte.service.signals import let_reload_through
from pforte.service.simulating import tell_left_behind
from pforte.service.systemd import beat, notify
from pforte.service.tending import Duty, tend
from pforte.settings.changes import AT_START, changes
from pforte.settings.load import SettingsError
from pforte.settings.table import Settings
from pforte.visits.tally import TallyState
from pforte.worker import Worker

END_SECONDS = 60.0
"""How long the end may take; systemd kills what has not ended 90 s after it was told to (TimeoutStopSec)."""
CLOSE_SECONDS = 2.0
LOAD_SECONDS = 10.0
"""How long the gates that answer wait for the bans at most; then ``on_failure`` says what they answer."""
LOOK_SECONDS = 0.01
SWITCH_SECONDS = 0.0005
"""How long a thread that computes, such as the scan, may keep the others from it. Every answer of a gate waits for that
long while a log is scanned: with Python's usual 5 ms half of them took more than 2.6 ms."""
TALLIES_KEPT = timedelta(days=2)

try:
    import uvloop
except ImportError:  # there is no wheel for this machine
    uvloop = None  # type: ignore[assignment]

_log = structlog.get_logger("pforte")


class HungError(Exception):
    """The service could not end in time; the message names what hangs."""


Misfit = (ScanningError, RegulationError)
"""Settings or rules by which the service cannot run, and which get no better by starting it again."""
Trouble = (RegisterError, AddressError, GateError, HungError, *Misfit)
"""What can keep the service from running, or from ending well; the message says what to do."""


def run(call: Call) -> int:
    """Run the service until it is told to stop; return the exit code."""
    settings = call.settings()
    log.configure(settings.log.format, settings.log.level)
    # Bans and offences hold no cycles; looking for some among 100,000 of them would cost a quarter of the start.
    often = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    pause = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        # The gates that answer spend most of their time in the event loop: uvloop's takes half of asyncio's.
        with asyncio.Runner(loop_factory=None if uvloop is None else uvloop.new_event_loop) as runner:
            runner.run(_run(call, settings))
    except Trouble as error:
        _log.error("service.failed", text=str(error))
        return 2 if isinstance(error, Misfit) else 1
    finally:
        gc.set_threshold(*often)
        sys.setswitchinterval(pause)
    return 0


async def _run(call: Call, settings: Settings) -> None:
    try:
        service = Service(call, settings, SystemClock())
        await service.run()
    except* Trouble as group:
        # Whatever failed first is the cause; the others were cancelled because of it.
        raise group.exceptions[0] from None


class Service:
    """The running program. Made and used inside one event loop.

    Args:
        call: how it was started, so that the settings can be read again.
        settings: the settings in force.
        clock: tells the time.
    """

    def __init__(self, call: Call, settings: Settings, clock: Clock) -> None:
        self._call, self._clock = call, clock
        self._register = Register.open(locate(settings), clock)
        self._exempting = Exempting(self._register, clock)
        self._exempting.recall(settings.exempt.hosts)
        exemptions = self._exempting.exemptions(settings)
        self._register.ladder = make_ladder(settings, exemptions)
        self._robots = RobotsKeeper(self._register, clock)
        self._robots.read_files(settings.site)
        sites = self._robots.sites(settings)
        scanner = make_scanner(settings, sites)
        scanner.load(
            TallyState(tally.check, tally.network, tally.state)
            for tally in self._register.tallies(settings.scan.networks)
        )
        self._resolver = make_resolver(settings)
        self._gathering = Gathering(self._register, self._announce)
        self._counts = Counts()
        rules = Rules(settings, exemptions, scanner)
        self._judging = Judging(rules, self._gathering, clock, self._counts, self._enforce)
        self._judging.positions = self._register.positions()
        self._claims = Claims(
            self._resolver,
            make_ranges(settings),
            self._gathering,
            clock,
            self._judging.reason_to_spare,
        )
        self._catching = Catching(self._judging)
        self._door = make_door(settings, sites)
        detection = None
        if self._door is not None:
            detection = Detection(self._door, self._catching.catch, not settings.service.simulate)
        table, self._mail = TableGate(self._networks()), None
        if judges_mail(settings):
            self._mail = MailRoom(
                settings, self._register, self._resolver, table, clock, self._catching.catch
            )
        asked = Asked(table, detection, self._mail)
        self._gates = make_gates(settings, self._register, clock, self._networks(), asked)
        self._following = Following(self._register, self._gathering, self._judging)
        self._group = asyncio.TaskGroup()
        self._readers = Readers(self._group, self._judging, self._counts, clock)
        self._upkeep, self._reloading = Worker("upkeep"), Worker("reload")
        self._robots_duty = Duty(self._renew_robots, timedelta(hours=1))
        self._renewing = asyncio.Lock()
        self._stop, self._reload = asyncio.Event(), asyncio.Event()

    # Its life.

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT: every line accepted before is then recorded, every decision at its gate.

        Raises:
            HungError: it could not end in time.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self.reload)
        let_reload_through()
        beginning = self._register.snapshot()
        self._judging.begin_with(beginning.bans)
        async with self._group as group:
            working = {
                "the scan": group.create_task(self._judging.run()),
                "the gates' catch": group.create_task(self._catching.run()),
                "the register": group.create_task(self._gathering.run()),
                "the journal": group.create_task(self._following.hear(beginning.sequence)),
            }
            for follower in self._gates.followers:
                working[f"the gate {follower.name}"] = group.create_task(self._following.drive(follower))
            beating = beat(lambda: (self._judging.since, self._gathering.since))
            tending = [group.create_task(each) for each in (self._tend(), self._take_reloads(), beating)]
            tending += [group.create_task(self._claims.run()) for _ in range(CLAIMS_AT_ONCE)]
            # Whoever is exempt must be known before the first line, but a silent DNS must not keep us from all lines.
            await self._look_up_hosts(self._judging.settings.dns.timeout)
            await self._open_gates()
            await self._readers.follow(self._judging.settings)
            notify("READY=1")
            simulate = self._judging.settings.service.simulate
            _log.info(
                "service.ready",
                sources=self._readers.names,
                gates=self._gates.names,
                simulate=simulate,
            )
            if simulate:
                tending.append(group.create_task(self._tell_left_behind()))
            await self._stop.wait()
            notify("STOPPING=1")
            for gate in self._gates.answering:
                await gate.close()
            for task in tending:
                task.cancel()
            await self._end(working)
            self._counts.tell_totals()
        if self._mail is not None:
            await self._mail.close()
        await self._resolver.close()
        self._reloading.close()
        await self._upkeep.finish(self._register.close, CLOSE_SECONDS)
        _log.info("service.stopped")

    async def _open_gates(self) -> None:
        """Begin to answer; whoever was answered before the bans are known would be let in or put off by on_failure."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + LOAD_SECONDS
        while not self._gates.know() and loop.time() < latest:  # noqa: ASYNC110  they are loaded in other threads
            await asyncio.sleep(LOOK_SECONDS)
        for gate in self._gates.answering:
            await gate.open()

    async def _end(self, working: "dict[str, asyncio.Task[None]]") -> None:
        """End the journey from its beginning to its end, so that what was read arrives."""
        try:
            async with asyncio.timeout(END_SECONDS):
                await self._readers.stop()
                self._gathering.expect_end()
                self._catching.finish()
                await working["the gates' catch"]
                await self._judging.finish()
                await working["the scan"]
                self._gathering.finish()
                await working["the register"]
                self._following.kick()
                await asyncio.gather(*working.values())
                self._following.close()
        except TimeoutError:
            hung = [name for name, task in working.items() if not task.done() or task.cancelled()]
            raise HungError(
                f"{', '.join(hung)} did not end within {END_SECONDS:.0f} s; what was not recorded is read again at the "
                "next start, where its source can be read again"
            ) from None

    def stop(self) -> None:
        """End :meth:`run`; called in its event loop."""
        self._stop.set()

    def reload(self) -> None:
        """Read the settings again; called in the event loop of :meth:`run`."""
        self._reload.set()

    # What the register said.

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
            self._following.kick()

    # What is due now and then.

    async def _tend(self) -> None:
        now, every = self._clock.now(), timedelta(minutes=5)
        duties = (
            Duty(self._renew_exemptions, every, now + every),  # the start has just looked them up
            self._robots_duty,
            Duty(self._take_up_claims, timedelta(minutes=5)),
            Duty(self._purge, timedelta(days=1)),
            Duty(self._tell_counts, timedelta(minutes=1)),
            *(() if self._mail is None else self._mail.duties()),
        )
        await tend(duties, self._clock)

    async def _renew_exemptions(self) -> None:
        await self._look_up_hosts(None)

    async def _look_up_hosts(self, patience: timedelta | None) -> None:
        await self._exempting.look_up(self._judging.settings, self._resolver, self._upkeep, patience)
        self._exempt()

    async def _renew_robots(self) -> None:
        site = self._judging.settings.site
        await self._upkeep.run(partial(self._robots.read_files, site))
        await self._robots.fetch(site, self._upkeep)
        async with self._renewing:
            sites = await self._upkeep.run(partial(self._robots.sites, self._judging.settings))
            self._judging.renew(sites)
            await self._renew_door(self._judging.settings, sites, self._upkeep)

    async def _renew_door(self, settings: Settings, sites: Sites, worker: Worker) -> None:
        """Judge requests at the door by these settings and sites from now on; it is made while the old one judges."""
        if self._door is not None:
            fresh = await worker.run(partial(make_door, settings, sites))
            if fresh is not None:
                self._door.adopt(fresh)

    async def _take_up_claims(self) -> None:
        await self._claims.take_up(
            lambda room, after: self._upkeep.run(partial(self._register.pending_claims, room, after))
        )

    async def _purge(self) -> None:
        gone = await self._upkeep.run(partial(self._register.purge, self._judging.settings.register.history))
        before = self._clock.now() - TALLIES_KEPT
        gone += await self._upkeep.run(partial(self._register.forget_tallies, before))
        _log.info("register.purged", rows=gone)

    async def _tell_counts(self) -> None:
        self._counts.tell()

    async def _tell_left_behind(self) -> None:
        # In a thread of its own: a firewall or a mount that hangs must hold up nothing, the end least of all.
        worker = Worker("simulation")
        await worker.run(partial(tell_left_behind, self._judging.settings, self._clock))
        worker.close()

    # Reading the settings again.

    async def _take_reloads(self) -> None:
        while True:
            await self._reload.wait()
            self._reload.clear()
            try:
                await self._take_over(await self._reloading.run(self._call.load))
            except (SettingsError, *Trouble) as error:
                _log.error("settings.refused", text=str(error), then="the settings in force stay")

    async def _take_over(self, settings: Settings) -> None:
        """Take over new settings between two blocks; no line is lost or judged twice."""
        former = self._judging.settings
        changed = changes(former, settings)
        late = [name for name in changed if name.split(".")[0] in AT_START]
        settings = replace(settings, **{name: getattr(former, name) for name in AT_START})
        async with self._renewing:
            await self._reloading.run(partial(self._robots.read_files, settings.site))
            sites = await self._reloading.run(partial(self._robots.sites, settings))
            scanner = await self._reloading.run(partial(make_scanner, settings, sites))
            self._claims.ranges = await self._reloading.run(partial(make_ranges, settings))
            await self._exempting.look_up(settings, self._resolver, self._reloading, settings.dns.timeout)
            await self._renew_door(settings, sites, self._reloading)
            await self._judging.take_over(Rules(settings, self._exempting.exemptions(settings), scanner))
            self._exempt()  # addresses may have been found while the rules waited for their turn
        if any(name.startswith("log.") for name in changed):
            log.configure(settings.log.format, settings.log.level)
        if self._mail is not None:
            self._mail.take_over(settings)
        await self._readers.follow(settings)
        _log.info("settings.taken-over", changed=[name for name in changed if name not in late])
        if late:
            _log.warning(
                "settings.need-restart",
                changed=late,
                then="restart the service; until then the former values are in force",
            )
        if "site" in changed:
            self._robots_duty.due = None  # a site that is new has no robots.txt yet

    def _exempt(self) -> None:
        """Exempt by the settings in force now, which may have changed during a look-up, and the addresses known now."""
        self._judging.exemptions = self._exempting.exemptions(self._judging.settings)
        self._enforce()

    def _enforce(self) -> None:
        """Let the ladder and the gates go by the settings and exemptions in force."""
        self._register.ladder = make_ladder(self._judging.settings, self._judging.exemptions)
        for follower in self._gates.followers:
            follower.exempt(self._networks())

    def _networks(self) -> tuple[Network, ...]:
        return tuple(network for network, _ in self._judging.exemptions.networks())
