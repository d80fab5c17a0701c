"""The commands of ``pforte``: one file per subcommand, listed here in the order of the help.

A command is imported only when it is called, so that every call starts fast.
Exit codes: 0 done, 1 could not be done, 2 bad usage or settings, 3 an input could not be read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

import click

from pforte.settings.table import Settings

if TYPE_CHECKING:
    from pforte.settings.load import Reading

COMMANDS: tuple[tuple[str, str], ...] = (
    ("serve", "Watch the sources, judge visits, record bans, and let the gates enforce them."),
    ("example", "Play an example through a real file tail and show the bans as they happen."),
    ("scan", "Say which visits in FILE... break which rule. Nothing is recorded and nobody is banned."),
    ("replay", "Say which bans the visits in FILE... would have led to. The register is not touched."),
    (
        "status",
        "Say whether IP is banned, until when and under which reference, and what is known of its past.",
    ),
    ("bans", "List the bans in force, the latest recorded first."),
    (
        "explain",
        "Explain the ban or the judged mail of REFERENCE: what was seen, which rule it broke, what comes next.",
    ),
    ("ban", "Shut NETWORK out from now on; every gate closes within a second."),
    ("lift", "Lift all bans of NETWORK, or the one ban of REFERENCE; every gate opens within a second."),
    (
        "panic",
        "Open every gate at once: nobody is shut out any more, until `pforte panic --end`, over restarts too.",
    ),
    ("register", "Check the register, or list the offences in it, also those that led to no ban."),
    ("robots", "Ask what a robots.txt allows (RFC 9309)."),
    ("mail", "Judge mail, say what was refused, and look after what others see of our mail."),
    (
        "gates",
        "Say how far each gate is behind the register's decisions, what it shuts out and what troubles it.",
    ),
    ("bouncer", "Make, list and remove the keys by which CrowdSec bouncers pull the bans."),
    ("gate", "Look at a gate, load it by hand, or take it away."),
    ("checks", "List the checks of visits; `show` explains one, `try` asks them all about a line."),
    ("formats", "List the log formats; `pforte formats try FILE` says which one a file has."),
    ("settings", "Print every setting: its value, where that came from, its default and what it does."),
)
"""Name and summary of each command; the module of that name holds a click command called ``command``."""


COMMON = ("--config", "--set")
"""Options of the program that may stand anywhere; each takes a value."""


class Run(Protocol):
    """Runs the service until it is told to stop; given by ``__main__``, the only one above the service."""

    def __call__(self, call: "Call") -> int:
        """Run and return the exit code."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """What the user said before the subcommand's name; commands find it as ``context.obj``.

    Attributes:
        config: the settings file, or None for the default places.
        overrides: the ``NAME=VALUE`` texts of ``--set``, in order.
        run: runs the service (for ``serve`` and ``example``).
    """

    config: Path | None
    overrides: tuple[str, ...]
    run: Run

    def load(self) -> Settings:
        """Load the settings.

        Raises:
            SettingsError: at least one mistake; it lists all.
        """
        return self.read().settings

    def read(self, *, look: bool = False) -> "Reading":
        """Load the settings with their places.

        Args:
            look: whether it is a mistake too that two sources read one file now; that looks at the disk.

        Raises:
            SettingsError: at least one mistake; it lists all.
        """
        from pforte.commands.known_names import files_now, known_names  # noqa: PLC0415  loaded on first use
        from pforte.settings.load import read  # noqa: PLC0415  loaded on first use

        expand = files_now if look else None
        return read(self.config, self.overrides, known=known_names(), expand=expand)

    def settings(self) -> Settings:
        """Load the settings, or end the command with exit code 2 and every mistake on standard error."""
        from pforte.settings.load import SettingsError  # noqa: PLC0415  loaded on first use

        try:
            return self.load()
        except SettingsError as error:
            click.echo(str(error), err=True)
            raise SystemExit(2) from error


def common_first(arguments: Iterable[str]) -> list[str]:
    """Return the arguments with the options that all commands share, and their values, moved to the front.

    >>> common_first(["bans", "--all", "--config", "my.toml", "--set=log.level=debug"])
    ['--config', 'my.toml', '--set=log.level=debug', 'bans', '--all']
    """
    first, others = [], []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            others += [argument, *rest]
        elif argument in COMMON:
            value = next(rest, None)
            if value is None:
                return [argument]  # by itself, so that it is what is complained about
            first += [argument, value]
        elif argument.startswith(tuple(f"{name}=" for name in COMMON)):
            first.append(argument)
        else:
            others.append(argument)
    return first + others


class Group(click.Group):
    """A group whose help cuts no sentence, and which knows what a mistyped command may have meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name.

        Raises:
            click.UsageError: there is none of that name.
        """
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from pforte.settings.limits import suggestion  # noqa: PLC0415  loaded on first use

            meant = suggestion(args[0], self.list_commands(ctx))
            raise click.UsageError(f"{error.message.rstrip('.')}{meant}", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, each with the first sentence of its help."""
        with formatter.section("Commands"):
            formatter.write_dl(self.summaries(ctx))

    def summaries(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Return the name of each command and the first sentence of its help."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        return [
            (name, command.get_short_help_str(limit=300)) for name, command in found if command is not None
        ]


class LazyGroup(Group):
    """A group that imports a command when it is called.

    Attributes:
        package: where the modules of the commands stand.
        commands_known: name and summary of each command, in the order of the help.
    """

    package: ClassVar[str]
    commands_known: ClassVar[tuple[tuple[str, str], ...]]

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Return the names in the order of the help."""
        return list(dict(self.commands_known))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        """Import and return the command of that name, or None."""
        if cmd_name not in dict(self.commands_known):
            return None
        command = import_module(f"{self.package}.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101  a mistake in the list, not of the user
        return command

    def summaries(self, ctx: click.Context) -> list[tuple[str, str]]:  # noqa: ARG002  the group's signature
        """Return names and summaries without importing the commands."""
        return list(self.commands_known)


class Commands(LazyGroup):
    """The commands of the program."""

    package = "pforte.commands"
    commands_known = COMMANDS

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; ``--config`` and ``--set`` may stand behind the command too."""
        return super().parse_args(ctx, common_first(args))
