"""``pforte bouncer``: the keys by which CrowdSec bouncers pull the bans."""

import re
import sys

import click

from pforte.commands import Call, Group
from pforte.commands.output import fail, note, print_json, print_table, seconds
from pforte.commands.register_access import open_register
from pforte.gates.crowdsec.keys import digest_of, draw_key
from pforte.printable import printable
from pforte.register import Bouncer, Pull
from pforte.settings.table import Settings

HEADINGS = ("bouncer", "key made", "last pull", "from", "program")
SHORTEST_KEY = 16
LONGEST_KEY = 256

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


@click.group("bouncer", cls=Group)
def command() -> None:
    """Make, list and remove the keys by which CrowdSec bouncers pull the bans.

    They pull from the listener of the section [gate.crowdsec].
    """


@command.command("add")
@click.argument("name")
@click.option(
    "--key",
    metavar="KEY",
    help="Take this key, such as the one a bouncer has already; - reads it from standard input.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def add(call: Call, name: str, key: str | None, *, as_json: bool) -> None:
    """Let a new bouncer pull the bans and print its key, this once: only a digest of it is kept.

    A running service knows the key within a second.

    Exit codes: 0 done, 1 could not be done (there is one of that name, the register is away), 2 bad usage.
    """
    settings = call.settings()
    if not _NAME.fullmatch(name):
        raise click.BadParameter(
            "up to 64 letters, digits, dots, hyphens, underscores and @", param_hint="NAME"
        )
    made = draw_key() if key is None else _read_key(key)
    with open_register(settings, absent="make") as register:
        register.add_bouncer(name, digest_of(made))
    if as_json:
        print_json({"bouncer": name, "key": made})
    elif key is None:
        click.echo(made)
        note(f"this is the key of {name}; it is kept nowhere and cannot be shown again")
    else:
        note(f"{name} may pull by that key")
    _tell_gate(settings)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line for each bouncer.")
@click.pass_obj
def listing(call: Call, *, as_json: bool) -> None:
    """List the bouncers, and from where each pulled last.

    Exit codes: 0 also when there are none, 1 when the register is away, 2 bad usage.
    """
    settings = call.settings()
    with open_register(settings, absent="stand-in") as register:
        bouncers, pulls = register.bouncers(), register.pulls()
    by_name: dict[str, list[Pull]] = {bouncer.name: [] for bouncer in bouncers}
    for pull in pulls:
        by_name[pull.bouncer].append(pull)
    if as_json:
        for bouncer in bouncers:
            print_json(_object(bouncer, by_name[bouncer.name]))
    elif bouncers:
        rows = [row for bouncer in bouncers for row in _rows(bouncer, by_name[bouncer.name])]
        print_table(HEADINGS, rows)
    else:
        note("no bouncers; make the key of one by: pforte bouncer add NAME")
    _tell_gate(settings)


@command.command("remove")
@click.argument("name")
@click.pass_obj
def remove(call: Call, name: str) -> None:
    """Let a bouncer pull no longer; a running service refuses its key within a second.

    What the bouncer was told before, it goes on enforcing until each ban's end.

    Exit codes: 0 done, 1 could not be done (there is none of that name, the register is away), 2 bad usage.
    """
    with open_register(call.settings(), absent="stand-in") as register:
        if not register.remove_bouncer(name):
            fail(f"there is no bouncer {printable(name)}; pforte bouncer list names all")
    click.echo(f"{name} may pull no longer")


def _read_key(text: str) -> str:
    key = sys.stdin.readline(LONGEST_KEY + 2).strip() if text == "-" else text
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise click.BadParameter("printable ASCII characters without spaces", param_hint="--key")
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise click.BadParameter(f"{SHORTEST_KEY} to {LONGEST_KEY} characters", param_hint="--key")
    return key


def _tell_gate(settings: Settings) -> None:
    if not settings.gate.crowdsec.enabled:
        note("gate.crowdsec is not enabled: no bouncer can pull")


def _object(bouncer: Bouncer, pulls: list[Pull]) -> dict[str, object]:
    return {
        "bouncer": bouncer.name,
        "made": seconds(bouncer.made),
        "pulls": [
            {"address": str(pull.address), "agent": pull.agent, "pulled": seconds(pull.pulled)}
            for pull in pulls
        ],
    }


def _rows(bouncer: Bouncer, pulls: list[Pull]) -> list[tuple[str, ...]]:
    first = (bouncer.name, seconds(bouncer.made))
    if not pulls:
        return [(*first, "never", "", "")]
    return [(*first, seconds(pull.pulled), str(pull.address), pull.agent) for pull in pulls]
