"""Making gates from the settings."""

from collections.abc import Iterable
from pathlib import Path

from pforte.clock import Clock
from pforte.gates.files.gate import FilesGate
from pforte.gates.gate import Gate
from pforte.gates.nftables.engine import open_engines
from pforte.gates.nftables.gate import NftablesGate
from pforte.gates.nftables.ruleset import Layout
from pforte.net.addresses import Network
from pforte.settings.table import Settings


def open_nftables(settings: Settings, exempt: Iterable[Network]) -> NftablesGate:
    """Make the firewall gate that ``[gate.nftables]`` describes, whether it is enabled or not.

    Raises:
        GateError: neither the library nor the program can be used, or a setting is wrong.
    """
    gate = settings.gate.nftables
    layout = Layout(
        table=gate.table,
        priority=gate.priority,
        size=gate.size,
        ipv6_prefix=settings.regulation.ipv6_prefix,
    )
    return NftablesGate(layout, open_engines(gate.backend), exempt, gate.reconcile)


def open_files(
    settings: Settings, clock: Clock, exempt: Iterable[Network], folder: Path | None = None
) -> FilesGate:
    """Make the file gate that ``[gate.files]`` describes, whether it is enabled or not.

    Args:
        settings: all settings.
        clock: measures the pauses between writings.
        exempt: networks that are let through.
        folder: where to write instead of the folder that the settings name.
    """
    gate = settings.gate.files
    if folder is None:
        # An empty path in the settings reads as the current folder.
        folder = settings.service.state / "files" if gate.folder == Path() else gate.folder
    return FilesGate(folder, gate.kinds, clock, exempt, settings.desk.contact)


def open_gates(settings: Settings, clock: Clock, exempt: Iterable[Network]) -> list[Gate]:
    """Make every gate that is enabled.

    Raises:
        GateError: an enabled gate cannot work here.
    """
    networks = tuple(exempt)
    gates: list[Gate] = []
    if settings.gate.nftables.enabled:
        gates.append(open_nftables(settings, networks))
    if settings.gate.files.enabled:
        gates.append(open_files(settings, clock, networks))
    return gates
