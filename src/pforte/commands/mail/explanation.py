"""What is told of a judged mail under its reference: what was observed and expected, which standard, how to mend it."""

from collections.abc import Mapping

import click

from pforte.checks import CHECKS
from pforte.clock import render_time
from pforte.commands.output import print_facts, print_heading, seconds, shortened
from pforte.languages import Language, Text
from pforte.mail.case import KeptFinding, MailCase
from pforte.mail.checks.declaration import Action, Check, Finding
from pforte.printable import printable
from pforte.visits.checks.house_rules import quote_standard

_DONE: Mapping[Action, Text] = {
    Action.OFF: Text(en="nothing", de="nichts"),
    Action.WATCH: Text(en="recorded only", de="nur vermerkt"),
    Action.MARK: Text(en="marked in its header", de="im Kopf vermerkt"),
    Action.DEFER: Text(en="put off (temporary)", de="aufgeschoben (vorübergehend)"),
    Action.REJECT: Text(en="refused", de="abgelehnt"),
}
_LABELS: Mapping[str, Text] = {
    "reference": Text(en="reference", de="Referenz"),
    "at": Text(en="judged", de="beurteilt"),
    "client": Text(en="client", de="Client"),
    "helo": Text(en="greeting", de="Begrüßung"),
    "tls": Text(en="encryption", de="Verschlüsselung"),
    "sender": Text(en="sender", de="Absender"),
    "recipients": Text(en="recipients", de="Empfänger"),
    "queue": Text(en="queue", de="Warteschlange"),
    "done": Text(en="done", de="getan"),
    "would": Text(en="would have been", de="wäre sonst"),
    "wrong": Text(en="what is wrong", de="was falsch ist"),
    "observed": Text(en="observed", de="gesehen"),
    "expected": Text(en="expected", de="erwartet"),
    "rests": Text(en="rests on", de="beruht auf"),
    "remedy": Text(en="remedy", de="Abhilfe"),
}
_NONE = Text(en="none", de="keine")


def mail_object(case: MailCase, contact: str) -> dict[str, object]:
    """Return a judged mail as JSON has it; everything in both languages."""
    return {
        "reference": case.reference,
        "at": render_time(case.at),
        "address": str(case.address),
        "helo": case.helo,
        "tls": case.tls or None,
        "user": case.user or None,
        "sender": case.sender,
        "recipients": list(case.recipients),
        "queue": case.queue or None,
        "action": case.action.value,
        "wanted": case.wanted.value,
        "findings": [_finding_object(finding) for finding in case.findings],
        "header": case.header.decode("utf-8", "backslashreplace"),
        "contact": contact or None,
    }


def print_mail(case: MailCase, contact: str, language: Language) -> None:
    """Print a judged mail for people."""
    facts = {
        _say("reference", language): case.reference,
        _say("at", language): seconds(case.at),
        _say("client", language): str(case.address),
        _say("helo", language): printable(case.helo),
        _say("tls", language): printable(case.tls) or _NONE.said(language),
        _say("sender", language): printable(case.sender or "<>"),
        _say("recipients", language): printable(", ".join(case.recipients)),
        _say("queue", language): printable(case.queue),
        _say("done", language): _DONE[case.action].said(language),
    }
    if case.wanted is not case.action:
        facts[_say("would", language)] = _DONE[case.wanted].said(language)
    print_facts({label: value for label, value in facts.items() if value})
    for finding in case.findings:
        print_heading(f"{finding.check}: {_DONE[finding.action].said(language)}")
        print_facts(_finding_facts(finding, language))
    if contact:
        click.echo()
        click.echo(contact)


def _finding_facts(finding: KeptFinding, language: Language) -> dict[str, str]:
    check = _check_of(finding)
    facts = {} if check is None else {_say("wrong", language): check.said(_as_found(finding), language)}
    facts[_say("observed", language)] = shortened(printable(finding.observed))
    facts[_say("expected", language)] = printable(finding.expected)
    if check is not None:
        facts[_say("rests", language)] = quote_standard(check.standard, language)
        facts[_say("remedy", language)] = check.remedy.said(language)
    return {label: value for label, value in facts.items() if value}


def _finding_object(finding: KeptFinding) -> dict[str, object]:
    check = _check_of(finding)
    told: dict[str, object] = {
        "check": finding.check,
        "action": finding.action.value,
        "wanted": finding.wanted.value,
        "temporary": finding.temporary,
        "observed": finding.observed.decode("utf-8", "backslashreplace"),
        "expected": finding.expected,
    }
    if check is not None:
        reply = check.temporary if finding.temporary and check.temporary else check.reply
        told |= {
            "standard": check.standard,
            "reply": f"{reply.code} {reply.enhanced}",
            "said": {"en": check.said(_as_found(finding), "en"), "de": check.said(_as_found(finding), "de")},
            "summary": {"en": check.summary.en, "de": check.summary.de},
            "remedy": {"en": check.remedy.en, "de": check.remedy.de},
        }
    return told


def _say(label: str, language: Language) -> str:
    return _LABELS[label].said(language)


def _check_of(finding: KeptFinding) -> Check | None:
    """Return the check, or None where a later version has it no more."""
    check = CHECKS.get(finding.check)
    return check if isinstance(check, Check) else None


def _as_found(finding: KeptFinding) -> Finding:
    return Finding(
        check=finding.check,
        observed=finding.observed,
        expected=finding.expected,
        values=finding.values,
        temporary=finding.temporary,
    )
