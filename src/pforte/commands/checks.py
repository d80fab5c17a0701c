"""``pforte checks``: which checks there are, what each says, and what they make of one line or request."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import click

from pforte.bans.offence import Mode
from pforte.clock import SystemClock
from pforte.commands import Call, Group
from pforte.commands.check_names import parse_check
from pforte.commands.output import counted, fail, print_facts, print_heading, print_json, print_table
from pforte.commands.scanning import ScanningError, read_rules, sites_offline
from pforte.languages import Language
from pforte.mail.checks import CHECKS as MAIL_CHECKS
from pforte.mail.checks.reference import render_policy
from pforte.printable import printable
from pforte.settings.durations import render_duration
from pforte.settings.table import Settings
from pforte.visits.checks import CHECKS
from pforte.visits.checks.declaration import Check, Threshold
from pforte.visits.checks.house_rules import quote_standard, render_house_rules
from pforte.visits.checks.impersonated_crawler import ID as IMPERSONATED
from pforte.visits.checks.reference import describe_threshold, render_reference
from pforte.visits.checks.trial import Trial, try_login, try_visit
from pforte.visits.duties import on_duty
from pforte.visits.facts import VisitFacts
from pforte.visits.formats.catalogue import find_format
from pforte.visits.formats.detect import detect
from pforte.visits.formats.format import Format, FormatError
from pforte.visits.visit import LoginFailure, Visit

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@click.group("checks", invoke_without_command=True, cls=Group)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per check.")
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> None:
    """List the checks of visits; `show` explains one, `try` asks them all about a line."""
    if context.invoked_subcommand is not None:
        return
    settings = context.obj.settings()
    if as_json:
        for check in CHECKS:
            print_json(_told(check, settings))
        return
    rows = []
    for check in CHECKS:
        mode, threshold = _duty(check, settings)
        rows.append(
            (check.id, check.kind, mode, describe_threshold(threshold), check.standard, check.summary.en)
        )
    print_table(("check", "kind", "mode", "makes an offence", "rests on", "summary"), rows)


@command.command("show")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def show(call: Call, slug: str, *, as_json: bool) -> None:
    """Explain the check SLUG in both languages: what it sees, what it rests on, and what the other side can do."""
    slug = parse_check(slug, "SLUG")
    (check,) = (check for check in CHECKS if check.id == slug)
    settings = call.settings()
    if as_json:
        print_json(_told(check, settings))
        return
    mode, threshold = _duty(check, settings)
    print_facts(
        {
            "check": check.id,
            "kind": check.kind,
            "mode": mode,
            "makes an offence": describe_threshold(threshold),
            "AbuseIPDB": ", ".join(map(str, check.categories)),
        }
    )
    languages: tuple[tuple[str, Language], ...] = (("English", "en"), ("Deutsch", "de"))
    for heading, language in languages:
        print_heading(heading)
        click.echo(check.summary.said(language))
        click.echo(quote_standard(check.standard, language))
        click.echo(check.remedy.said(language))


@command.command("reference")
def reference() -> None:
    """Print the reference page of all checks (Markdown)."""
    click.echo(render_reference(CHECKS), nl=False)


@command.command("house-rules")
def house_rules() -> None:
    """Print the page of the house rules (Markdown)."""
    click.echo(render_house_rules((*CHECKS, *MAIL_CHECKS)), nl=False)


@command.command("mail-policy")
def mail_policy() -> None:
    """Print the page of the inbound mail policy (Markdown)."""
    click.echo(render_policy(MAIL_CHECKS), nl=False)


@command.command("try")
@click.option("--line", help="A line of a log, as it stands there.")
@click.option("--request", "asked", help="A request such as 'GET /x?id=1'.")
@click.option(
    "--format",
    "written",
    default="auto",
    help="With --line: format of the line; found by itself unless given.",
)
@click.option("--agent", default=AGENT, help="With --request: the User-Agent; a browser unless given.")
@click.option("--referrer", default="", help="With --request: the Referer.")
@click.option(
    "--status",
    type=click.IntRange(100, 999),
    default=404,
    show_default=True,
    help="With --request: the answer.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per check that is concerned.")
@click.pass_obj
def try_one(  # noqa: PLR0913, PLR0917  one parameter for each option
    call: Call,
    line: str | None,
    asked: str | None,
    written: str,
    agent: str,
    referrer: str,
    status: int,
    *,
    as_json: bool,
) -> None:
    """Say what the checks make of one line or one request, and which parts decide.

    Exit codes: 0 whatever they say, 1 when the line says nothing to judge, 2 bad usage.
    """
    if (line is None) == (asked is None):
        raise click.UsageError("give either --line or --request")
    now = SystemClock().now()
    raw = (
        line.encode("utf-8", "surrogateescape")
        if line is not None
        else _as_line(asked or "", agent, referrer, status, now)
    )
    settings = call.settings()
    event = _read(raw, "combined" if line is None else written, now)
    trials = _try(settings, raw, event)
    if as_json:
        for trial in trials:
            print_json(_outcome(trial, settings))
        return
    _show(trials, settings)


def _duty(check: Check, settings: Settings) -> tuple[Mode, Threshold | None]:
    """Return mode and threshold as the operator wants them."""
    for duty in on_duty((check,), settings.check):
        return duty.mode, duty.threshold
    return Mode.OFF, check.threshold


def _told(check: Check, settings: Settings) -> Mapping[str, object]:
    mode, threshold = _duty(check, settings)
    return {
        "check": check.id,
        "kind": check.kind,
        "mode": mode,
        "default": check.default,
        "threshold": threshold
        and {
            "count": threshold.count,
            "window": render_duration(threshold.window),
            "distinct": threshold.distinct,
        },
        "standard": check.standard,
        "categories": check.categories,
        "summary": {"en": check.summary.en, "de": check.summary.de},
        "remedy": {"en": check.remedy.en, "de": check.remedy.de},
    }


def _as_line(asked: str, agent: str, referrer: str, status: int, now: datetime) -> bytes:
    """Write a request as a server would log it."""
    words = asked if " HTTP/" in asked else f"{asked} HTTP/1.1"
    if " " not in asked.strip():
        raise click.BadParameter("write method and target, such as 'GET /x?id=1'", param_hint="--request")
    fields = [_escaped(text) for text in (words, referrer or "-", agent or "-")]
    stamp = now.astimezone(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000").encode()
    return b'192.0.2.1 - - [%b] "%b" %d 0 "%b" "%b"' % (stamp, fields[0], status, fields[1], fields[2])


def _escaped(text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    return b"".join(
        bytes((byte,)) if 0x20 <= byte < 0x7F and byte not in b'"\\' else b"\\x%02x" % byte for byte in raw
    )


def _read(raw: bytes, written: str, now: datetime) -> Visit | LoginFailure:
    at = now.timestamp()
    try:
        log: Format = detect(raw, at) if written == "auto" else find_format(written, at)
    except FormatError as error:
        if written != "auto":
            raise click.BadParameter(str(error), param_hint="--format") from error
        fail(f"{error}; name the format of the line with --format")
    event = log.parse(raw, UTC, at)
    if event is None:
        fail(f"the line says nothing to judge when it is read as {log.name}")
    return event


def _try(settings: Settings, raw: bytes, event: Visit | LoginFailure) -> tuple[Trial, ...]:
    if isinstance(event, LoginFailure):
        return tuple(trial for trial in try_login(CHECKS, event) if trial.concerned)
    try:
        facts = VisitFacts(read_rules(settings), sites_offline(settings, None), lambda _: True)
    except ScanningError as error:
        fail(str(error))
    facts.turn(event, event.host, fetched=False)
    return tuple(trial for trial in try_visit(CHECKS, raw, event, facts) if trial.concerned)


def _outcome(trial: Trial, settings: Settings) -> Mapping[str, object]:
    finding = trial.finding
    mode, threshold = _duty(trial.check, settings)
    return {
        "check": trial.check.id,
        "mode": mode,
        "verdict": _verdict(trial, threshold),
        "observed": printable(finding.observed) if finding else "",
        "expected": finding.expected if finding else "",
        "rule": finding.rule if finding else "",
        "claim": finding.claim if finding else "",
        "marks": [printable(mark) for mark in trial.marks],
        "status": trial.status,
    }


def _verdict(trial: Trial, threshold: Threshold | None) -> str:
    if trial.finding is None:
        return "nothing"
    if trial.check.id == IMPERSONATED:
        return "a claim to be proven"
    return "offence" if threshold is None else f"counts as one of {describe_threshold(threshold)}"


def _show(trials: Iterable[Trial], settings: Settings) -> None:
    rows = []
    for trial in trials:
        outcome = _outcome(trial, settings)
        reasons = [counted(len(trial.marks), "mark")] if trial.marks else []
        reasons += ["status"] if trial.status else []
        rows.append(
            (
                trial.check.id,
                str(outcome["mode"]),
                str(outcome["verdict"]),
                ", ".join(reasons),
                str(outcome["rule"] or outcome["observed"]),
            )
        )
    if not rows:
        click.echo("Nothing in it concerns any check.")
        return
    print_table(("check", "mode", "verdict", "looked because of", "observed"), rows)
