"""Guessing passwords of mailboxes, over SMTP, IMAP, POP3 or ManageSieve."""

from datetime import timedelta

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Finding, Threshold
from pforte.visits.checks.proof import proof
from pforte.visits.visit import LoginFailure

ID = "visit.mail-password"
SERVICES = frozenset(("smtp", "imap", "pop3", "sieve"))


def judge_login(failure: LoginFailure) -> Finding | None:
    """Count a refused password."""
    if failure.service not in SERVICES or failure.what != "password":
        return None
    return proof(ID, failure.user, "the right password, or no more tries")


CHECK = Check(
    id=ID,
    standard="RFC 4954 s6",
    default=Mode.WATCH,
    kind=Kind.ATTACK,
    categories=(18, 11),
    summary=Text(
        en="Many log-ins to mailboxes were refused in a short time: somebody guesses passwords.",
        de="Viele Anmeldungen an Postfächern wurden in kurzer Zeit abgelehnt: Jemand rät Passwörter.",
    ),
    remedy=Text(
        en="If a phone or mail program of yours holds an old password, correct it there; the ban ends by itself."
        " Otherwise the sending machine guesses passwords to send spam with them: find the program and rebuild it.",
        de="Hat ein Telefon oder Mailprogramm von Ihnen ein altes Passwort, berichtigen Sie es dort; die Sperre endet"
        " von selbst. Sonst rät der Rechner Passwörter, um damit Spam zu versenden: Programm suchen, neu aufsetzen.",
    ),
    threshold=Threshold(15, timedelta(minutes=10)),
    judge_login=judge_login,
)
