"""How commands print: tables on a terminal, plain aligned text in a pipe, JSON when asked.

What comes from outside (evidence, reasons) is made printable first, in a pipe too, because a pipe may end in a terminal.
"""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from shutil import get_terminal_size
from textwrap import wrap
from typing import NoReturn

import click

from pforte.clock import render_time
from pforte.printable import printable, render_json

GAP = "  "
LEAST_PROSE = 30
"""Characters that the last column needs at least where its text goes on in further lines."""

LINE_LIMIT = 400
"""Characters of evidence shown to people; JSON has all of it."""


def print_json(value: object) -> None:
    """Print one JSON value on one line."""
    click.echo(render_json(value))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under headings; nothing but the rows' text when it goes into a pipe, and no colours.

    A terminal crops nothing: the last column goes on in further lines where that makes the table fit, and where it
    does not, each row becomes a paragraph with a cell on each line.
    """
    rows = [tuple(map(printable, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    room = _columns() - sum(width + len(GAP) for width in widths[:-1])
    if sys.stdout.isatty() and room < min(widths[-1], LEAST_PROSE):
        _print_paragraphs(headings, rows)
        return
    for line, row in enumerate((headings, *rows)):
        lead = GAP.join((*(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)), ""))
        text = _hung(lead, row[-1]).rstrip()
        click.echo(text if line else _bold(text))


def _print_paragraphs(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate(rows):
        if number:
            click.echo()
        print_facts({heading: cell for heading, cell in zip(headings, row, strict=True) if cell})


def print_facts(facts: Mapping[str, str]) -> None:
    """Print a name and its value per line, the values under each other."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        text = _hung(name.ljust(width) + GAP, printable(value))
        click.echo(_bold(text[:width]) + text[width:])


def _hung(lead: str, text: str) -> str:
    """Return a text behind its lead, on a terminal broken at words so that it goes on under its own beginning."""
    room = max(_columns() - len(lead), LEAST_PROSE)
    if len(text) <= room or not sys.stdout.isatty():
        return lead + text
    return lead + ("\n" + " " * len(lead)).join(
        wrap(text, room, break_long_words=False, break_on_hyphens=False)
    )


def _bold(text: str) -> str:
    return click.style(text, bold=True) if sys.stdout.isatty() else text


def _columns() -> int:
    return get_terminal_size().columns


def print_heading(text: str) -> None:
    """Print a line that opens a part of the answer."""
    click.echo(f"\n{_bold(text)}")


def note(text: str) -> None:
    """Say something beside the answer, on standard error."""
    click.echo(f"note: {printable(text)}", err=True)


def warn(text: str) -> None:
    """Say loudly what nobody may overlook, on standard error."""
    said = f"WARNING: {printable(text)}"
    click.echo(click.style(said, fg="red", bold=True) if sys.stderr.isatty() else said, err=True)


def fail(text: str) -> NoReturn:
    """End the command because what was asked cannot be done: exit code 1."""
    click.echo("\n".join(map(printable, f"Error: {text}".split("\n"))), err=True)
    raise SystemExit(1)


def shortened(text: str, limit: int = LINE_LIMIT) -> str:
    """Return the text, cut with a mark when it is longer than a person wants to read."""
    return text if len(text) <= limit else f"{text[:limit]} ... ({len(text) - limit} more)"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with the word for so many; ``many`` is the word with an s unless given.

    >>> counted(1, "ban"), counted(2345, "ban")
    ('1 ban', '2,345 bans')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def seconds(moment: datetime) -> str:
    """Return a moment as people read it: RFC 3339 to the second."""
    return render_time(moment.replace(microsecond=0))
