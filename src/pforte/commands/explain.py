"""``pforte explain``: why a network is or was banned, what happens next, and what can be done about it."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from pforte.bans import escalation
from pforte.bans.ban import Ban, Origin, Reach
from pforte.bans.reference import BadReferenceError, contact_about, parse_reference
from pforte.bans.regulation import Regulation
from pforte.checks import CHECKS, Check
from pforte.clock import SystemClock, render_time
from pforte.commands import Call
from pforte.commands.ban_views import ban_object, ban_state, offence_object, offence_words
from pforte.commands.enforcement import tell_simulation
from pforte.commands.explain_words import WORDS, say_why, spoken
from pforte.commands.mail.explanation import mail_object, print_mail
from pforte.commands.output import (
    print_facts,
    print_heading,
    print_json,
    print_table,
    seconds,
    shortened,
)
from pforte.commands.register_access import open_register
from pforte.languages import Language
from pforte.mail.case import MailCase
from pforte.printable import printable
from pforte.register import Act, Case, Filed
from pforte.settings.durations import render_duration
from pforte.visits.checks.house_rules import quote_standard

LANGUAGES: Mapping[str, tuple[Language, ...]] = {"en": ("en",), "de": ("de",), "both": ("en", "de")}
"""What the option ``--lang`` takes."""


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


@dataclass(frozen=True, slots=True)
class Told:
    """What an explanation is made of.

    Attributes:
        case: the ban and what led to it.
        check: the check that decides what is told, or None.
        repeat: what the next offence leads to, or None.
        now: the present moment.
        contact: where outsiders turn to about it, or "".
    """

    case: Case
    check: Check | None
    repeat: Repeat | None
    now: datetime
    contact: str


@click.command()
@click.argument("reference")
@click.option(
    "--lang",
    type=click.Choice(tuple(LANGUAGES)),
    help="Language; that of the environment unless given. JSON has both.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Offences shown at most."
)
@click.pass_obj
def command(call: Call, reference: str, lang: str | None, limit: int, *, as_json: bool) -> None:
    """Explain the ban or the judged mail of REFERENCE: what was seen, which rule it broke, what comes next.

    Exit codes: 0 done, 1 when nothing carries the reference or the register is away, 2 bad usage.
    """
    settings = call.settings()
    try:
        wanted = parse_reference(reference)
    except BadReferenceError as error:
        raise click.BadParameter(str(error), param_hint="REFERENCE") from error
    tell_simulation(settings)
    clock = SystemClock()
    languages = LANGUAGES[lang or spoken(os.environ)]
    with open_register(settings, absent="stand-in", clock=clock) as register:
        mail = register.mail(wanted)
        if mail is not None:
            _tell_mail(mail, contact_about(settings.desk.contact, wanted), () if as_json else languages)
            return
        case = register.case(wanted, limit)
        repeat = repeat_of(case.ban, register.ladder.regulation)
    check = CHECKS.get(_check_id(case))
    contact = contact_about(settings.desk.contact, case.ban.reference)
    told = Told(case, check, repeat, clock.now(), contact)
    if as_json:
        print_json(_object(told))
        return
    for number, language in enumerate(languages):
        if number:
            click.echo()
        _print(told, language)


def _tell_mail(mail: MailCase, contact: str, languages: tuple[Language, ...]) -> None:
    """Tell of a judged mail, in JSON where no language is asked for."""
    if not languages:
        print_json(mail_object(mail, contact))
    for number, language in enumerate(languages):
        if number:
            click.echo()
        print_mail(mail, contact, language)


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


def _object(told: Told) -> dict[str, object]:
    case, check, repeat = told.case, told.check, told.repeat
    return {
        **ban_object(case.ban, told.now),
        "check": None if check is None else _check_object(check),
        "why": _why(case),
        "counts": dict(case.counts),
        "offences": [offence_object(filed) for filed in case.offences],
        "repeat": None if repeat is None else _repeat_object(repeat),
        "acts": [_act_object(act) for act in case.acts],
        "contact": told.contact,
    }


def _check_object(check: Check) -> dict[str, object]:
    return {
        "id": check.id,
        "standard": check.standard,
        "clause": {
            "en": quote_standard(check.standard, "en"),
            "de": quote_standard(check.standard, "de"),
        },
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


def _print(told: Told, language: Language) -> None:
    words, case = WORDS[language], told.case
    print_facts(_facts(told, language))
    if case.offences:
        total = sum(case.counts.values())
        shown = words.first.format(count=len(case.offences)) if total > len(case.offences) else ""
        print_heading(words.seen.format(offences=offence_words(case.counts) + shown))
        for filed in case.offences:
            _print_offence(filed)
    print_heading(words.again)
    click.echo(_repeat_words(told.repeat, language))
    print_heading(words.remedy)
    click.echo(" ".join(_remedy(told, language)))
    if case.acts:
        print_heading(words.operators)
        print_table(words.acts, [(seconds(act.at), act.who, act.act, act.reason) for act in case.acts])


def _remedy(told: Told, language: Language) -> Iterator[str]:
    words = WORDS[language]
    if told.check is not None:
        yield told.check.remedy.said(language)
    yield words.mistake
    if told.contact:
        yield words.contact.format(contact=told.contact)


def _facts(told: Told, language: Language) -> Mapping[str, str]:
    words, ban, check = WORDS[language], told.case.ban, told.check
    why, state = say_why(_why(told.case), language), ban_state(ban, told.now)
    facts = {
        words.reference: ban.reference,
        words.network: str(ban.network),
        words.rung: f"{ban.rung}, {why}" if why else str(ban.rung),
        words.starts: seconds(ban.starts),
        words.ends: f"{seconds(ban.effective_end())} ({words.states.get(state, state)})",
        words.reason: ban.reason,
    }
    if ban.reach is Reach.APPLICATION:
        facts[words.reach] = words.shared
    if check is not None:
        facts[words.rule] = check.summary.said(language)
        facts[words.standard] = quote_standard(check.standard, language)
    return facts


def _print_offence(filed: Filed) -> None:
    offence = filed.offence
    place = offence.source if offence.line is None else f"{offence.source}:{offence.line}"
    click.echo(f"{seconds(offence.at)}  {offence.address}  {offence.check}  {printable(place)}")
    if offence.observed:
        click.echo(f"    {shortened(printable(offence.observed))}")
    click.echo(f"    {shortened(printable(offence.evidence))}")


def _repeat_words(repeat: Repeat | None, language: Language) -> str:
    words = WORDS[language]
    if repeat is None:
        return words.forgiven
    return words.repeat.format(
        until=seconds(repeat.until),
        window=render_duration(repeat.window),
        rung=repeat.rung,
        length=render_duration(repeat.length),
        later=repeat.later,
    )
