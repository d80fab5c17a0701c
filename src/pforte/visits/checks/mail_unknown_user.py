"""Trying mailboxes that do not exist."""

from datetime import timedelta

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Finding, Threshold
from pforte.visits.checks.mail_password import SERVICES
from pforte.visits.checks.proof import proof
from pforte.visits.visit import LoginFailure

ID = "visit.mail-unknown-user"


def judge_login(failure: LoginFailure) -> Finding | None:
    """Count a mailbox that does not exist."""
    if failure.service not in SERVICES or failure.what != "unknown-user":
        return None
    return proof(ID, failure.user, "a mailbox that exists here")


CHECK = Check(
    id=ID,
    standard="House rules s1.4",
    default=Mode.WATCH,
    kind=Kind.ATTACK,
    categories=(18, 11),
    summary=Text(
        en="Log-ins to several mailboxes that do not exist were tried.",
        de="Es wurden Anmeldungen an mehreren Postfächern versucht, die es nicht gibt.",
    ),
    remedy=Text(
        en="One wrong name is a typing mistake; several different ones are a list. Correct the account name in your"
        " mail program, or find the program that goes through the list.",
        de="Ein falscher Name ist ein Tippfehler; mehrere verschiedene sind eine Liste. Berichtigen Sie den Kontonamen"
        " in Ihrem Mailprogramm, oder suchen Sie das Programm, das die Liste abarbeitet.",
    ),
    threshold=Threshold(3, timedelta(hours=1), distinct=True),
    judge_login=judge_login,
)
