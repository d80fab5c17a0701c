"""``pforte mail reports``: what others report about our mail."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from pforte.commands.mail.feedback_views import print_reports, report_json
from pforte.commands.output import note, print_json
from pforte.mail.feedback.dmarc_report import DmarcReport
from pforte.mail.feedback.limits import DEFAULT_LIMITS, ReportError
from pforte.mail.feedback.reading import Report, read_reports
from pforte.printable import printable

Identity = tuple[str, str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A report and the file it came in; ``twice`` where the same report came before."""

    file: Path
    report: Report
    twice: bool


@dataclass(frozen=True, slots=True)
class Unread:
    """A file, or what is behind a part of it, that could not be read."""

    file: Path
    why: str


@click.command("reports")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each report.")
@click.option(
    "--all", "everything", is_flag=True, help="Show every kind of failure, not the most frequent 30."
)
def command(files: tuple[Path, ...], *, as_json: bool, everything: bool) -> None:
    """Say what DMARC and TLS reports in FILE... tell of our mail: what failed, how often, and why.

    FILE is a report as it arrived: XML (DMARC, RFC 9990) or JSON (TLS, RFC 8460), plain, as .gz or .zip, or the mail
    that brought it; of a folder, each file in it. Anybody can send such a report: whether its sender is who it says
    is not looked at here.

    Exit codes: 0 all could be read, 3 at least one could not.
    """
    read = _read_all(_spread(files))
    sys.exit(3 if (_print_json(read) if as_json else _print_tables(read, everything=everything)) else 0)


def _print_json(read: Iterable[Arrived | Unread]) -> bool:
    """Print each report as it is read; say whether any could not be."""
    failed = False
    for each in read:
        if isinstance(each, Arrived):
            print_json(report_json(each.report, file=str(each.file), twice=each.twice))
        else:
            failed = True
            print_json({"file": str(each.file), "error": each.why})
    return failed


def _print_tables(read: Iterable[Arrived | Unread], *, everything: bool) -> bool:
    """Print all reports together; say whether any could not be read."""
    counted_once: list[Report] = []
    failed = False
    for each in read:
        if isinstance(each, Unread):
            failed = True
            click.echo(printable(f"Error: {each.file}: {each.why}"), err=True)
        elif each.twice:
            note(f"{each.file}: the report {each.report.report_id} came before and is counted once")
        else:
            counted_once.append(each.report)
    print_reports(counted_once, everything=everything)
    return failed


def _spread(files: Iterable[Path]) -> Iterator[Path]:
    """Yield files, and of each folder the files in it by name."""
    for file in files:
        if file.is_dir():
            yield from sorted(each for each in file.iterdir() if each.is_file())
        else:
            yield file


def _read_all(files: Iterable[Path]) -> Iterator[Arrived | Unread]:
    known: set[Identity] = set()
    for file in files:
        try:
            with file.open("rb") as opened:
                raw = opened.read(DEFAULT_LIMITS.most_octets + 1)
            for report in read_reports(raw):
                identity = _identity(report)
                yield Arrived(file, report, identity in known)
                known.add(identity)
        except OSError as error:
            yield Unread(file, f"cannot be read: {error.strerror}")
        except ReportError as error:
            yield Unread(file, f"is no report that can be read: {error}")


def _identity(report: Report) -> Identity:
    """Return what a report has in common with its copies only (RFC 9990 s3.5.4)."""
    if isinstance(report, DmarcReport):
        return "dmarc", report.organization, report.report_id, (report.published.domain,)
    return "tls", report.organization, report.report_id, tuple(each.domain for each in report.policies)
