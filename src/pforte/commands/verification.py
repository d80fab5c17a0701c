"""Comparing what every gate holds with the register, entry by entry."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pforte.bans.ban import Ban
from pforte.clock import SystemClock
from pforte.commands.enforcement import gates_of
from pforte.gates.comparison import Comparison
from pforte.gates.gate import GateError
from pforte.gates.opening import open_dnsupdate, open_files, open_haproxy, open_nftables
from pforte.net.addresses import Network
from pforte.register import Register
from pforte.settings.table import Settings

TRIES = 3
PAUSE = 1.5
"""Seconds between two tries: what was decided or ended in between reaches every gate within one."""

Compare = Callable[[list[Ban], datetime], Sequence[Comparison]]


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found at one gate.

    Attributes:
        gate: its name.
        places: what it holds in each place; none where that cannot be seen from here.
        trouble: why not, or "".
        unreachable: the gate holds its bans in the memory of the service, so there is nothing to compare.
    """

    gate: str
    places: Sequence[Comparison] = ()
    trouble: str = ""
    unreachable: bool = False

    def agrees(self) -> bool:
        """Say whether nothing was found wrong."""
        return not self.trouble and all(place.agrees() for place in self.places)


def verify(settings: Settings, register: Register, exempt: Sequence[Network]) -> Iterator[Verified]:
    """Compare every enabled gate; one that differs is looked at again, because decisions are on their way meanwhile.

    Args:
        settings: name the gates.
        register: the bans in force, none in a panic.
        exempt: networks that are let through.
    """
    comparing = _comparing(settings, exempt)
    for gate, enabled in gates_of(settings).items():
        if not enabled:
            continue
        if gate not in comparing:
            yield Verified(gate, unreachable=True)
            continue
        for again in reversed(range(TRIES)):
            found = _look(gate, comparing[gate], register)
            if found.agrees() or found.trouble or not again:
                break
            time.sleep(PAUSE)
        yield found


def _look(gate: str, compare: Compare, register: Register) -> Verified:
    bans = [] if register.panic() is not None else register.snapshot().bans
    try:
        return Verified(gate, compare(bans, SystemClock().now()))
    except GateError as error:
        return Verified(gate, trouble=str(error))


def _comparing(settings: Settings, exempt: Sequence[Network]) -> Mapping[str, Compare]:
    """Return how each gate is compared whose bans can be seen from outside the service."""
    return {
        "nftables": lambda bans, now: [open_nftables(settings, exempt).compare(bans, now)],
        "files": lambda bans, now: open_files(settings, SystemClock(), exempt).compare(bans, now),
        "dnsupdate": lambda bans, now: open_dnsupdate(settings, exempt).compare(bans, now),
        "haproxy": lambda bans, now: [open_haproxy(settings, exempt).compare(bans, now)],
    }
