"""A command line that is longer than the standard allows."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.checks.oddities import first_of
from pforte.mail.facts import Facts
from pforte.mail.session import Oddity

ID = "mail.command-length"


def judge(facts: Facts) -> Finding | None:
    """See a command that is too long."""
    moved = first_of(facts, Oddity.LONG_COMMAND)
    if moved is None:
        return None
    return finding_of(ID, moved.observed, "a command line of at most 512 octets, and what extensions add")


CHECK = Check(
    id=ID,
    stage=Stage.CONNECT,
    standard="RFC 5321 s4.5.3.1.4",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        500,
        "5.5.2",
        Text(
            en="the command line is too long",
            de="die Befehlszeile ist zu lang",
        ),
    ),
    summary=Text(
        en="A command line was longer than 512 octets and what the extensions in use add.",
        de="Eine Befehlszeile war länger als 512 Oktette und das, was die benutzten Erweiterungen hinzufügen.",
    ),
    remedy=Text(
        en="Update the mail software; real commands are never that long.",
        de="Aktualisieren Sie die Mailsoftware; echte Befehle sind nie so lang.",
    ),
    at_once=True,
    judge=judge,
)
