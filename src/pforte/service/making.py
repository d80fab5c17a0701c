"""Making the parts of the service from its settings."""

from datetime import UTC, datetime
from pathlib import Path

import structlog

from pforte.bans.exemption import Exemptions
from pforte.bans.regulation import regulation_of
from pforte.clock import Clock
from pforte.commands.crawler_ranges import read_ranges
from pforte.commands.scanning import build_scanner
from pforte.dns.network_resolver import NetworkResolver
from pforte.gates.follower import Follower
from pforte.gates.opening import open_gates
from pforte.net.addresses import Network
from pforte.register.errors import JournalPurgedError, RegisterError
from pforte.register.ladder import Ladder
from pforte.register.store import Register
from pforte.robots.sites import Sites
from pforte.settings.table import Settings
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


def make_resolver(settings: Settings) -> NetworkResolver:
    """Return the resolver of the section ``[dns]``."""
    dns = settings.dns
    return NetworkResolver(
        dns.servers, port=dns.port, timeout=dns.timeout, cache=dns.cache, concurrency=dns.concurrency
    )


def make_followers(
    settings: Settings, register: Register, clock: Clock, exempt: tuple[Network, ...]
) -> list[Follower]:
    """Return every gate that is enabled, ready to follow the register; none where everything is simulated.

    Raises:
        GateError: an enabled gate cannot work here.
    """
    if settings.service.simulate:
        return []
    gates = open_gates(settings, clock, exempt)
    return [Follower(gate, register, clock, RegisterError, JournalPurgedError) for gate in gates]


def make_ranges(settings: Settings) -> dict[str, tuple[Network, ...]]:
    """Read the published ranges of crawlers; a list that cannot be read is named in the log and left out."""

    def tell(file: Path, text: str) -> None:
        _log.error("exempt.ranges-unread", file=str(file), text=text)

    return read_ranges(settings.exempt.crawler_ranges, tell)
