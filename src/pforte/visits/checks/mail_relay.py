"""Tries to send mail through the server to third parties."""

from datetime import timedelta

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Finding, Threshold
from pforte.visits.checks.proof import proof
from pforte.visits.visit import LoginFailure

ID = "visit.mail-relay"


def judge_login(failure: LoginFailure) -> Finding | None:
    """Count a refused try to relay."""
    if failure.what != "relay":
        return None
    return proof(ID, failure.user, "mail to recipients of this server only")


CHECK = Check(
    id=ID,
    standard="RFC 5321 s7.9",
    default=Mode.WATCH,
    kind=Kind.SPAM,
    categories=(11,),
    summary=Text(
        en="Mail to third parties was to be sent through this server, without a log-in, again and again.",
        de="Über diesen Server sollte immer wieder ohne Anmeldung Mail an Dritte versandt werden.",
    ),
    remedy=Text(
        en="If you are a customer, switch on the log-in for sending in your mail program (port 587). Otherwise a"
        " program looks for open relays: find and stop it.",
        de="Sind Sie Kunde, schalten Sie im Mailprogramm die Anmeldung beim Senden ein (Port 587). Sonst sucht ein"
        " Programm nach offenen Relais: suchen und beenden Sie es.",
    ),
    threshold=Threshold(3, timedelta(hours=1), acts=True),
    judge_login=judge_login,
)
