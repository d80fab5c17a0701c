"""``pforte mail``: one file per subcommand, listed here in the order of the help and imported when it is called."""

import click

from pforte.commands import LazyGroup

COMMANDS: tuple[tuple[str, str], ...] = (
    (
        "check",
        "Say what the inbound mail policy makes of the mails in FILE..., or in folders. Nothing is recorded.",
    ),
    (
        "report",
        "Say what the inbound mail policy refused since WHEN, or would have refused, by check, with examples.",
    ),
    (
        "publish",
        "Say which records and which MTA-STS file DOMAIN should publish for mail, and what of it is missing or wrong.",
    ),
    (
        "reports",
        "Say what DMARC and TLS reports in FILE... tell of our mail: what failed, how often, and why.",
    ),
)
"""Name and summary of each command; the module of that name holds a click command called ``command``."""


class MailCommands(LazyGroup):
    """The commands of ``pforte mail``."""

    package = "pforte.commands.mail"
    commands_known = COMMANDS


@click.group("mail", cls=MailCommands)
def command() -> None:
    """Judge mail, say what was refused, and look after what others see of our mail."""
