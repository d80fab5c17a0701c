"""``pforte gate``: look at a gate, load it from the register by hand, or take it away."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import click

from pforte.bans.ban import Ban
from pforte.bans.exemption import build_exemptions
from pforte.clock import Clock, SystemClock
from pforte.commands import Call
from pforte.dns.network_resolver import NetworkResolver
from pforte.dns.resolver import Status
from pforte.gates.gate import GateError
from pforte.gates.nftables.gate import Repair
from pforte.gates.nftables.listing import Listing
from pforte.gates.nftables.ruleset import SETS
from pforte.gates.opening import open_files, open_nftables
from pforte.net.addresses import Address, Network
from pforte.net.local import read_local
from pforte.register.errors import RegisterError
from pforte.register.store import Register, is_missing, locate
from pforte.settings.table import DnsSettings, Settings

SHOWN_NAMES: Mapping[str, str] = {
    "ban4": "IPv4 addresses",
    "net4": "IPv4 prefixes",
    "ban6": "IPv6 networks",
    "net6": "IPv6 prefixes",
}


@click.group("gate")
def command() -> None:
    """Look at a gate, load it by hand, or take it away.

    `pforte serve` keeps every enabled gate up to date by itself; this is for looking and for emergencies.
    """


@command.group("nftables")
def nftables() -> None:
    """The firewall."""


@nftables.command("show")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def show(call: Call, *, as_json: bool) -> None:
    """Say what the firewall holds and whether it is what the register says. Nothing is changed."""
    settings, clock = call.settings(), SystemClock()
    try:
        gate = open_nftables(settings, _exempt(settings))
        listing, repair = gate.inspect(_bans(settings, clock), clock.now())
    except (GateError, RegisterError) as error:
        _fail(error)
    click.echo(_as_json(settings, listing, repair) if as_json else _as_text(settings, listing, repair))


@nftables.command("load")
@click.pass_obj
def load(call: Call) -> None:
    """Put all bans in force into the firewall, in the place of what its table holds now."""
    settings, clock = call.settings(), SystemClock()
    try:
        gate = open_nftables(settings, _exempt(settings))
        gate.load(_bans(settings, clock), clock.now())
    except (GateError, RegisterError) as error:
        _fail(error)
    click.echo(f"{gate.entries()} networks are shut out by the table inet {settings.gate.nftables.table}")


@nftables.command("remove")
@click.pass_obj
def remove(call: Call) -> None:
    """Take the table out of the firewall; nothing else is touched.

    A running service with this gate puts it back at its next decision: disable the gate first.
    """
    settings = call.settings()
    try:
        open_nftables(settings, ()).remove()
    except GateError as error:
        _fail(error)
    click.echo(f"the table inet {settings.gate.nftables.table} is gone; nobody is shut out by it")


@command.group("files")
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
    """Write all bans in force to the files now."""
    settings, clock = call.settings(), SystemClock()
    try:
        gate = open_files(settings, clock, _exempt(settings), folder)
        gate.load(_bans(settings, clock), clock.now())
    except (GateError, RegisterError) as error:
        _fail(error)
    for path in gate.paths():
        click.echo(str(path))


def _fail(error: Exception) -> NoReturn:
    click.echo(str(error), err=True)
    raise SystemExit(1) from error


def _bans(settings: Settings, clock: Clock) -> list[Ban]:
    place = locate(settings)
    if is_missing(place):
        raise RegisterError(f"there is no register at {place} yet; `pforte serve` or `pforte ban` makes it")
    with Register.open(place, clock) as register:
        return register.snapshot().bans


def _exempt(settings: Settings) -> list[Network]:
    hosts = asyncio.run(_look_up(settings.exempt.hosts, settings.dns))
    exemptions = build_exemptions(settings.exempt, read_local(), hosts, settings.regulation.ipv6_prefix)
    return [network for network, _ in exemptions.networks()]


async def _look_up(hosts: tuple[str, ...], settings: DnsSettings) -> dict[str, tuple[Address, ...]]:
    """Return the addresses of exempt hosts.

    Raises:
        GateError: one is not known now, so that the gate could shut it out.
    """
    if not hosts:
        return {}
    resolver = NetworkResolver(settings.servers, port=settings.port, timeout=settings.timeout)
    try:
        answers = await asyncio.gather(*(resolver.addresses(host) for host in hosts))
    finally:
        await resolver.close()
    for host, answer in zip(hosts, answers, strict=True):
        if answer.status is Status.TROUBLE:
            raise GateError(
                f"exempt.hosts: {host} cannot be looked up now ({answer.trouble}), so it might be shut out; "
                "try again, or write its addresses into exempt.networks"
            )
    return {host: answer.values for host, answer in zip(hosts, answers, strict=True)}


def _as_text(settings: Settings, listing: Listing | None, repair: Repair) -> str:
    head = f"table inet {settings.gate.nftables.table}"
    if listing is None:
        return f"{head} is not there: the firewall shuts nobody out"
    lines = [head]
    for name in SETS:
        held, dropped = len(listing.sets[name]), listing.dropped.get(name, 0)
        lines.append(f"  {SHOWN_NAMES[name]:<15} {held:>9,}  {dropped:>13,} packets dropped")
    lines.append(f"  {'exempt networks':<15} {len(listing.exempt):>9,}")
    if repair.rebuilt:
        lines.append("the table is not as pforte makes it; the service will load it anew")
    elif repair.anything():
        lines.append(
            f"against the register: {repair.missing:,} missing, {repair.surplus:,} too many, "
            f"{repair.wrong_end:,} with another end; the service will repair that"
        )
    else:
        lines.append("the register says the same")
    if repair.left_out:
        lines.append(f"{repair.left_out:,} bans find no room: raise gate.nftables.size")
    return "\n".join(lines)


def _as_json(settings: Settings, listing: Listing | None, repair: Repair) -> str:
    return json.dumps(
        {
            "table": settings.gate.nftables.table,
            "present": listing is not None,
            "intact": not repair.rebuilt,
            "sets": {} if listing is None else {name: len(listing.sets[name]) for name in SETS},
            "dropped": {} if listing is None else dict(listing.dropped),
            "exempt": 0 if listing is None else len(listing.exempt),
            "missing": repair.missing,
            "surplus": repair.surplus,
            "wrong_end": repair.wrong_end,
            "left_out": repair.left_out,
        }
    )
