"""Whether decisions are enforced, said beside the answer: the register alone shuts nobody out."""

import time
from collections.abc import Mapping
from dataclasses import fields

from pforte.commands.output import note, seconds, warn
from pforte.gates.gate import GateError
from pforte.gates.opening import open_nftables
from pforte.register import Register
from pforte.settings.table import Settings

PATIENCE = 2.0
"""Seconds that the gates get; one that follows stores its position at most once a second."""
LOOK_EVERY = 0.05
LOADING: Mapping[str, str] = {
    "nftables": "pforte gate nftables load",
    "files": "pforte gate files write",
    "haproxy": "pforte gate haproxy load",
}
"""The command that loads a gate by hand, for those that hold bans without the service."""

SHARING = frozenset({"dnsbl", "http", "postfix"})
"""Gates that answer from the table of the running service; the others follow the register themselves."""

TABLE = "table"
"""Name of the follower whose bans the answering gates share."""


def gates_of(settings: Settings) -> Mapping[str, bool]:
    """Return every gate there is, and whether the settings enable it."""
    gates = settings.gate
    return {section.name: getattr(gates, section.name).enabled for section in fields(gates)}


def follower_of(gate: str) -> str:
    """Return the name under which the register knows how far a gate has come."""
    return TABLE if gate in SHARING else gate


def packets_refused(settings: Settings) -> int | None:
    """Return how many packets the firewall has refused since its table was loaded; None where it cannot be asked."""
    if not settings.gate.nftables.enabled or settings.service.simulate:
        return None
    try:
        return open_nftables(settings, ()).refused()
    except GateError:
        return None  # no right to ask, or no table


def tell_simulation(settings: Settings) -> None:
    """Say so where the settings let no gate enforce."""
    if settings.service.simulate:
        note("service.simulate is on: bans are recorded, and no gate enforces them")


def tell_panic(register: Register) -> bool:
    """Say loudly that every gate stands open, if an operator wants that; return whether it is so."""
    panic = register.panic()
    if panic is None:
        return False
    because = f": {panic.reason}" if panic.reason else ""
    warn(
        f"PANIC since {seconds(panic.since)} by {panic.who}{because}. "
        "Every gate stands open and nobody is shut out; pforte panic --end lets them do their work again"
    )
    return True


def tell_enforcement(settings: Settings, register: Register) -> None:
    """Wait a moment for the gates to take over what was just decided, and name those that did not."""
    if tell_panic(register):
        return
    enabled = {gate for gate, on in gates_of(settings).items() if on}
    if settings.service.simulate:
        tell_simulation(settings)
    elif not enabled:
        note("no gate is enabled: this is recorded, and nothing enforces it")
    else:
        late = _late(register, set(map(follower_of, enabled)))
        for gate in sorted(enabled):
            if (follower := follower_of(gate)) in late:
                said = f" ({late[follower]})" if late[follower] else ""
                by_hand = f" or run: {LOADING[gate]}" if gate in LOADING else ""
                note(f"the gate {gate} did not follow{said}; if no service runs, start it{by_hand}")


def _late(register: Register, gates: set[str]) -> Mapping[str, str]:
    """Return the gates that do not take over the register's present state in time, with their trouble if they tell it."""
    late, goals = dict.fromkeys(sorted(gates), ""), dict[str, int]()
    until = time.monotonic() + PATIENCE
    while True:
        for gate in register.gates():
            cursor = gate.cursor
            if cursor.name not in late:
                continue
            late[cursor.name] = cursor.error
            if gate.behind is not None:
                # More may be decided meanwhile; what stands now is what we wait for.
                goal = goals.setdefault(cursor.name, cursor.sequence + gate.behind)
                if cursor.sequence >= goal:
                    del late[cursor.name]
        if not late or time.monotonic() >= until:
            return late
        time.sleep(LOOK_EVERY)
