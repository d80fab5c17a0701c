"""``pforte settings``: every setting with its value and origin; a check of a file; the reference page."""

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import click

from pforte.commands import Call, Group
from pforte.commands.output import print_table
from pforte.printable import render_json
from pforte.settings.explain import render_example, rows
from pforte.settings.load import Reading, SettingsError, read
from pforte.settings.reference import render_reference
from pforte.settings.values import render_toml


@click.group(name="settings", invoke_without_command=True, cls=Group)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array of all settings.")
@click.option("--toml", "as_toml", is_flag=True, help="Print a settings file with every setting explained.")
@click.pass_context
def command(context: click.Context, *, as_json: bool, as_toml: bool) -> None:
    """Print every setting: its value, where that came from, its default and what it does."""
    if context.invoked_subcommand is not None:
        return
    if as_json and as_toml:
        raise click.UsageError("--json and --toml exclude each other: take one.")
    call: Call = context.obj
    reading = _read_or_exit(call.read)
    if as_json:
        click.echo(render_json([dataclasses.asdict(row) for row in rows(reading)], indent=2))
    elif as_toml:
        click.echo(render_example(reading), nl=False)
    elif sys.stdout.isatty():
        print_table(
            ("setting", "value", "from", "what it does"),
            [(row.name, render_toml(row.value), row.origin, row.help) for row in rows(reading)],
        )
    else:
        for row in rows(reading):
            click.echo("\t".join((row.name, render_toml(row.value), row.origin, row.help)))


@command.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.pass_obj
def check(call: Call, file: Path | None) -> None:
    """Name every mistake in a settings FILE with its line; without FILE, the one in force.

    Only the file is read, not the environment. Two sources that read one file now are a mistake too.
    Exit code 0 without mistakes, else 2.
    """
    if call.overrides:
        raise click.UsageError("settings check reads a file only: leave --set out.")
    reading = _read_or_exit(lambda: _read(file or call.config))
    click.echo(f"{reading.file or 'no settings file, the defaults are'}: without mistakes")


@command.command()
def reference() -> None:
    """Print the reference page of all settings in Markdown."""
    click.echo(render_reference(), nl=False)


def _read(file: Path | None) -> Reading:
    from pforte.commands.known_names import files_now, known_names  # noqa: PLC0415  the reference page needs no checks

    return read(file, (), {}, known_names(), files_now)


def _read_or_exit(reading: Callable[[], Reading]) -> Reading:
    try:
        return reading()
    except SettingsError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from error
