"""Guessing passwords over SSH.

An ssh client asks a person three times per connection, and sshd writes up to four lines about it; two connections
with a forgotten password stay below the count, a program that goes on does not.
"""

from datetime import timedelta

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Finding, Threshold
from pforte.visits.checks.proof import proof
from pforte.visits.visit import LoginFailure

ID = "visit.ssh-password"


def judge_login(failure: LoginFailure) -> Finding | None:
    """Count a refused log-in, whether the name exists or not."""
    if failure.service != "ssh" or failure.what not in ("password", "unknown-user"):
        return None
    return proof(ID, failure.user, "the right password, or no more tries")


CHECK = Check(
    id=ID,
    standard="House rules s1.4",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(22, 18),
    summary=Text(
        en="Many passwords were refused over SSH in a short time: somebody guesses them.",
        de="Viele Passwörter wurden über SSH in kurzer Zeit abgelehnt: Jemand rät sie.",
    ),
    remedy=Text(
        en="If it is your own program with an old password or key, correct it; the ban ends by itself. Otherwise the"
        " sending machine guesses passwords for somebody else: look for unknown processes and cron jobs, rebuild it,"
        " and allow keys only for its own SSH.",
        de="Ist es Ihr eigenes Programm mit altem Passwort oder Schlüssel, berichtigen Sie es; die Sperre endet von"
        " selbst. Sonst rät der Rechner Passwörter für einen Fremden: nach unbekannten Prozessen und cron-Einträgen"
        " sehen, neu aufsetzen, und für sein eigenes SSH nur Schlüssel erlauben.",
    ),
    threshold=Threshold(7, timedelta(minutes=10)),
    judge_login=judge_login,
)
