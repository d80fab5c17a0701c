"""Robots that fill every form with advertising, and leave their own report in the address."""

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Facts, Finding
from pforte.visits.checks.linear import linear
from pforte.visits.checks.proof import proof
from pforte.visits.decoding import decode
from pforte.visits.visit import Visit

ID = "visit.form-spam"

_REPORT = linear(
    rb"result:[ +]{1,8}(?:chosen[ +]nickname|[^;]{0,80}(?:registered|captcha|nickname|\bform\b|posted|only registration|profile|no post))"
    rb"|result:[ +]{1,8}[^\x00-\x7f]{2}[^;]{0,120}(?:recaptcha|captcha|nick|\"[a-z0-9]{4,24}\")"
)


def judge(visit: Visit, facts: Facts) -> Finding | None:
    """Convict an address that carries the report of a form-filling robot (XRumer) and does not exist.

    A crawler may find such an address in a published log and follow it; it is spared. Because the agent decides
    that, the check has no marks: what a mark finds is judged by the request alone.
    """
    if b"+" not in visit.target and b"%" not in visit.target:
        return None
    text = decode(visit.target).lower()
    found = _REPORT.search(text)
    if not found or facts.crawler():
        return None
    return proof(ID, text[found.start() :], "no report of a spam robot in an address")


CHECK = Check(
    id=ID,
    standard="House rules s2.1",
    default=Mode.ENFORCE,
    kind=Kind.SPAM,
    categories=(10,),
    summary=Text(
        en="A robot that posts advertising into forms and forums left its own report in the address it asked for.",
        de="Ein Roboter, der Werbung in Formulare und Foren schreibt, hinterließ seinen Bericht in der abgefragten"
        " Adresse.",
    ),
    remedy=Text(
        en="The text 'Result: chosen nickname ...' is written by XRumer and programs like it. Find the program or the"
        " open proxy on the sending machine and stop it.",
        de="Den Text 'Result: chosen nickname ...' schreiben XRumer und ähnliche Programme. Suchen Sie auf dem sendenden"
        " Rechner das Programm oder den offenen Proxy und beenden Sie es.",
    ),
    statuses=(403, 404, 410),
    needs=b"+%",
    judge=judge,
)
