"""``pforte lift``: open the gates for a network again."""

import click

from pforte.bans.reference import BadReferenceError, parse_reference
from pforte.commands import Call
from pforte.commands.ban_views import ban_object
from pforte.commands.enforcement import tell_enforcement
from pforte.commands.output import note, print_json, seconds
from pforte.commands.register_access import open_register, operator
from pforte.net.addresses import AddressError, Network, parse_network
from pforte.register import BanQuery, Pardon


@click.command()
@click.argument("target", metavar="NETWORK|REFERENCE")
@click.option("--reason", required=True, help="Why, in your words; kept in the audit.")
@click.option(
    "--expire",
    is_flag=True,
    help="Keep the history: the ban counts on the ladder as if it had ended by itself.",
)
@click.option("--json", "as_json", is_flag=True, help="Print each lifted ban as one JSON object.")
@click.pass_obj
def command(call: Call, target: str, reason: str, *, expire: bool, as_json: bool) -> None:
    """Lift all bans of NETWORK, or the one ban of REFERENCE; every gate opens within a second.

    A lift is an amnesty: the history before it stays visible and no longer counts on the ladder.
    With --expire it goes on counting. A gate that does not follow, because no service runs, is named: it holds what
    it held before.

    Exit codes: 0 done, 1 could not be done (there is nothing to lift, the register is away), 2 bad usage.
    """
    settings = call.settings()
    if not reason.strip():
        raise click.BadParameter("say why; it is kept in the audit", param_hint="--reason")
    wanted = parse_target(target, settings.regulation.ipv6_prefix)
    with open_register(settings, absent="stand-in") as register:
        pardon = Pardon(target=wanted, reason=reason.strip(), who=operator(), amnesty=not expire)
        lifted = register.lift(pardon)
        for ban in lifted:
            if as_json:
                print_json(ban_object(ban, ban.effective_end()))
            else:
                kept = "its history still counts" if expire else "its history is forgiven"
                click.echo(f"{ban.network} is at liberty: {ban.reference} is lifted, {kept}")
        network = lifted[0].network
        for ban in register.bans(BanQuery(network=network, active=True)).bans:
            if ban.network.prefixlen <= network.prefixlen:
                note(
                    f"still banned: {ban.reference} holds {ban.network} until {seconds(ban.effective_end())}"
                )
        tell_enforcement(settings, register)


def parse_target(text: str, ipv6_prefix: int) -> Network | str:
    """Read a network or a reference; what has neither a dot nor a colon is taken for a reference.

    Raises:
        click.BadParameter: it is neither.
    """
    try:
        if "." in text or ":" in text:
            return parse_network(text, ipv6_prefix)
        return parse_reference(text)
    except (AddressError, BadReferenceError) as error:
        raise click.BadParameter(str(error), param_hint="NETWORK|REFERENCE") from error
