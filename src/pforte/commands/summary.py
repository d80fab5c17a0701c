"""What ``scan`` and ``replay`` say at the end, on standard error."""

from collections import Counter
from dataclasses import dataclass, field

import click

from pforte.commands.output import counted, note
from pforte.printable import printable, render_json


@dataclass(slots=True)
class Summary:
    """What the files gave.

    Attributes:
        lines: lines read.
        candidates: lines that were looked at closely.
        unparsed: of these, lines that are not of the format.
        capped: of these, lines not judged because their network had its share of findings.
        cut: lines longer than the limit.
        seconds: time from the first to the last block.
        offences: number of offences by check.
        claims: number of offences whose visitor says it is a crawler, by what is known of that: ``proven``, ``forged``,
            ``unknown``; and of reverse questions about their addresses, by the answer: ``named``, ``nameless``.
        spared: number of offences that led to no ban, by the reason (``replay`` only).
        unread: for each file that could not be read (to its end), why.
        formats: for each file, the formats it was read as, with commas between.
        empty: files without any line of text.
    """

    lines: int = 0
    candidates: int = 0
    unparsed: int = 0
    capped: int = 0
    cut: int = 0
    seconds: float = 0.0
    offences: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    spared: Counter[str] = field(default_factory=Counter)
    unread: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)

    @property
    def lines_per_second(self) -> int:
        """Return the speed, or 0 where nothing was read."""
        return round(self.lines / self.seconds) if self.seconds else 0

    def nameless(self) -> bool:
        """Say whether addresses were asked for their names and none had one."""
        return self.claims["nameless"] > 0 and self.claims["named"] == 0

    def as_object(self) -> dict[str, object]:
        """Return the summary as JSON has it."""
        return {
            "lines": self.lines,
            "lines_per_second": self.lines_per_second,
            "seconds": round(self.seconds, 3),
            "candidates": self.candidates,
            "unparsed": self.unparsed,
            "capped": self.capped,
            "cut": self.cut,
            "offences": dict(self.offences.most_common()),
            "claims": {found: self.claims[found] for found in ("proven", "forged", "unknown")},
            "spared": dict(self.spared.most_common()),
            "formats": self.formats,
            "empty": self.empty,
            "unread": self.unread,
        }


def tell_summary(summary: Summary, *, as_json: bool) -> int:
    """Print the summary on standard error and return the exit code.

    Args:
        summary: what the files gave.
        as_json: whether the last line is the summary as one JSON object.
    """
    click.echo(
        f"{counted(summary.lines, 'line')} in {summary.seconds:.2f} s ({summary.lines_per_second:,} lines/s), "
        f"{summary.candidates:,} looked at, {counted(summary.offences.total(), 'offence')}",
        err=True,
    )
    for check, count in summary.offences.most_common():
        _tell(count, check, check)
    _tell(
        summary.unparsed,
        "line that was looked at is not of the format",
        "lines that were looked at are not of the format",
    )
    share = "had its share of findings (scan.findings)"
    _tell(summary.capped, f"line not judged: its network {share}", f"lines not judged: their network {share}")
    _tell(summary.cut, "line was cut at scan.line", "lines were cut at scan.line")
    unchecked = "to be a crawler could not be checked (--dns)"
    _tell(summary.claims["unknown"], f"claim {unchecked}", f"claims {unchecked}")
    _tell(summary.claims["proven"], "claim to be a crawler was proven", "claims to be a crawler were proven")
    for reason, count in summary.spared.most_common():
        _tell(count, f"offence led to no ban: {reason}", f"offences led to no ban: {reason}")
    if summary.nameless():
        note(
            "no address of a visitor that says it is a crawler has a name; does the resolver answer reverse questions"
            " (PTR)? If not, every real crawler looks forged"
        )
    for file in summary.empty:
        note(f"{file} is empty")
    for reason in summary.unread.values():
        click.echo(f"error: {printable(reason)}", err=True)
    if as_json:
        click.echo(render_json(summary.as_object()), err=True)
    return 3 if summary.unread else 0


def _tell(count: int, one: str, many: str) -> None:
    if count:
        click.echo(f"  {count:>9,}  {one if count == 1 else many}", err=True)
