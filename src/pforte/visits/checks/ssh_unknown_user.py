"""Trying one name after the other over SSH that does not exist."""

from datetime import timedelta

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Finding, Threshold
from pforte.visits.checks.proof import proof
from pforte.visits.visit import LoginFailure

ID = "visit.ssh-unknown-user"


def judge_login(failure: LoginFailure) -> Finding | None:
    """Count a name that does not exist."""
    if failure.service != "ssh" or failure.what != "unknown-user":
        return None
    return proof(ID, failure.user, "a name that exists here")


CHECK = Check(
    id=ID,
    standard="House rules s1.4",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(22, 18),
    summary=Text(
        en="Several log-ins over SSH were tried with names that do not exist here.",
        de="Über SSH wurden mehrere Anmeldungen mit Namen versucht, die es hier nicht gibt.",
    ),
    remedy=Text(
        en="A person mistypes a name once or twice; a list of names (admin, test, oracle ...) comes from a program."
        " Look for unknown processes and cron jobs on the sending machine and rebuild it; if a tool of yours has a"
        " wrong address or name, correct it.",
        de="Ein Mensch vertippt sich ein- oder zweimal; eine Liste von Namen (admin, test, oracle ...) kommt von einem"
        " Programm. Suchen Sie auf dem sendenden Rechner nach unbekannten Prozessen und cron-Einträgen und setzen Sie"
        " ihn neu auf; hat ein Werkzeug von Ihnen Adresse oder Namen falsch, berichtigen Sie es.",
    ),
    threshold=Threshold(3, timedelta(minutes=30), distinct=True),
    judge_login=judge_login,
)
