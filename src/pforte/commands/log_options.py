"""The options that ``scan`` and ``replay`` share, and what they open."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from pforte.clock import Clock
from pforte.commands import Call
from pforte.commands.judging import Judging, Settling
from pforte.commands.output import note
from pforte.commands.scanning import ScanningError, build_scanner, pages_of_robots, sites_offline
from pforte.commands.unchecked import UncheckedClaims
from pforte.settings.limits import time_zone
from pforte.settings.table import Settings
from pforte.visits.formats.format import FormatError
from pforte.visits.scan import Scanner


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """What the user said.

    Attributes:
        files: paths, ``-`` for standard input.
        as_json: whether results are printed as JSON.
        log: format of all files, or ``auto``.
        robots: robots.txt of the first site, or None.
        zone: name of the zone of times that carry none.
        dns: ``none``, ``system`` or the path of a zone file.
    """

    files: tuple[str, ...]
    as_json: bool
    log: str
    robots: Path | None
    zone: str
    dns: str


def log_options(command: Callable[[Call, LogOptions], None]) -> Callable[..., None]:
    """Give a command the files and options of judging logs."""
    options = (
        click.argument("files", nargs=-1, required=True, metavar="FILE..."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line."),
        click.option(
            "--format",
            "log",
            default="auto",
            show_default=True,
            help="Format of the lines; `pforte formats` lists them.",
        ),
        click.option(
            "--robots",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="The site's robots.txt, taken as if it had always been in force.",
        ),
        click.option(
            "--timezone", "zone", default="UTC", show_default=True, help="Zone of times that carry none."
        ),
        click.option(
            "--dns",
            default="none",
            show_default=True,
            metavar="none|system|ZONEFILE",
            help="Who is asked whether a visitor is the crawler that it says it is: nobody, the DNS, or a zone file.",
        ),
        click.pass_obj,
    )

    @wraps(command)
    def called(call: Call, **given: Any) -> None:
        with quiet_end():
            command(call, LogOptions(**given))

    decorated: Callable[..., None] = called
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def open_judging(settings: Settings, options: LogOptions, clock: Clock) -> Judging:
    """Return what reads the files, and say on standard error what will not be seen.

    Raises:
        click.UsageError: an option or a setting cannot be used.
    """
    complaint = time_zone(options.zone)
    if complaint:
        raise click.BadParameter(complaint, param_hint="--timezone")
    try:
        scanner = build_scanner(settings, sites_offline(settings, options.robots))
    except ScanningError as error:
        raise click.UsageError(str(error)) from error
    claims = _open_claims(settings, options.dns)
    try:
        judging = Judging(scanner, settings, clock, options.log, ZoneInfo(options.zone), claims)
    except FormatError as error:
        raise click.BadParameter(str(error), param_hint="--format") from error
    for name, page in pages_of_robots(settings, options.robots):
        note(f"{page} is not fetched; save it and give it by --robots to judge the crawlers of {name}")
    tell_unavailable(scanner)
    return judging


def _open_claims(settings: Settings, dns: str) -> Settling:
    excuse, files = settings.exempt.crawlers, settings.exempt.crawler_ranges
    if dns == "none" and not files:
        return UncheckedClaims(excuse=excuse)
    from pforte.commands.claims import Claims, open_resolver  # noqa: PLC0415  slow to load
    from pforte.commands.crawler_ranges import read_ranges  # noqa: PLC0415  slow to load

    try:
        resolver = open_resolver(dns, settings.dns)
    except ValueError as error:  # ZoneFileError, whose module is slow to load
        raise click.BadParameter(f"neither none nor system, and {error}", param_hint="--dns") from error
    ranges = read_ranges(
        files, lambda file, why: note(f"setting exempt.crawler_ranges: {file}: {why}; it is left out")
    )
    return Claims(resolver, ranges, excuse=excuse)


def tell_unavailable(scanner: Scanner) -> None:
    """Name the checks that cannot work here, loudly."""
    if scanner.unavailable:
        click.echo(
            f"warning: without the package libmodsecurity these checks see nothing: {', '.join(scanner.unavailable)}",
            err=True,
        )


@contextmanager
def quiet_end() -> Iterator[None]:
    """End without complaint when the reader of the output is gone (exit code 141), and on Ctrl-C (130)."""
    try:
        yield
    except BrokenPipeError as error:
        # What is still in the buffer has nowhere to go, and Python would complain when it flushes that at the end.
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
        raise SystemExit(141) from error
    except KeyboardInterrupt as error:
        raise SystemExit(130) from error
