"""Methods the site does not offer, tried again and again: TRACE, WebDAV, invented ones."""

import re
from datetime import timedelta

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Facts, Finding, Threshold
from pforte.visits.checks.proof import proof
from pforte.visits.visit import Visit

ID = "visit.method-abuse"

_WEBDAV = frozenset(
    (b"PROPFIND", b"PROPPATCH", b"MKCOL", b"COPY", b"MOVE", b"LOCK", b"UNLOCK", b"SEARCH", b"REPORT", b"ACL")
)
_NEVER = frozenset((b"TRACE", b"TRACK", b"DEBUG"))
_USUAL = frozenset(
    (b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"CONNECT", b"QUERY", b"PRI")
)
_OFFICE = re.compile(
    rb"(?i)microsoft[ -](?:webdav|office|data access)|ms front ?page|gvfs/|davfs|webdavfs/|davclnt|neon/"
)
"""Desktops that ask every server for WebDAV when a person opens a link to a document."""


def judge(visit: Visit, facts: Facts) -> Finding | None:
    """Count a refused request with a method that no site offers to strangers."""
    method = visit.method
    if not method or method in _USUAL:
        return None
    if method in _WEBDAV and (facts.site_runs("webdav") or _OFFICE.search(visit.agent[:256])):
        return None
    if method in _NEVER or method in _WEBDAV or visit.status in (400, 405, 501):
        return proof(ID, method + b" " + visit.target, "a method that the site offers")
    return None


CHECK = Check(
    id=ID,
    standard="RFC 9110 s15.5.6",
    default=Mode.WATCH,
    kind=Kind.ATTACK,
    categories=(21,),
    summary=Text(
        en="Methods that the site refuses (TRACE, PROPFIND, invented ones) are tried again and again.",
        de="Methoden, die die Website ablehnt (TRACE, PROPFIND, erfundene), werden immer wieder probiert.",
    ),
    remedy=Text(
        en="A scanner looks for servers that let strangers write files. If it is a WebDAV client of a person, correct"
        " its address: there is no WebDAV here.",
        de="Ein Scanner sucht Server, auf denen Fremde Dateien schreiben dürfen. Ist es der WebDAV-Client eines"
        " Menschen, berichtigen Sie dessen Adresse: Hier gibt es kein WebDAV.",
    ),
    statuses=(400, 403, 404, 405, 501),
    threshold=Threshold(5, timedelta(minutes=10)),
    judge=judge,
)
