"""What a real run left at the gates: a simulated one touches no gate, so it goes on shutting out until it ends there."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from pforte.clock import Clock
from pforte.gates.gate import GateError
from pforte.gates.opening import open_files, open_nftables
from pforte.settings.table import Settings

_log = structlog.get_logger("pforte")


def tell_left_behind(settings: Settings, clock: Clock) -> None:
    """Name what still holds bans of each gate that is enabled, and how it is taken away. Blocks."""
    if settings.gate.nftables.enabled:
        with _untold():
            _tell_table(settings)
    if settings.gate.files.enabled:
        with _untold():
            _tell_files(settings, clock)


@contextmanager
def _untold() -> Iterator[None]:
    try:
        yield
    except GateError as error:
        _log.info("gate.unasked", text=str(error))


def _tell_table(settings: Settings) -> None:
    listing = open_nftables(settings, ()).listing()
    held = 0 if listing is None else sum(map(len, listing.sets.values()))
    if held:
        _log.warning(
            "gate.left-behind",
            gate="nftables",
            place=f"table inet {settings.gate.nftables.table}",
            entries=held,
            text="it is of a run that was not simulated, and goes on shutting out until these bans end; "
            "`pforte gate nftables remove` takes it away",
        )


def _tell_files(settings: Settings, clock: Clock) -> None:
    for path in open_files(settings, clock, ()).holding():
        _log.warning(
            "gate.left-behind",
            gate="files",
            place=str(path),
            text="it is of a run that was not simulated, and whoever reads it goes on refusing, also when the bans "
            "have ended; empty it, or take it out of what reads it and remove it",
        )
