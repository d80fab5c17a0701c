"""Requests that are none: a broken request line, TLS on the plain port, NUL in a path, again and again."""

from datetime import timedelta

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Facts, Finding, Mark, Threshold
from pforte.visits.checks.proof import proof
from pforte.visits.decoding import decode_target
from pforte.visits.visit import Visit

ID = "visit.malformed-request"


def judge(visit: Visit, _facts: Facts) -> Finding | None:
    """Count a request line that is no HTTP (RFC 9112 s3) and a path with a NUL."""
    if not visit.method:
        if visit.target in (b"", b"-") or 200 <= visit.status < 400:
            return None  # a connection that was opened in advance and never used says nothing
        return proof(ID, visit.target, "a request line of method, target and version")
    if b"\0" in decode_target(visit.target).path:
        return proof(ID, visit.target, "no NUL in a path")
    return None


CHECK = Check(
    id=ID,
    standard="RFC 9112 s3",
    default=Mode.WATCH,
    kind=Kind.ATTACK,
    categories=(14, 21),
    summary=Text(
        en="Many requests in a short time that are no HTTP: broken request lines, TLS on the plain port, NUL bytes.",
        de="Viele Anfragen in kurzer Zeit, die kein HTTP sind: kaputte Anfragezeilen, TLS auf dem offenen Port, NUL-Bytes.",
    ),
    remedy=Text(
        en="Either a scanner or a program with a wrong address. If it is your program, check scheme and port:"
        " https belongs to port 443.",
        de="Entweder ein Scanner oder ein Programm mit falscher Adresse. Ist es Ihr Programm, prüfen Sie Schema und"
        " Port: https gehört auf Port 443.",
    ),
    marks=(Mark(rb"%00"),),
    statuses=(400,),
    threshold=Threshold(10, timedelta(minutes=10)),
    judge=judge,
)
