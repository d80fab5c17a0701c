"""Making the parts of the service from its settings."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from pforte.bans.exemption import Exemptions
from pforte.bans.regulation import regulation_of
from pforte.clock import Clock
from pforte.commands.crawler_ranges import read_ranges
from pforte.commands.scanning import ScanningError, build_scanner, plan_of
from pforte.dns.network_resolver import NetworkResolver
from pforte.gates.answering import AnsweringGate
from pforte.gates.follower import Follower
from pforte.gates.gate import Gate
from pforte.gates.http.porter import Detection
from pforte.gates.opening import open_answering, open_crowdsec, open_gates
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import Network
from pforte.register.errors import JournalPurgedError, RegisterError
from pforte.register.ladder import Ladder
from pforte.register.store import Register
from pforte.robots.sites import Sites
from pforte.service.mail.room import MailRoom
from pforte.settings.table import Settings
from pforte.visits.door import Door
from pforte.visits.engine import EngineError
from pforte.visits.formats.catalogue import find_format
from pforte.visits.scan import Origin, Scanner

EPOCH = datetime.fromtimestamp(0, UTC)

_log = structlog.get_logger("pforte")


def make_ladder(settings: Settings, exemptions: Exemptions) -> Ladder:
    """Return the ladder in force.

    Raises:
        RegulationError: its settings contradict each other.
    """
    return Ladder(
        regulation=regulation_of(settings.regulation), shared=exemptions.shared, exempt=exemptions.held
    )


def make_scanner(settings: Settings, sites: Sites) -> Scanner:
    """Return the scanner, with everything compiled that the first line would otherwise have to wait for.

    Raises:
        ScanningError: rules cannot be read.
    """
    scanner = build_scanner(settings, sites, tracked=True)
    if scanner.unavailable:
        _log.warning("checks.unavailable", checks=scanner.unavailable, needs="the package libmodsecurity")
    for source in settings.source:
        for text in ("combined", "syslog") if source.format == "auto" else (source.format,):
            scanner.scan(b"", Origin(source="", log=find_format(text)), EPOCH)
    return scanner


def make_door(settings: Settings, sites: Sites) -> Door | None:
    """Return the judge of requests that are not answered yet; None where no gate asks for it.

    Raises:
        ScanningError: rules cannot be read, or no engine for the pass is installed.
    """
    if not (settings.gate.http.enabled and settings.gate.http.detect):
        return None
    try:
        return Door(plan_of(settings, sites), "gate.http")
    except EngineError as error:
        raise ScanningError(str(error)) from error


def make_resolver(settings: Settings) -> NetworkResolver:
    """Return the resolver of the section ``[dns]``."""
    dns = settings.dns
    return NetworkResolver(
        dns.servers, port=dns.port, timeout=dns.timeout, cache=dns.cache, concurrency=dns.concurrency
    )


@dataclass(frozen=True, slots=True)
class Gates:
    """Every gate that is enabled.

    Attributes:
        followers: those that follow the register.
        answering: those that listen.
        table: the bans that they ask for, which is then one of the followers; None where none of them asks.
    """

    followers: tuple[Follower, ...] = ()
    answering: tuple[AnsweringGate, ...] = ()
    table: TableGate | None = None

    @property
    def names(self) -> list[str]:
        """Return the names of all; a gate that both follows and listens has one."""
        names = [gate.name for gate in self.followers] + [gate.name for gate in self.answering]
        return list(dict.fromkeys(names))

    def know(self) -> bool:
        """Say whether those that listen know whom to refuse."""
        return self.table is None or self.table.loaded


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom the answering gates ask.

    Attributes:
        table: knows the bans in force.
        detection: judges requests before they are served; None where only bans count.
        mail: judges mail; None where no gate asks for it.
    """

    table: TableGate
    detection: Detection | None = None
    mail: MailRoom | None = None


def judges_mail(settings: Settings) -> bool:
    """Say whether any gate asks the mail policy."""
    gate = settings.gate
    asking = (
        gate.milter.enabled,
        gate.rspamd.enabled,
        gate.smtp.enabled,
        gate.postfix.enabled and gate.postfix.judge,
    )
    return any(asking)


def make_gates(
    settings: Settings,
    register: Register,
    clock: Clock,
    exempt: tuple[Network, ...],
    asked: Asked,
) -> Gates:
    """Make every gate that is enabled; where everything is simulated, those that answer let everybody in.

    Args:
        settings: the settings in force.
        register: keeps the bans.
        clock: tells the present moment.
        exempt: networks that are let through.
        asked: whom the answering gates ask.

    Raises:
        GateError: an enabled gate cannot work here.
    """
    answering = open_answering(settings, clock, asked.table, asked.detection, asked.mail)
    table = asked.table if answering else None
    holding: list[Gate] = [] if table is None else [table]
    if settings.gate.crowdsec.enabled:
        follower, listener = open_crowdsec(settings, clock, exempt, register)
        holding.append(follower)
        answering.append(listener)
    if settings.service.simulate:
        # Whoever asks must get an answer: silence would shut everybody out, or put mail off.
        for gate in holding:
            gate.load((), clock.now())
        return Gates(answering=tuple(answering), table=table)
    gates = (*open_gates(settings, clock, exempt), *holding)
    followers = (Follower(gate, register, clock, RegisterError, JournalPurgedError) for gate in gates)
    return Gates(tuple(followers), tuple(answering), table)


def make_ranges(settings: Settings) -> dict[str, tuple[Network, ...]]:
    """Read the published ranges of crawlers; a list that cannot be read is named in the log and left out."""

    def tell(file: Path, text: str) -> None:
        _log.error("exempt.ranges-unread", file=str(file), text=text)

    return read_ranges(settings.exempt.crawler_ranges, tell)
