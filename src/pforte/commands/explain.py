"""``pforte explain``: why a network is or was banned, what happens next, and what can be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from pforte.bans import escalation
from pforte.bans.ban import Ban, Origin, Reach
from pforte.bans.reference import BadReferenceError, parse_reference
from pforte.bans.regulation import Regulation
from pforte.clock import SystemClock, render_time
from pforte.commands import Call
from pforte.commands.ban_views import ban_object, ban_state, offence_object, offence_words
from pforte.commands.enforcement import tell_simulation
from pforte.commands.output import (
    print_facts,
    print_heading,
    print_json,
    print_table,
    seconds,
    shortened,
)
from pforte.commands.register_access import open_register
from pforte.printable import printable
from pforte.register import Act, Case, Filed
from pforte.settings.durations import render_duration
from pforte.visits.checks import CHECKS
from pforte.visits.checks.declaration import Check

LIFT_LATER = "If this is a mistake, tell the operator of the service the reference."


@dataclass(frozen=True, slots=True)
class Repeat:
    """What the next offence after the ban leads to.

    Attributes:
        window: how long after the end of the ban it climbs.
        until: the last moment at which it does.
        rung: the rung it climbs to.
        length: how long that ban lasts.
        later: the rung that an offence after ``until`` leads to.
    """

    window: timedelta
    until: datetime
    rung: int
    length: timedelta
    later: int


def repeat_of(ban: Ban, regulation: Regulation) -> Repeat | None:
    """Return what an offence after the ban leads to by the regulation; None where it is forgiven (R7)."""
    if ban.amnesty:
        return None
    top = regulation.shared_rung if ban.reach is Reach.APPLICATION else regulation.top
    rung = min(ban.rung + 1, top)
    window = regulation.window(ban.rung)
    start = ban.effective_end() if regulation.anchor == "release" else ban.starts
    later = 1 if regulation.reset == "full" else max(1, min(ban.rung - 1, top))
    return Repeat(
        window=window, until=start + window, rung=rung, length=regulation.duration(rung), later=later
    )


@click.command()
@click.argument("reference")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Offences shown at most."
)
@click.pass_obj
def command(call: Call, reference: str, limit: int, *, as_json: bool) -> None:
    """Explain the ban that carries REFERENCE: what was seen, which rule it broke, what comes next.

    Exit codes: 0 done, 1 when no ban carries the reference or the register is away, 2 bad usage.
    """
    settings = call.settings()
    try:
        wanted = parse_reference(reference)
    except BadReferenceError as error:
        raise click.BadParameter(str(error), param_hint="REFERENCE") from error
    tell_simulation(settings)
    clock = SystemClock()
    with open_register(settings, absent="stand-in", clock=clock) as register:
        case = register.case(wanted, limit)
        repeat = repeat_of(case.ban, register.ladder.regulation)
    check = {check.id: check for check in CHECKS}.get(_check_id(case))
    if as_json:
        print_json(_object(case, check, repeat, clock.now()))
    else:
        _print(case, check, repeat, clock.now())


def _check_id(case: Case) -> str:
    """Return the check that decides what is told: the ban's reason, or for a prefix what was seen in it."""
    if case.ban.reason == escalation.CHECK and case.counts:
        return next((check for check in case.counts if check != escalation.CHECK), case.ban.reason)
    return case.ban.reason


def _why(case: Case) -> str:
    """Return the rule that chose the rung, in words."""
    if case.ban.origin is not Origin.LADDER:
        return f"set by the {case.ban.origin.value}"
    return next((filed.why for filed in case.offences if filed.outcome.value in {"ban", "history"}), "")


def _object(case: Case, check: Check | None, repeat: Repeat | None, now: datetime) -> dict[str, object]:
    return {
        **ban_object(case.ban, now),
        "check": None if check is None else _check_object(check),
        "why": _why(case),
        "counts": dict(case.counts),
        "offences": [offence_object(filed) for filed in case.offences],
        "repeat": None if repeat is None else _repeat_object(repeat),
        "acts": [_act_object(act) for act in case.acts],
    }


def _check_object(check: Check) -> dict[str, object]:
    return {
        "id": check.id,
        "standard": check.standard,
        "summary": {"en": check.summary.en, "de": check.summary.de},
        "remedy": {"en": check.remedy.en, "de": check.remedy.de},
    }


def _repeat_object(repeat: Repeat) -> dict[str, object]:
    return {
        "window": render_duration(repeat.window),
        "until": render_time(repeat.until),
        "rung": repeat.rung,
        "length": render_duration(repeat.length),
        "later": repeat.later,
    }


def _act_object(act: Act) -> dict[str, object]:
    return {"at": render_time(act.at), "who": act.who, "act": act.act, "reason": act.reason}


def _print(case: Case, check: Check | None, repeat: Repeat | None, now: datetime) -> None:
    print_facts(_facts(case, check, now))
    if case.offences:
        total = sum(case.counts.values())
        shown = f", the first {len(case.offences)}" if total > len(case.offences) else ""
        print_heading(f"What was seen ({offence_words(case.counts)}{shown})")
        for filed in case.offences:
            _print_offence(filed)
    print_heading("If it happens again")
    click.echo(_repeat_words(repeat))
    print_heading("What to do")
    click.echo(LIFT_LATER if check is None else f"{check.remedy.en} {LIFT_LATER}")
    if case.acts:
        print_heading("What operators did")
        print_table(
            ("when", "who", "act", "reason"),
            [(seconds(act.at), act.who, act.act, act.reason) for act in case.acts],
        )


def _facts(case: Case, check: Check | None, now: datetime) -> Mapping[str, str]:
    ban = case.ban
    facts = {
        "reference": ban.reference,
        "network": str(ban.network),
        "rung": f"{ban.rung}, {_why(case)}" if _why(case) else str(ban.rung),
        "from": seconds(ban.starts),
        "until": f"{seconds(ban.effective_end())} ({ban_state(ban, now)})",
        "reason": ban.reason,
    }
    if ban.reach is Reach.APPLICATION:
        facts["reach"] = "many people share the network: refused by HTTP and SMTP, not by the firewall"
    if check is not None:
        facts["rule"] = check.summary.en
        facts["standard"] = check.standard
    return facts


def _print_offence(filed: Filed) -> None:
    offence = filed.offence
    place = offence.source if offence.line is None else f"{offence.source}:{offence.line}"
    click.echo(f"{seconds(offence.at)}  {offence.address}  {offence.check}  {printable(place)}")
    if offence.observed:
        click.echo(f"    {shortened(printable(offence.observed))}")
    click.echo(f"    {shortened(printable(offence.evidence))}")


def _repeat_words(repeat: Repeat | None) -> str:
    if repeat is None:
        return "The history is forgiven: a new offence starts on rung 1."
    return (
        f"Until {seconds(repeat.until)} ({render_duration(repeat.window)} after the ban) "
        f"a new offence leads to rung {repeat.rung}: {render_duration(repeat.length)}. "
        f"Later it leads to rung {repeat.later}."
    )
