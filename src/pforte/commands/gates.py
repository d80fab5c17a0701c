"""``pforte gates``: how far each gate has followed the register, and what troubles it."""

from datetime import datetime, timedelta

import click

from pforte.clock import SystemClock, render_time
from pforte.commands import Call
from pforte.commands.enforcement import follower_of, gates_of, tell_panic, tell_simulation
from pforte.commands.output import print_json, print_table, seconds
from pforte.commands.register_access import open_register
from pforte.register import GateProgress
from pforte.settings.durations import render_duration

HEADINGS = ("gate", "enabled", "decision", "behind", "shuts out", "last word", "trouble")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line for each gate.")
@click.pass_obj
def command(call: Call, *, as_json: bool) -> None:
    """Say how far each gate is behind the register's decisions, what it shuts out and what troubles it.

    Exit codes: 0 also when a gate is in trouble, 1 when the register is away, 2 bad usage.
    """
    settings, clock = call.settings(), SystemClock()
    with open_register(settings, absent="stand-in", clock=clock) as register:
        tell_panic(register)
        followed = {gate.cursor.name: gate for gate in register.gates()}
    tell_simulation(settings)
    enabled = gates_of(settings)
    now = clock.now()
    if as_json:
        for name in enabled:
            print_json(_object(name, enabled[name], followed.get(follower_of(name)), now))
    else:
        rows = [_cells(name, enabled[name], followed.get(follower_of(name)), now) for name in enabled]
        print_table(HEADINGS, rows)


def _lag(gate: GateProgress, now: datetime) -> timedelta | None:
    if gate.behind is None:
        return None
    return timedelta(0) if gate.waiting_since is None else max(now - gate.waiting_since, timedelta(0))


def _object(name: str, enabled: bool, gate: GateProgress | None, now: datetime) -> dict[str, object]:  # noqa: FBT001  a setting's value
    found: dict[str, object] = {"gate": name, "enabled": enabled}
    if gate is None:
        return found | dict.fromkeys(("sequence", "behind", "seconds", "entries", "error", "saved"))
    lag = _lag(gate, now)
    return found | {
        "sequence": gate.cursor.sequence,
        "behind": gate.behind,
        "seconds": None if lag is None else round(lag.total_seconds(), 3),
        "entries": gate.cursor.entries,
        "error": gate.cursor.error or None,
        "saved": render_time(gate.cursor.saved),
    }


def _cells(name: str, enabled: bool, gate: GateProgress | None, now: datetime) -> tuple[str, ...]:  # noqa: FBT001  a setting's value
    first = (name, "yes" if enabled else "no")
    if gate is None:
        return (*first, "", "", "", "never", "")
    cursor = gate.cursor
    return (
        *first,
        str(cursor.sequence),
        _behind(gate, now),
        f"{cursor.entries:,}",
        seconds(cursor.saved),
        cursor.error,
    )


def _behind(gate: GateProgress, now: datetime) -> str:
    lag = _lag(gate, now)
    if lag is None:
        return "begins anew"
    whole = timedelta(seconds=int(lag.total_seconds()))
    return f"{gate.behind:,} for {render_duration(whole)}" if gate.behind else "nothing"
