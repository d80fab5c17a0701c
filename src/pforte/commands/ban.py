"""``pforte ban``: shut a network out by hand."""

from datetime import timedelta
from ipaddress import IPv4Network

import click

from pforte.bans.ban import Ban, Reach
from pforte.bans.exemption import Exemptions
from pforte.bans.regulation import Regulation, regulation_of
from pforte.commands import Call
from pforte.commands.ban_views import ban_object
from pforte.commands.enforcement import tell_enforcement
from pforte.commands.output import fail, note, print_json, seconds
from pforte.commands.register_access import exemptions_of, open_register, operator
from pforte.net.addresses import AddressError, Network, parse_network
from pforte.register import BanQuery, Order, Register
from pforte.settings.durations import DurationError, parse_duration

WIDE = {4: 16, 6: 32}
"""Networks with a shorter prefix are shut out only when the operator says that the width is meant."""


@click.command()
@click.argument("network")
@click.option(
    "--rung", type=int, help="Rung of the ladder: sets the length, and counts when it happens again."
)
@click.option("--for", "span", metavar="DURATION", help="Length, such as 12h or 3d, instead of the rung's.")
@click.option("--reason", required=True, help="Why, in your words; whoever asks about the ban reads it.")
@click.option("--wide", is_flag=True, help="Yes, a network wider than an IPv4 /16 or an IPv6 /32 is meant.")
@click.option("--json", "as_json", is_flag=True, help="Print the ban as one JSON object.")
@click.pass_obj
def command(  # noqa: PLR0913  one parameter for each option
    call: Call, network: str, rung: int | None, span: str | None, reason: str, *, wide: bool, as_json: bool
) -> None:
    """Shut NETWORK out from now on; every gate closes within a second.

    NETWORK is an address or a prefix; an IPv6 address stands for its /64. Give --rung, --for or both.
    Bans that hold the network already stay as they are: the latest end counts. A gate that does not follow,
    because no service runs, is named.

    Exit codes: 0 done, 1 could not be done (the network is exempt, the register is away), 2 bad usage.
    """
    settings = call.settings()
    order_rung, length = _measure(regulation_of(settings.regulation), rung, span)
    target = _parse_target(network, settings.regulation.ipv6_prefix, wide=wide)
    if not reason.strip():
        raise click.BadParameter("say why; it is shown to whoever asks about the ban", param_hint="--reason")
    order = Order(
        network=target,
        rung=order_rung,
        span=length,
        reason=reason.strip(),
        who=operator(),
        reach=_reach(exemptions_of(settings), target),
    )
    with open_register(settings, absent="make") as register:
        _tell(register, register.ban(order), as_json=as_json)
        tell_enforcement(settings, register)


def _tell(register: Register, ban: Ban, *, as_json: bool) -> None:
    """Print the ban, and which others hold the network longer."""
    if as_json:
        print_json(ban_object(ban, ban.starts))
    else:
        click.echo(f"{ban.network} is banned on rung {ban.rung} until {seconds(ban.ends)} as {ban.reference}")
    for other in register.bans(BanQuery(network=ban.network, active=True)).bans:
        if other.ends > ban.ends and other.network.prefixlen <= ban.network.prefixlen:
            note(f"{other.reference} holds {other.network} longer, until {seconds(other.effective_end())}")


def _measure(regulation: Regulation, rung: int | None, span: str | None) -> tuple[int, timedelta]:
    """Return the rung and the length that the options mean."""
    if rung is None and span is None:
        raise click.UsageError("Give --rung N or --for DURATION.")
    if rung is not None:
        require_rung(rung, regulation.top)
    if span is None:
        assert rung is not None  # noqa: S101  one of both was given
        return rung, regulation.duration(rung)
    try:
        length = parse_duration(span)
    except DurationError as error:
        raise click.BadParameter(str(error), param_hint="--for") from error
    if length <= timedelta(0):
        raise click.BadParameter("a ban must last longer than nothing", param_hint="--for")
    # Without a rung it counts as the highest one whose length it reaches.
    reached = sum(1 for duration in regulation.durations if duration <= length)
    return rung or max(1, reached), length


def require_rung(rung: int, top: int) -> None:
    """End with bad usage where the ladder has no such rung.

    Raises:
        click.BadParameter: it has not.
    """
    if not 1 <= rung <= top:
        raise click.BadParameter(f"{rung} is no rung; there are 1 to {top}", param_hint="--rung")


def _parse_target(text: str, ipv6_prefix: int, *, wide: bool) -> Network:
    try:
        network = parse_network(text, ipv6_prefix)
    except AddressError as error:
        raise click.BadParameter(str(error), param_hint="NETWORK") from error
    if network.prefixlen < WIDE[network.version] and not wide:
        kind = "IPv4" if isinstance(network, IPv4Network) else "IPv6"
        raise click.BadParameter(
            f"{network} is a large part of all {kind} addresses; add --wide if that is meant",
            param_hint="NETWORK",
        )
    return network


def _reach(exemptions: Exemptions, network: Network) -> Reach:
    """Return where the ban may be enforced; ends the command when the network is never banned (R0)."""
    why = exemptions.reason(network)
    if why:
        fail(f"{network} is never banned: {why}; change the section [exempt] of the settings first")
    inside = exemptions.overlaps(network)
    if inside:
        named = ", ".join(f"{exempt} ({reason})" for exempt, reason in inside[:3])
        rest = f" and {len(inside) - 3} more" if len(inside) > 3 else ""
        note(f"let through nonetheless: {named}{rest}")
    if exemptions.shared(network):
        note(
            f"many people share {network}: HTTP and SMTP refuse it, the firewall does not (setting exempt.shared)"
        )
        return Reach.APPLICATION
    return Reach.EVERYWHERE
