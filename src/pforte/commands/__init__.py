"""The commands of ``pforte``: one file per subcommand, listed here in the order of the help.

A command is imported only when it is called, so that every call starts fast.
Exit codes: 0 done, 1 could not be done, 2 bad usage or settings, 3 an input could not be read.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

import click

from pforte.settings.table import Settings

COMMANDS: tuple[tuple[str, str], ...] = (
    ("serve", "pforte.commands.serve"),
    ("example", "pforte.commands.example"),
    ("scan", "pforte.commands.scan"),
    ("replay", "pforte.commands.replay"),
    ("status", "pforte.commands.status"),
    ("bans", "pforte.commands.bans"),
    ("explain", "pforte.commands.explain"),
    ("ban", "pforte.commands.ban"),
    ("lift", "pforte.commands.lift"),
    ("robots", "pforte.commands.robots"),
    ("gate", "pforte.commands.gate"),
    ("checks", "pforte.commands.checks"),
    ("formats", "pforte.commands.formats"),
    ("settings", "pforte.commands.settings"),
)
"""Name and module of each command; the module holds a click command called ``command``."""


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
        from pforte.settings.load import load  # noqa: PLC0415  loaded on first use
        from pforte.visits.checks import CHECKS  # noqa: PLC0415  loaded on first use

        return load(self.config, self.overrides, known_checks=[check.id for check in CHECKS])

    def settings(self) -> Settings:
        """Load the settings, or end the command with exit code 2 and every mistake on standard error."""
        from pforte.settings.load import SettingsError  # noqa: PLC0415  loaded on first use

        try:
            return self.load()
        except SettingsError as error:
            click.echo(str(error), err=True)
            raise SystemExit(2) from error


class Commands(click.Group):
    """The group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Return the names in the order of the help."""
        return [name for name, _ in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        """Import and return the command of that name, or None."""
        module = dict(COMMANDS).get(cmd_name)
        if module is None:
            return None
        command = import_module(module).command
        assert isinstance(command, click.Command)  # noqa: S101  a mistake in COMMANDS, not of the user
        return command
