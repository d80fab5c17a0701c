"""How commands print: tables on a terminal, plain aligned text in a pipe, JSON when asked.

What comes from outside (evidence, reasons) is made printable first, in a pipe too, because a pipe may end in a terminal.
"""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NoReturn

import click

from pforte.clock import render_time
from pforte.printable import printable, render_json

FOLDED = {"reason", "offences", "state", "trouble"}
"""Columns that may take several lines on a narrow terminal; a reference or a time stays in one piece."""

LINE_LIMIT = 400
"""Characters of evidence shown to people; JSON has all of it."""


def print_json(value: object) -> None:
    """Print one JSON value on one line."""
    click.echo(render_json(value))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under headings; nothing but the rows' text when it goes into a pipe, and no colours."""
    rows = [tuple(map(printable, row)) for row in rows]
    if sys.stdout.isatty():
        _print_rich_table(headings, rows)
        return
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    for row in (headings, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _print_rich_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console  # noqa: PLC0415  slow to load, and only a terminal needs it
    from rich.table import Table  # noqa: PLC0415  slow to load, and only a terminal needs it
    from rich.text import Text  # noqa: PLC0415  slow to load, and only a terminal needs it

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading not in FOLDED)
    for row in rows:
        # Text, not str: a str may hold markup, and the rows hold words of others.
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def print_facts(facts: Mapping[str, str]) -> None:
    """Print a name and its value per line, the values under each other."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        lead = click.style(name.ljust(width), bold=True) if sys.stdout.isatty() else name.ljust(width)
        click.echo(f"{lead}  {printable(value)}")


def print_heading(text: str) -> None:
    """Print a line that opens a part of the answer."""
    click.echo(f"\n{click.style(text, bold=True) if sys.stdout.isatty() else text}")


def note(text: str) -> None:
    """Say something beside the answer, on standard error."""
    click.echo(f"note: {printable(text)}", err=True)


def fail(text: str) -> NoReturn:
    """End the command because what was asked cannot be done: exit code 1."""
    click.echo("\n".join(map(printable, f"Error: {text}".split("\n"))), err=True)
    raise SystemExit(1)


def shortened(text: str, limit: int = LINE_LIMIT) -> str:
    """Return the text, cut with a mark when it is longer than a person wants to read."""
    return text if len(text) <= limit else f"{text[:limit]} ... ({len(text) - limit} more)"


def seconds(moment: datetime) -> str:
    """Return a moment as people read it: RFC 3339 to the second."""
    return render_time(moment.replace(microsecond=0))
