"""``pforte bans``: list bans."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import click

from pforte.bans.ban import Ban
from pforte.bans.escalation import CHECK as ESCALATION
from pforte.bans.exemption import Exemptions
from pforte.bans.regulation import regulation_of
from pforte.clock import SystemClock
from pforte.commands import Call
from pforte.commands.ban import require_rung
from pforte.commands.ban_views import HEADINGS, ban_cells, ban_object
from pforte.commands.check_names import parse_check
from pforte.commands.enforcement import packets_refused, tell_panic, tell_simulation
from pforte.commands.output import counted, note, print_json, print_table
from pforte.commands.register_access import exemptions_of, open_register
from pforte.net.addresses import AddressError, Network, parse_network
from pforte.register import BanQuery, Register
from pforte.settings.durations import DurationError, parse_duration

PAGE = 1000


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also bans that ended or were lifted.")
@click.option("--rung", type=int, help="Only bans on this rung.")
@click.option("--check", "reason", default="", metavar="SLUG", help="Only bans because of this check.")
@click.option("--network", metavar="NETWORK", help="Only bans of this network, inside it and around it.")
@click.option(
    "--since",
    metavar="WHEN",
    help="Only bans that began since: 12h, 7d, or a time like 2026-03-01T12:00:00Z.",
)
@click.option(
    "--limit", type=click.IntRange(min=0), default=PAGE, show_default=True, help="Bans at most; 0 lists all."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line for each ban.")
@click.pass_obj
def command(  # noqa: PLR0913  one parameter for each option
    call: Call,
    rung: int | None,
    reason: str,
    network: str | None,
    since: str | None,
    limit: int,
    *,
    everything: bool,
    as_json: bool,
) -> None:
    """List the bans in force, the latest recorded first.

    Exit codes: 0 also when there are none, 1 when the register is away, 2 bad usage.
    """
    settings = call.settings()
    clock = SystemClock()
    now = clock.now()
    if rung is not None:
        require_rung(rung, regulation_of(settings.regulation).top)
    query = BanQuery(
        network=None if network is None else parse_network_option(network, settings.regulation.ipv6_prefix),
        rung=rung,
        reason=parse_check(reason, "--check", (ESCALATION,)) if reason else "",
        active=None if everything else True,
        since=None if since is None else parse_since(since, now),
        limit=PAGE,
    )
    tell_simulation(settings)
    with open_register(settings, absent="stand-in", clock=clock) as register:
        tell_panic(register)
        found = _bans(register, query, limit)
        exemptions = exemptions_of(settings)
        if as_json:
            for ban in found:
                print_json({**ban_object(ban, now), "exempt": exemptions.reason(ban.network) or None})
        else:
            _print(list(found), exemptions, now)
            if packets := packets_refused(settings):
                note(
                    f"the firewall has refused {packets:,} packets of banned networks since its table was loaded"
                )


def _bans(register: Register, query: BanQuery, limit: int) -> Iterator[Ban]:
    """Yield bans page by page, and say so on standard error when there are more than the limit."""
    given = 0
    while True:
        page = register.bans(query if not limit else replace(query, limit=min(PAGE, limit - given)))
        yield from page.bans
        given += len(page.bans)
        if page.more is None:
            return
        if given == limit:
            note(f"only the latest {counted(limit, 'ban is', 'bans are')} listed; --limit 0 lists all")
            return
        query = replace(query, before=page.more)


def _print(bans: list[Ban], exemptions: Exemptions, now: datetime) -> None:
    if bans:
        print_table(HEADINGS, [ban_cells(ban, now, exemptions.reason(ban.network)) for ban in bans])
    else:
        note("no bans")


def parse_network_option(text: str, ipv6_prefix: int) -> Network:
    """Read the value of ``--network``.

    Raises:
        click.BadParameter: it is no network.
    """
    try:
        return parse_network(text, ipv6_prefix)
    except AddressError as error:
        raise click.BadParameter(str(error), param_hint="--network") from error


def parse_since(text: str, now: datetime) -> datetime:
    """Read how long ago, or a moment in RFC 3339; a time without a zone is UTC.

    Raises:
        click.BadParameter: it is neither.
    """
    try:
        return now - parse_duration(text)
    except DurationError:
        pass
    except OverflowError as error:
        raise click.BadParameter(f"{text!r} is before all time", param_hint="--since") from error
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise click.BadParameter(
            f"{text[:60]!r} is neither a duration such as 12h or 7d nor a time such as 2026-03-01T12:00:00Z",
            param_hint="--since",
        ) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
