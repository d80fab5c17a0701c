"""``pforte formats``: which log formats there are, and which one a file has."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from pforte.clock import SystemClock, render_time
from pforte.commands import Group
from pforte.commands.output import counted, note
from pforte.printable import printable, render_json
from pforte.sources.archive import Archive
from pforte.sources.block import SourceError
from pforte.visits.formats.catalogue import KNOWN, find_format
from pforte.visits.formats.detect import LINES, detect, first_lines
from pforte.visits.formats.format import Format, FormatError, UnknownFormat
from pforte.visits.visit import LoginFailure, Visit

SAMPLE_BYTES = LINES * 65_536
"""Most bytes that are read of a file: the lines that are looked at, each as long as a line may be."""
SHOWN = 3
WRITTEN = (
    (
        "log_format ...",
        "nginx's log_format, whole directive or bare: '$remote_addr [$time_local] \"$request\" $status'",
    ),
    ("LogFormat ...", "Apache's LogFormat, whole directive or bare: '%h %l %u %t \"%r\" %>s %b'"),
    (
        "json:client=NAME,...",
        "JSON lines whose fields have other names; dots go into objects: json:client=peer.ip",
    ),
)
"""Formats that are written rather than named."""


@click.group("formats", invoke_without_command=True, cls=Group)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> None:
    """List the log formats; `pforte formats try FILE` says which one a file has."""
    if context.invoked_subcommand is not None:
        return
    if as_json:
        named = [
            {
                "name": known.format.name,
                "family": known.format.family,
                "reads": known.reads,
                "example": known.example,
                "detected": known.detected,
            }
            for known in KNOWN
        ]
        click.echo(render_json(named, indent=2))
        return
    for known in KNOWN:
        click.echo(f"{known.format.name}\n  {known.reads}\n  {known.example}\n")
    click.echo("A format can also be written:\n")
    for name, reads in WRITTEN:
        click.echo(f"{name}\n  {reads}\n")


@command.command("try")
@click.argument("file")
@click.option(
    "--format", "written", default="auto", help="A name or a format string; without it the format is found."
)
@click.option("--timezone", default="UTC", help="Zone of times that carry none (IANA name).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def try_file(file: str, written: str, timezone: str, *, as_json: bool) -> None:
    """Say which format FILE has (compressed or not; - is standard input) and show its first lines as they are read.

    Exit codes: 0 done, 1 no format reads the lines, 2 bad usage, 3 the file could not be read.
    """
    sample = _beginning_of(file)
    if not sample.strip():
        raise _ended(f"{file} is empty", 1)
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise _ended(f"--timezone: {timezone!r} is no zone; write it like Europe/Berlin", 2) from error
    now = SystemClock().now().timestamp()
    try:
        chosen = detect(sample, now) if written == "auto" else find_format(written, now)
    except UnknownFormat as error:
        raise _ended(f"{file}: {error}", 1 if written == "auto" else 2) from error
    except FormatError as error:
        raise _ended(f"--format: {error}", 2) from error
    lines = first_lines(sample)
    found = [event for line in lines if (event := chosen.parse(line, zone, now)) is not None]
    _show(file, chosen, lines, found, as_json=as_json)


def _beginning_of(file: str) -> bytes:
    """Return the lines that are looked at, or end with exit code 3; compressed files are read as ``scan`` reads them."""
    sample = b""
    try:
        for block in Archive(file).blocks():
            sample += block
            if len(sample) >= SAMPLE_BYTES or sample.count(b"\n") >= LINES:
                break
    except SourceError as error:
        if not sample:
            raise _ended(str(error), 3) from error
        note(str(error))
    return sample


def _ended(message: str, code: int) -> SystemExit:
    click.echo(printable(f"Error: {message}"), err=True)
    return SystemExit(code)


def _show(
    name: str, chosen: Format, lines: list[bytes], found: list[Visit | LoginFailure], *, as_json: bool
) -> None:
    recognised = sum(map(chosen.recognises, lines))
    events = [dict(_fields(event)) for event in found[:SHOWN]]
    if as_json:
        answer = {
            "file": name,
            "format": chosen.name,
            "lines": len(lines),
            "recognised": recognised,
            "parsed": len(found),
            "first": events,
        }
        click.echo(render_json(answer, indent=2))
        return
    what = counted(len(found), "visit" if chosen.family == "http" else "login failure")
    click.echo(printable(f"{name}: {chosen.name}"))
    click.echo(f"{counted(len(lines), 'line')} looked at: {recognised} of this format, {what}.")
    for event in events:
        click.echo("")
        for field, value in event.items():
            click.echo(f"  {field:<9} {value}")


def _fields(event: Visit | LoginFailure) -> Iterator[tuple[str, str | int]]:
    """Write the fields for people: times as RFC 3339, bytes as text, absent ones left out."""
    for name, value in asdict(event).items():
        if name == "at":
            yield name, render_time(datetime.fromtimestamp(value, UTC))
        elif isinstance(value, bytes):
            if value:
                yield name, printable(value)
        else:
            yield name, value
