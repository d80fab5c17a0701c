"""``pforte gate``: look at a gate, load it from the register by hand, or take it away."""

from collections.abc import Mapping
from pathlib import Path

import click

from pforte.bans.ban import Ban
from pforte.clock import SystemClock
from pforte.commands import Call, Group
from pforte.commands.enforcement import LOADING, tell_panic, tell_simulation
from pforte.commands.output import counted, fail, print_json
from pforte.commands.register_access import exemptions_of, open_register
from pforte.gates.gate import GateError
from pforte.gates.nftables.gate import Repair
from pforte.gates.nftables.listing import Listing
from pforte.gates.nftables.ruleset import Layout, base_of
from pforte.gates.opening import open_files, open_haproxy, open_nftables
from pforte.net.addresses import Network
from pforte.settings.durations import render_duration
from pforte.settings.table import Settings

SHOWN_NAMES: Mapping[str, str] = {
    "ban4": "IPv4 addresses",
    "net4": "IPv4 prefixes",
    "ban6": "IPv6 networks",
    "net6": "IPv6 prefixes",
}


@click.group("gate", cls=Group)
def command() -> None:
    """Look at a gate, load it by hand, or take it away.

    `pforte serve` keeps every enabled gate up to date by itself; this is for looking and for emergencies.
    """


@command.group("nftables", cls=Group)
def nftables() -> None:
    """The firewall."""


@nftables.command("show")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def show(call: Call, *, as_json: bool) -> None:
    """Say what the firewall holds and whether it is what the register says. Nothing is changed.

    Exit codes: 0 it is, 1 it is not, or it cannot be asked, 2 bad usage.
    """
    settings = call.settings()
    tell_simulation(settings)
    with open_register(settings, absent="stand-in") as register:
        bans = [] if tell_panic(register) else register.snapshot().bans
    try:
        gate = open_nftables(settings, _exempt(settings))
        listing, repair = gate.inspect(bans, SystemClock().now())
    except GateError as error:
        fail(str(error))
    if as_json:
        print_json(_as_object(settings, listing, repair))
    else:
        click.echo(_as_text(settings, gate.layout, listing, repair))
    raise SystemExit(1 if repair.anything() or repair.left_out else 0)


@nftables.command("load")
@click.pass_obj
def load(call: Call) -> None:
    """Put all bans in force into the firewall, in the place of what its table holds now.

    Exit codes: 0 done, 1 could not be done (no permission, there is no register), 2 bad usage.
    """
    settings = call.settings()
    bans = _bans(settings)
    try:
        gate = open_nftables(settings, _exempt(settings))
        gate.load(bans, SystemClock().now())
    except GateError as error:
        fail(str(error))
    banned = counted(gate.entries(), "banned network is", "banned networks are")
    click.echo(f"{banned} in the table inet {settings.gate.nftables.table}")


@nftables.command("remove")
@click.pass_obj
def remove(call: Call) -> None:
    """Take the table out of the firewall; nothing else is touched.

    A running service with this gate puts it back: disable the gate first.

    Exit codes: 0 done, also when there was no table, 1 could not be done (no permission), 2 bad usage.
    """
    settings = call.settings()
    try:
        open_nftables(settings, ()).remove()
    except GateError as error:
        fail(str(error))
    click.echo(f"the table inet {settings.gate.nftables.table} is gone; nobody is shut out by it")


@command.group("files", cls=Group)
def files() -> None:
    """Files that other software reads."""


@files.command("write")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write instead of the folder in the settings.",
)
@click.pass_obj
def write(call: Call, folder: Path | None) -> None:
    """Write all bans in force to the files now, and print their names.

    Exit codes: 0 done, 1 could not be done (no permission, there is no register), 2 bad usage.
    """
    settings, clock = call.settings(), SystemClock()
    bans = _bans(settings)
    try:
        gate = open_files(settings, clock, _exempt(settings), folder)
        gate.load(bans, clock.now())
    except GateError as error:
        fail(str(error))
    for path in gate.paths():
        click.echo(str(path))


@command.group("haproxy", cls=Group)
def haproxy() -> None:
    """The map inside a running HAProxy."""


@haproxy.command("load")
@click.pass_obj
def load_map(call: Call) -> None:
    """Put all bans in force into HAProxy's map and its file, in the place of what they hold now.

    Exit codes: 0 done, 1 could not be done (HAProxy does not answer, there is no register), 2 bad usage.
    """
    settings = call.settings()
    bans = _bans(settings)
    try:
        gate = open_haproxy(settings, _exempt(settings))
        gate.load(bans, SystemClock().now())
    except GateError as error:
        fail(str(error))
    click.echo(
        f"{counted(gate.entries(), 'banned network is', 'banned networks are')} in the map {gate.path}"
    )


def _bans(settings: Settings) -> list[Ban]:
    """Return the bans in force.

    A register that is not there ends the command: taken for an empty one it would open the gate to everybody.
    """
    with open_register(settings, absent="refuse") as register:
        if register.panic() is not None:
            fail("every gate is to stand open; run `pforte panic --end` first")
        return register.snapshot().bans


def _exempt(settings: Settings) -> list[Network]:
    return [network for network, _ in exemptions_of(settings).networks()]


def _as_text(settings: Settings, layout: Layout, listing: Listing | None, repair: Repair) -> str:
    head = f"table inet {settings.gate.nftables.table}"
    if listing is None:
        return f"{head} is not there: the firewall shuts nobody out; {_remedy(settings)}"
    lines = [head]
    for name, elements in listing.sets.items():
        held, dropped, ports = len(elements), listing.dropped.get(name, 0), layout.scope_ports(name)
        on_ports = f" on {', '.join(map(str, ports))}" if ports else ""
        lines.append(
            f"  {SHOWN_NAMES[base_of(name)]:<15} {held:>9,}  {dropped:>13,} packets dropped{on_ports}"
        )
    lines.append(f"  {'exempt networks':<15} {len(listing.exempt):>9,}")
    if repair.rebuilt:
        lines.append(f"the table is not as pforte makes it; {_remedy(settings)}")
    elif repair.anything():
        lines.append(
            f"against the register: {repair.missing:,} missing, {repair.surplus:,} too many, "
            f"{repair.wrong_end:,} with another end; {_remedy(settings)}"
        )
    else:
        lines.append("the register says the same")
    if repair.left_out:
        bans = counted(repair.left_out, "ban finds", "bans find")
        lines.append(f"{bans} no room: raise gate.nftables.size")
    return "\n".join(lines)


def _remedy(settings: Settings) -> str:
    every = render_duration(settings.gate.nftables.reconcile)
    return f"a service with this gate repairs that within {every}; if none runs: {LOADING['nftables']}"


def _as_object(settings: Settings, listing: Listing | None, repair: Repair) -> dict[str, object]:
    return {
        "table": settings.gate.nftables.table,
        "present": listing is not None,
        "intact": not repair.rebuilt,
        "sets": {} if listing is None else {name: len(held) for name, held in listing.sets.items()},
        "dropped": {} if listing is None else dict(listing.dropped),
        "exempt": 0 if listing is None else len(listing.exempt),
        "missing": repair.missing,
        "surplus": repair.surplus,
        "wrong_end": repair.wrong_end,
        "left_out": repair.left_out,
    }
