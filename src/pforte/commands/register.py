"""``pforte register``: is the register sound, and which offences are in it, also those that led to no ban."""

import click

from pforte.bans.escalation import CHECK as ESCALATION
from pforte.commands import Call, Group
from pforte.commands.ban_views import offence_object
from pforte.commands.bans import parse_network_option
from pforte.commands.check_names import parse_check
from pforte.commands.output import counted, note, print_json, print_table, seconds
from pforte.commands.register_access import open_register
from pforte.printable import printable
from pforte.register import Filed, locate
from pforte.settings.database_url import hide_password

HEADINGS = ("when", "address", "check", "became", "reference", "place")


@click.group("register", cls=Group)
def command() -> None:
    """Check the register, or list the offences in it, also those that led to no ban."""


@command.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def check(call: Call, *, as_json: bool) -> None:
    """Go through all rows and say what is not as it must be. Nothing is changed.

    The service may run meanwhile. A large register takes a while: half a second for 100,000 offences.

    Exit codes: 0 the register is sound, 1 it is not, or there is none or it is away, 2 bad usage.
    """
    settings = call.settings()
    with open_register(settings, absent="refuse") as register:
        problems = register.check()
    place = hide_password(locate(settings)).removeprefix("sqlite:///")
    if as_json:
        print_json({"register": place, "sound": not problems, "problems": problems})
    elif problems:
        click.echo("\n".join(map(printable, problems)))
        note("stop pforte, keep the register for a look and restore a backup")
    else:
        click.echo(f"{printable(place)} is sound")
    raise SystemExit(1 if problems else 0)


@command.command("offences")
@click.option("--network", metavar="NETWORK", help="Only offences of this network and inside it.")
@click.option("--check", "slug", default="", metavar="SLUG", help="Only what this check saw.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Offences at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line for each offence.")
@click.pass_obj
def offences(call: Call, network: str | None, slug: str, limit: int, *, as_json: bool) -> None:
    """List offences, the latest recorded first: also what checks saw that only watch, and what was exempt.

    Exit codes: 0 also when there are none, 1 when the register is away, 2 bad usage.
    """
    settings = call.settings()
    slug = parse_check(slug, "--check", (ESCALATION,)) if slug else ""
    wanted = None if network is None else parse_network_option(network, settings.regulation.ipv6_prefix)
    with open_register(settings, absent="stand-in") as register:
        found = register.offences(wanted, slug, limit)
    if as_json:
        for filed in found:
            print_json(_object(filed))
    elif found:
        print_table(HEADINGS, [_cells(filed) for filed in found])
    else:
        note("no offences")
    if len(found) == limit:
        note(f"only the latest {counted(limit, 'offence is', 'offences are')} listed; --limit takes more")


def _object(filed: Filed) -> dict[str, object]:
    return {
        "network": str(filed.offence.network),
        **offence_object(filed),
        "reference": None if filed.ban is None else filed.ban.reference,
    }


def _cells(filed: Filed) -> tuple[str, ...]:
    offence = filed.offence
    place = offence.source if offence.line is None else f"{offence.source}:{offence.line}"
    became = f"{filed.outcome.value}: {filed.why}" if filed.why else filed.outcome.value
    reference = "" if filed.ban is None else filed.ban.reference
    return (seconds(offence.at), str(offence.address), offence.check, became, reference, place)
