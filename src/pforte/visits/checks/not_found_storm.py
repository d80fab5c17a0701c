"""Storms of 404: a program goes through a list of names that may exist."""

import re
from datetime import timedelta

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Facts, Finding, Threshold
from pforte.visits.checks.proof import proof
from pforte.visits.visit import Visit

ID = "visit.not-found-storm"

_ASKED_UNBIDDEN = re.compile(
    rb"(?i)/(?:favicon|apple-touch-icon|browserconfig|robots\.txt|sitemap|ads\.txt|app-ads\.txt|humans\.txt|security\.txt"
    rb"|site\.webmanifest|manifest\.json|\.well-known/|crossdomain\.xml|opensearch\.xml)"
    rb"|\.(?:png|jpe?g|gif|webp|svg|ico|css|js|map|woff2?|ttf|eot|mp4|webm)(?:\?|$)"
)
"""What browsers and apps fetch of themselves; a broken page asks for many of them at once."""


def judge(visit: Visit, facts: Facts) -> Finding | None:
    """Count a page that does not exist, asked for without a page that led there and by no declared crawler."""
    if visit.status not in (404, 410) or visit.referrer or visit.method not in (b"GET", b"HEAD", b"POST"):
        return None
    if _ASKED_UNBIDDEN.search(visit.target[:2048]) or facts.crawler():
        return None
    return proof(ID, visit.target, "addresses that exist, or that some page links to")


CHECK = Check(
    id=ID,
    standard="RFC 9110 s15.5.5",
    default=Mode.WATCH,
    kind=Kind.ATTACK,
    categories=(21, 15),
    summary=Text(
        en="Very many different addresses that do not exist were asked for in a short time, linked from nowhere.",
        de="In kurzer Zeit wurden sehr viele verschiedene Adressen abgefragt, die es nicht gibt und auf die nichts"
        " verweist.",
    ),
    remedy=Text(
        en="A program guesses file names. If it is your link checker or mirror, let it declare itself in its agent,"
        " read robots.txt and ask for what pages link to; otherwise find and stop it.",
        de="Ein Programm rät Dateinamen. Ist es Ihr Link-Prüfer oder Spiegel, lassen Sie ihn sich im Agent nennen,"
        " robots.txt lesen und nur abrufen, worauf Seiten verweisen; sonst suchen und beenden Sie es.",
    ),
    statuses=(404, 410),
    threshold=Threshold(40, timedelta(minutes=10), distinct=True),
    judge=judge,
)
