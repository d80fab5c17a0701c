"""``pforte mail report``: what the inbound mail policy did in a period, or would have done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from pforte.checks import CHECKS
from pforte.clock import SystemClock, render_time
from pforte.commands import Call
from pforte.commands.bans import parse_since
from pforte.commands.check_names import parse_check
from pforte.commands.output import counted, note, print_heading, print_json, print_table
from pforte.commands.register_access import open_register
from pforte.mail.case import MailCase
from pforte.mail.checks.declaration import Action
from pforte.printable import printable
from pforte.register import CheckTotal, MailQuery

EXAMPLES = 3
_REFUSING = (Action.DEFER, Action.REJECT)


@dataclass(frozen=True, slots=True)
class Period:
    """What there was in a period.

    Attributes:
        since: its beginning.
        until: its end.
        mails: how many mails by what was done with them; whole hours.
        totals: how often each check saw something.
        examples: some judged mails for each check, the latest first.
    """

    since: datetime
    until: datetime
    mails: Mapping[str, int]
    totals: Sequence[CheckTotal]
    examples: Mapping[str, Sequence[MailCase]]

    @property
    def all_mails(self) -> int:
        """Return the number of all mails."""
        return sum(self.mails.values())


@click.command("report")
@click.option("--since", default="7d", show_default=True, metavar="WHEN", help="7d, 12h, or a time.")
@click.option("--check", "slug", default="", metavar="SLUG", help="Only this check, with more examples.")
@click.option("--examples", type=click.IntRange(0, 1000), help="Examples for each check.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def command(call: Call, since: str, slug: str, examples: int | None, *, as_json: bool) -> None:
    """Say what the inbound mail policy refused since WHEN, or would have refused, by check, with examples.

    A new installation only watches at first (setting mail.watch): then this says what that spared.

    Exit codes: 0 also when there is nothing, 1 when the register is away, 2 bad usage.
    """
    settings = call.settings()
    clock = SystemClock()
    now = clock.now()
    begun = parse_since(since, now)
    wanted = parse_check(slug, "--check") if slug else ""
    many = examples if examples is not None else 20 if wanted else EXAMPLES
    with open_register(settings, absent="stand-in", clock=clock) as register:
        query = MailQuery(since=begun, until=now, check=wanted)
        totals = [each for each in register.mail_totals(query) if wanted in ("", each.check)]
        first_hour = begun.replace(minute=0, second=0, microsecond=0)
        found: dict[str, int] = {}
        for hour in register.mail_hours(first_hour, now + timedelta(hours=1)).values():
            for action, mails in hour.items():
                found[action] = found.get(action, 0) + mails
        checks = dict.fromkeys(each.check for each in totals)
        shown = {
            check: register.judged_mails(MailQuery(since=begun, until=now, check=check, limit=many))
            for check in (checks if many else ())
        }
    period = Period(begun, now, found, totals, shown)
    if as_json:
        print_json(_object(period))
    else:
        _print(period)


def _object(period: Period) -> dict[str, object]:
    return {
        "since": render_time(period.since),
        "until": render_time(period.until),
        "mails": period.all_mails,
        "by_action": dict(period.mails),
        "checks": [
            {
                "check": each.check,
                "wanted": each.wanted.value,
                "action": each.action.value,
                "mails": each.mails,
                "share": _share(each.mails, period.all_mails),
            }
            for each in period.totals
        ],
        "examples": {
            check: [_example(case, check) for case in cases] for check, cases in period.examples.items()
        },
    }


def _example(case: MailCase, check: str) -> dict[str, object]:
    finding = next(each for each in case.findings if each.check == check)
    return {
        "reference": case.reference,
        "at": render_time(case.at),
        "address": str(case.address),
        "helo": case.helo,
        "sender": case.sender,
        "recipients": list(case.recipients),
        "action": finding.action.value,
        "wanted": finding.wanted.value,
        "observed": finding.observed.decode("utf-8", "backslashreplace"),
    }


def _print(period: Period) -> None:
    refused = sum(period.mails.get(action.value, 0) for action in _REFUSING)
    click.echo(
        f"{counted(period.all_mails, 'mail')} since {render_time(period.since)}, {refused} refused"
        f"{_of(refused, period.all_mails)}"
    )
    if not period.totals:
        note("no check saw anything")
        return
    rows = [
        (
            each.check,
            _done(each),
            str(each.mails),
            _percent(each.mails, period.all_mails),
            CHECKS[each.check].summary.en if each.check in CHECKS else "",
        )
        for each in period.totals
    ]
    print_table(("check", "done", "mails", "share", "summary"), rows)
    for check, cases in period.examples.items():
        print_heading(check)
        print_table(
            ("reference", "at", "client", "sender", "observed"),
            [
                (
                    case.reference,
                    render_time(case.at),
                    str(case.address),
                    printable(case.sender or "<>"),
                    printable(next(each.observed for each in case.findings if each.check == check)),
                )
                for case in cases
            ],
        )


def _done(total: CheckTotal) -> str:
    if total.action is total.wanted:
        return total.action.value
    return f"{total.action.value} (would {total.wanted.value})"


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else ""


def _of(part: int, whole: int) -> str:
    return f" ({_percent(part, whole)})" if whole else ""
