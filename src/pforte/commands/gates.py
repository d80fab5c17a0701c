"""``pforte gates``: how far each gate has followed the register, what troubles it, and whether it holds what it should."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from pforte.bans.ban import Reach
from pforte.clock import SystemClock, render_time
from pforte.commands import Call, Group
from pforte.commands.enforcement import follower_of, gates_of, packets_refused, tell_panic, tell_simulation
from pforte.commands.output import note, print_json, print_table, seconds, shortened
from pforte.commands.register_access import exemptions_of, open_register
from pforte.commands.verification import Verified, verify
from pforte.register import GateProgress
from pforte.settings.durations import render_duration
from pforte.settings.table import Settings

HEADINGS = ("gate", "enabled", "decision", "behind", "shuts out", "of", "refused", "last word", "trouble")
VERIFY_HEADINGS = ("gate", "place", "holds", "missing", "too many", "different", "verdict")
SHOWN = 20
"""Entries of each kind that are named where a place differs; JSON has all."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One gate as it is shown.

    Attributes:
        name: the gate.
        enabled: by the settings.
        progress: how far it has come, None where it never followed.
        banned: networks it should shut out.
        refused: packets it has refused, where that is known.
    """

    name: str
    enabled: bool
    progress: GateProgress | None
    banned: int
    refused: int | None


@click.group("gates", cls=Group, invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line for each gate.")
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> None:
    """Say how far each gate is behind the register's decisions, what it shuts out and what troubles it.

    Exit codes: 0 also when a gate is in trouble, 1 when the register is away, 2 bad usage.
    """
    if context.invoked_subcommand is None:
        assert isinstance(context.obj, Call)  # noqa: S101  every command gets it
        _overview(context.obj.settings(), as_json=as_json)


@command.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line for each place.")
@click.pass_obj
def verify_command(call: Call, *, as_json: bool) -> None:
    """Compare what every enabled gate holds with the register, entry by entry. Nothing is changed.

    The firewall is asked itself, files are read, HAProxy lists its map; that needs the rights of the service. What gates
    that answer hold is in the memory of the service and cannot be seen from here.

    Exit codes: 0 all agree, 1 one differs or cannot be asked, or the register is away, 2 bad usage.
    """
    settings = call.settings()
    tell_simulation(settings)
    exempt = [network for network, _ in exemptions_of(settings).networks()]
    with open_register(settings, absent="refuse") as register:
        tell_panic(register)
        found = list(verify(settings, register, exempt))
    if as_json:
        for each in found:
            for line in _verified_objects(each):
                print_json(line)
    elif found:
        print_table(VERIFY_HEADINGS, [row for each in found for row in _verified_cells(each)])
        _name_differences(found)
    else:
        note("no gate is enabled: nothing is enforced")
    raise SystemExit(0 if all(each.agrees() for each in found) else 1)


def _overview(settings: Settings, *, as_json: bool) -> None:
    clock = SystemClock()
    with open_register(settings, absent="stand-in", clock=clock) as register:
        tell_panic(register)
        followed = {gate.cursor.name: gate for gate in register.gates()}
        banned, at_firewall = register.count_banned(), register.count_banned(Reach.EVERYWHERE)
    tell_simulation(settings)
    now = clock.now()
    refused = packets_refused(settings)
    rows = []
    for name, enabled in gates_of(settings).items():
        firewall = name == "nftables"
        progress = followed.get(follower_of(name))
        rows.append(
            _Row(name, enabled, progress, at_firewall if firewall else banned, refused if firewall else None)
        )
    if as_json:
        for row in rows:
            print_json(_object(row, now))
    else:
        columns = list(zip(HEADINGS, *(_cells(row, now) for row in rows), strict=True))
        if refused is None:
            del columns[HEADINGS.index("refused")]
        headings, *cells = zip(*columns, strict=True)
        print_table(headings, cells)


def _lag(gate: GateProgress, now: datetime) -> timedelta | None:
    if gate.behind is None:
        return None
    return timedelta(0) if gate.waiting_since is None else max(now - gate.waiting_since, timedelta(0))


def _object(row: _Row, now: datetime) -> dict[str, object]:
    found: dict[str, object] = {"gate": row.name, "enabled": row.enabled}
    told = {"banned": row.banned, "refused": row.refused}
    gate = row.progress
    if gate is None:
        return found | dict.fromkeys(("sequence", "behind", "seconds", "entries", "error", "saved")) | told
    lag = _lag(gate, now)
    return found | {
        "sequence": gate.cursor.sequence,
        "behind": gate.behind,
        "seconds": None if lag is None else round(lag.total_seconds(), 3),
        "entries": gate.cursor.entries,
        "error": gate.cursor.error or None,
        "saved": render_time(gate.cursor.saved),
        **told,
    }


def _cells(row: _Row, now: datetime) -> tuple[str, ...]:
    first = (row.name, "yes" if row.enabled else "no")
    refused = "" if row.refused is None else f"{row.refused:,} packets"
    if row.progress is None:
        return (*first, "", "", "", f"{row.banned:,}" if row.enabled else "", refused, "never", "")
    cursor = row.progress.cursor
    return (
        *first,
        str(cursor.sequence),
        _behind(row.progress, now) if row.enabled else "",
        f"{cursor.entries:,}",
        f"{row.banned:,}",
        refused,
        seconds(cursor.saved),
        cursor.error if row.enabled else "",
    )


def _behind(gate: GateProgress, now: datetime) -> str:
    lag = _lag(gate, now)
    if lag is None:
        return "begins anew"
    whole = timedelta(seconds=int(lag.total_seconds()))
    return f"{gate.behind:,} for {render_duration(whole)}" if gate.behind else "nothing"


def _verified_cells(found: Verified) -> Iterator[tuple[str, ...]]:
    if found.unreachable:
        yield (
            found.gate,
            "",
            "",
            "",
            "",
            "",
            "in the memory of the service; `pforte gates` says how many it holds",
        )
    elif found.trouble:
        yield (found.gate, "", "", "", "", "", f"cannot be asked: {found.trouble}")
    for place in found.places:
        counts = (place.held, len(place.missing), len(place.surplus), len(place.wrong))
        verdict = "the register says the same" if place.agrees() else place.trouble or "differs"
        yield (found.gate, place.place, *(f"{count:,}" for count in counts), verdict)


def _verified_objects(found: Verified) -> Iterator[dict[str, object]]:
    places = found.places or (None,)
    for place in places:
        yield {
            "gate": found.gate,
            "reachable": not found.unreachable,
            "place": place.place if place else None,
            "agrees": None if found.unreachable else bool(place and place.agrees()),
            "held": place.held if place else None,
            "missing": list(place.missing) if place else [],
            "surplus": list(place.surplus) if place else [],
            "different": list(place.wrong) if place else [],
            "trouble": (place.trouble if place else found.trouble) or None,
        }


def _name_differences(found: Iterable[Verified]) -> None:
    """Name the first entries that are not as they should be."""
    for place in (place for each in found for place in each.places):
        for what, entries in (
            ("missing", place.missing),
            ("too many", place.surplus),
            ("different", place.wrong),
        ):
            if entries:
                rest = f" and {len(entries) - SHOWN:,} more" if len(entries) > SHOWN else ""
                shown = "; ".join(shortened(entry, 100) for entry in entries[:SHOWN])
                note(f"{place.place}: {what}: {shown}{rest}")
