"""Guessing passwords over HTTP: refused credentials again and again."""

import re
from datetime import timedelta

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Facts, Finding, Mark, Threshold
from pforte.visits.checks.proof import proof
from pforte.visits.decoding import decode_target, normalise_path
from pforte.visits.visit import Visit

ID = "visit.http-login"

_LOGIN = re.compile(
    rb"/(?:log[_-]?in|sign[_-]?in|logon|auth|authenticate|session|sessions|token|user/login|wp-login\.php)(?:[./]|$)"
)


def judge(visit: Visit, facts: Facts) -> Finding | None:
    """Count credentials that were refused: 401 with a user's name, a refused log-in form, WordPress's 200.

    A browser's first request for a protected page gets 401 too, before it asks the person (RFC 9110 s11.6.1);
    it carries no name and counts nothing.
    """
    if visit.status == 401:
        if visit.user:
            return proof(ID, visit.user + b" " + visit.target, "the right password, or no more tries")
        if visit.method == b"POST" and _LOGIN.search(_path(visit)):
            return proof(ID, visit.target, "the right password, or no more tries")
        return None
    form = visit.method == b"POST" and visit.status == 200  # a right password is answered with a redirect
    if form and facts.site_runs("wordpress") and _path(visit).endswith(b"/wp-login.php"):
        return proof(ID, visit.target, "the right password, or no more tries")
    return None


def _path(visit: Visit) -> bytes:
    return normalise_path(decode_target(visit.target).path)


CHECK = Check(
    id=ID,
    standard="RFC 9110 s11.6.1",
    default=Mode.WATCH,
    kind=Kind.ATTACK,
    categories=(18, 21),
    summary=Text(
        en="Many log-ins over HTTP were refused in a short time: somebody guesses passwords.",
        de="Viele Anmeldungen über HTTP wurden in kurzer Zeit abgelehnt: Jemand rät Passwörter.",
    ),
    remedy=Text(
        en="If it is your own program or phone with an old password, correct the password; the ban ends by itself."
        " Otherwise the sending machine runs a password guesser: find it, and treat the machine as compromised.",
        de="Ist es Ihr eigenes Programm oder Telefon mit altem Passwort, berichtigen Sie das Passwort; die Sperre endet"
        " von selbst. Sonst läuft auf dem Rechner ein Passwort-Rater: suchen, und den Rechner als übernommen behandeln.",
    ),
    marks=(Mark(rb"wp-login\.php"),),
    statuses=(401,),
    threshold=Threshold(20, timedelta(minutes=10)),
    judge=judge,
)
