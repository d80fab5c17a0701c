"""``pforte scan``: judge log files without touching the register."""

import io
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quote
from typing import BinaryIO

import click

from pforte.bans.offence import Mode, Offence
from pforte.clock import SystemClock, render_time
from pforte.commands import Call
from pforte.commands.log_options import LogOptions, log_options, open_judging
from pforte.commands.output import counted, seconds, shortened
from pforte.commands.summary import tell_summary
from pforte.net.addresses import Network
from pforte.printable import printable
from pforte.settings.table import Settings
from pforte.visits.checks import CHECKS
from pforte.visits.checks.reference import describe_threshold
from pforte.visits.duties import on_duty

ROWS = 20_000
"""Networks with a check that the report for people lists at most; JSON has all of them."""
_BUFFER = 65_536
_NETWORKS = 16_384


@click.command()
@log_options
def command(call: Call, options: LogOptions) -> None:
    """Say which visits in FILE... break which rule. Nothing is recorded and nobody is banned.

    Files may be compressed (.gz, .zst, .xz, .bz2); - is standard input. Whoever only says that it is a crawler is
    an offender when --dns or the setting exempt.crawler_ranges proves that it lies. The summary goes to standard
    error.

    Exit codes: 0 with or without offences, 2 bad usage or settings, 3 an input could not be read.
    """
    settings = call.settings()
    judging = open_judging(settings, options, SystemClock())
    # Lines that appear while they are found would tear a bar to pieces.
    judging.bar = not (options.as_json and sys.stdout.isatty())
    with closing(judging.offences(options.files)) as offences:
        if options.as_json:
            print_lines(offences)
        else:
            print_report(offences, counts_of(settings))
    raise SystemExit(tell_summary(judging.summary, as_json=options.as_json))


def print_lines(offences: Iterable[Offence]) -> None:
    """Print each offence as a line of JSON."""
    lines = Lines()
    with open_output() as output:
        for offence in offences:
            output.write(lines.render(offence))


class Lines:
    r"""Renders offences as JSON: several times as fast as ``json.dumps``, because a long log has many of them.

    The keys are the command's contract. All is ASCII, so that evidence cannot speak to a terminal; bytes that are
    not UTF-8 are shown as ``\xNN``.
    """

    def __init__(self) -> None:
        self._source = lru_cache(maxsize=16)(_quoted_path)
        # By identity: the scanner hands out the same network again and again, and its hash takes longer than this.
        self._networks: dict[int, tuple[Network, str]] = {}

    def render(self, offence: Offence) -> bytes:
        """Return the line of one offence."""
        line = "null" if offence.line is None else offence.line
        return (
            f'{{"network": "{self._network(offence.network)}", "kind": "{offence.kind.value}", '
            f'"check": {quote(offence.check)}, "at": "{_time(offence.at)}", '
            f'"source": {self._source(offence.source)}, "line": {line}, '
            f'"evidence": {quote(offence.evidence.decode("utf-8", "backslashreplace"))}}}\n'
        ).encode("ascii")

    def _network(self, network: Network) -> str:
        known = self._networks.get(id(network))
        if known is not None and known[0] is network:
            return known[1]
        if len(self._networks) >= _NETWORKS:
            self._networks.clear()
        text = str(network)
        self._networks[id(network)] = (network, text)
        return text


def _time(at: datetime) -> str:
    """Render a moment as ``render_time`` does, in half the time where it is in UTC already."""
    text = at.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else render_time(at)


def _quoted_path(path: str) -> str:
    return quote(os.fsencode(path).decode("utf-8", "backslashreplace"))


@contextmanager
def open_output() -> Iterator[BinaryIO]:
    """Give standard output for bytes, buffered also where Python was told not to (``PYTHONUNBUFFERED``)."""
    sys.stdout.flush()
    raw = sys.stdout.buffer
    if isinstance(raw, io.RawIOBase):
        buffered = io.BufferedWriter(raw, _BUFFER)
        try:
            yield buffered
        finally:
            buffered.detach()
    else:
        yield raw
        raw.flush()


@dataclass(slots=True)
class _Row:
    """What one network did to one check."""

    count: int
    watches: bool
    exempt: str
    at: datetime
    place: str
    observed: str
    proof: str


def counts_of(settings: Settings) -> Mapping[str, str]:
    """Return in words, for each check that counts, how many findings make an offence."""
    duties = on_duty(CHECKS, settings.check)
    return {duty.check.id: describe_threshold(duty.threshold) for duty in duties if duty.threshold}


def print_report(offences: Iterable[Offence], counts: Mapping[str, str]) -> None:
    """Print a paragraph for each network and check: how often, what was seen, and the first line that proves it.

    Args:
        offences: in their order.
        counts: how often it takes, for the checks that count.
    """
    rows: dict[tuple[Network, str], _Row] = {}
    left_out = 0
    for offence in offences:
        row = rows.get((offence.network, offence.check))
        if row is not None:
            row.count += 1
        elif len(rows) < ROWS:
            rows[offence.network, offence.check] = _row(offence)
        else:
            left_out += 1
    for (network, check), row in rows.items():
        spared = ", which only watches" if row.watches else ""
        spared += f", {row.exempt}" if row.exempt else ""
        click.echo(f"{click.style(str(network), bold=True)}  {click.style(check, fg='red')}{spared}")
        click.echo(f"    {_times(row.count, counts.get(check, ''))} {seconds(row.at)}, {row.place}")
        if row.observed:
            click.echo(f"    {row.observed}")
        click.echo(f"    {click.style(row.proof, dim=True)}")
    if left_out:
        click.echo(f"not listed: {counted(left_out, 'offence')} of further networks; --json prints all")


def _times(count: int, needed: str) -> str:
    """Say how often there was an offence, which took findings as often as ``needed`` says; the first one follows."""
    if needed:
        return f"{count:,} times {needed}, first complete" if count > 1 else f"{needed}, the last"
    return f"{count:,} times, first" if count > 1 else "once,"


def _row(offence: Offence) -> _Row:
    place = printable(os.fsencode(offence.source))
    return _Row(
        count=1,
        watches=offence.mode is Mode.WATCH,
        exempt=printable(offence.exempt),
        at=offence.at,
        place=place if offence.line is None else f"{place}:{offence.line}",
        observed=shortened(printable(offence.observed)),
        proof=shortened(printable(offence.evidence)),
    )
