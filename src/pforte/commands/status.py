"""``pforte status``: where an address stands."""

from datetime import datetime

import click

from pforte.clock import SystemClock, render_time
from pforte.commands import Call
from pforte.commands.ban_views import ban_cells, offence_words, record_object
from pforte.commands.enforcement import tell_panic, tell_simulation
from pforte.commands.output import print_facts, print_heading, print_json, print_table, seconds
from pforte.commands.register_access import exemptions_of, open_register
from pforte.net.addresses import AddressError, parse_address
from pforte.register import Status


@click.command()
@click.argument("ip")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def command(call: Call, ip: str, *, as_json: bool) -> None:
    """Say whether IP is banned, until when and under which reference, and what is known of its past.

    Exit codes: 0 for every answer, 1 when the register is away, 2 bad usage.
    """
    settings = call.settings()
    try:
        address = parse_address(ip)
    except AddressError as error:
        hint = "; for a network ask pforte bans --network" if "/" in ip else ""
        raise click.BadParameter(f"{error}{hint}", param_hint="IP") from error
    tell_simulation(settings)
    clock = SystemClock()
    with open_register(settings, absent="stand-in", clock=clock) as register:
        tell_panic(register)
        status = register.status(address)
    exemptions = exemptions_of(settings)
    exempt = exemptions.reason(address) or exemptions.reason(status.network)
    if as_json:
        print_json(_object(status, exempt, clock.now()))
    else:
        _print(status, exempt, clock.now())


def _object(status: Status, exempt: str, now: datetime) -> dict[str, object]:
    ban = status.ban
    return {
        "ip": str(status.address),
        "network": str(status.network),
        "banned": ban is not None,
        "rung": None if ban is None else ban.rung,
        "until": None if ban is None else render_time(ban.effective_end()),
        "reference": None if ban is None else ban.reference,
        "exempt": exempt or None,
        "history": [record_object(record, now) for record in status.history],
    }


def _print(status: Status, exempt: str, now: datetime) -> None:
    ban = status.ban
    facts = {"address": str(status.address), "network": str(status.network)}
    if ban is None:
        facts["banned"] = "no"
    else:
        through = f", but let through: {exempt}" if exempt else ""
        facts["banned"] = f"until {seconds(ban.effective_end())}, on rung {ban.rung}{through}"
        facts["reference"] = f"{ban.reference} (pforte explain {ban.reference} says why)"
    facts["exempt"] = exempt or "no"
    print_facts(facts)
    if status.history:
        print_heading("Bans, the latest first")
        print_table(
            ("network", "rung", "from", "until", "reference", "reason", "state", "offences"),
            [
                (*ban_cells(record.ban, now, exempt), offence_words(record.offences))
                for record in status.history
            ],
        )
