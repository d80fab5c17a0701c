"""``pforte mail check``: what the policy says of mails in files."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from pforte.commands import Call
from pforte.commands.mail.judging import Mail, Manner, find_mails, judge_all
from pforte.commands.mail.session_file import NO_TLS, SessionError, tell
from pforte.commands.output import fail, note, print_json, print_table
from pforte.commands.progress import show_progress
from pforte.dns.zone_text import ZoneFileError
from pforte.mail.checks.declaration import Action
from pforte.mail.verdict import Verdict
from pforte.printable import printable


@click.command("check")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--ip", default="", help="Address of the client; without it only the message is judged.")
@click.option("--helo", default="", help="What the client called itself.")
@click.option("--from", "sender", help="Sender of the envelope; '' is the null sender.")
@click.option("--rcpt", multiple=True, help="Recipient of the envelope; may be repeated.")
@click.option("--tls", default="", help=f"Version of TLS, or {NO_TLS}; without it encryption is not judged.")
@click.option("--user", default="", help="Who the client authenticated as.")
@click.option(
    "--dns",
    default="none",
    show_default=True,
    help="none (what needs the DNS is not judged), system (the servers of the settings), or a zone file.",
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes; by default one for each core.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line for each mail.")
@click.option("--fail", "fails", is_flag=True, help="End with exit code 1 when a mail would be refused.")
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917  one parameter for each option
    call: Call,
    files: tuple[Path, ...],
    ip: str,
    helo: str,
    sender: str | None,
    rcpt: tuple[str, ...],
    tls: str,
    user: str,
    dns: str,
    jobs: int | None,
    *,
    as_json: bool,
    fails: bool,
) -> None:
    """Say what the inbound mail policy makes of the mails in FILE..., or in folders. Nothing is recorded.

    What the options tell of the session may stand for each mail in a file beside it, FILE.session.json, with the keys
    ip, names, helo, from, rcpt, tls, user and at.

    Exit codes: 0 with or without refusals (see --fail), 2 bad usage or settings, 3 a file could not be read.
    """
    try:
        told = tell(ip=ip, helo=helo, sender=sender, rcpt=rcpt, tls=tls, user=user)
    except SessionError as error:
        raise click.BadParameter(str(error).partition(": ")[2], param_hint="--ip") from error
    mails = tuple(find_mails(files))
    if not mails:
        note("there is no file")
    manner = Manner(call.settings(), told, dns)
    try:
        judged = _with_bar(judge_all(mails, manner, jobs or os.cpu_count() or 1), len(mails), quiet=as_json)
        refused, unread = _print(judged, many=len(mails) > 1, as_json=as_json)
    except ZoneFileError as error:
        fail(str(error))
    if unread:
        sys.exit(3)
    if fails and refused:
        sys.exit(1)


def verdict_object(mail: Mail) -> dict[str, object]:
    """Return one judged mail as JSON has it."""
    if mail.verdict is None:
        return {"file": str(mail.file), "error": mail.error}
    return {
        "file": str(mail.file),
        "verdict": verdict_word(mail.verdict),
        "reply": reply_of(mail.verdict),
        "findings": [
            {
                "check": judged.check.id,
                "mode": judged.action.value,
                "observed": judged.finding.observed.decode("utf-8", "backslashreplace"),
                "expected": judged.finding.expected,
                "standard": judged.check.standard,
                "temporary": judged.finding.temporary,
            }
            for judged in mail.verdict.judged
        ],
    }


def verdict_word(verdict: Verdict) -> str:
    """Return what becomes of a mail: pass, mark, defer or reject."""
    leading = verdict.leading
    if leading is not None:
        return "reject" if leading.permanent else "defer"
    return "mark" if any(judged.action is Action.MARK for judged in verdict.judged) else "pass"


def reply_of(verdict: Verdict) -> str | None:
    """Return the reply that refuses, as SMTP has it, or None."""
    if not verdict.refused:
        return None
    code, enhanced, texts = verdict.lines("")
    return f"{code} {enhanced} {texts[0]}"


def _print(judged: Iterator[Mail], *, many: bool, as_json: bool) -> tuple[int, int]:
    """Print each mail as it comes; return how many are refused and how many could not be read."""
    refused = unread = 0
    for mail in judged:
        refused += mail.verdict is not None and mail.verdict.refused
        unread += mail.verdict is None
        if as_json:
            print_json(verdict_object(mail))
        elif mail.verdict is None:
            click.echo(printable(f"Error: {mail.file}: {mail.error}"), err=True)
        else:
            _print_mail(mail, mail.verdict, many=many)
    return refused, unread


def _print_mail(mail: Mail, verdict: Verdict, *, many: bool) -> None:
    name = f"{mail.file}: " if many else ""
    click.echo(printable(f"{name}{reply_of(verdict) or verdict_word(verdict)}"))
    rows = [
        (
            judged.check.id,
            judged.action.value,
            printable(judged.check.said(judged.finding)),
            printable(judged.finding.observed),
            judged.check.standard,
        )
        for judged in verdict.judged
    ]
    if rows:
        print_table(("check", "mode", "what is wrong", "observed", "rests on"), rows)


def _with_bar(judged: Iterator[Mail], total: int, *, quiet: bool) -> Iterator[Mail]:
    """Show how far it is, where a person waits."""
    with show_progress("mails", 0 if quiet or total == 1 else total) as advance:
        for done, mail in enumerate(judged, 1):
            advance(done)
            yield mail
