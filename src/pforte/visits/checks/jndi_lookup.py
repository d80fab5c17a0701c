"""Log4Shell and its kin: ``${jndi:...}`` anywhere in the request, nested and disguised as its senders do."""

import re

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Certainty, Check, Facts, Finding, Mark
from pforte.visits.checks.linear import linear
from pforte.visits.checks.marks import ODD_BRACE, ODD_ENCODED
from pforte.visits.checks.proof import proof
from pforte.visits.checks.spelling import BRACE, BRACE_END, COLON, DOLLAR, ODD_BYTES, SLASH
from pforte.visits.decoding import decode
from pforte.visits.visit import Visit

ID = "visit.jndi-lookup"
NESTING = 12
"""Rounds in which inner look-ups are resolved."""

_INNER = re.compile(
    rb"\$\{(?:(?:lower|upper):([^${}]{0,64})|[^${}]{0,64}?:-([^${}]{0,64})|(?:date|base64):'?([^${}']{0,64})'?)\}"
)
_JNDI = re.compile(rb"\$\{\s{0,8}jndi\s{0,8}:")
_NETWORK = linear(rb"\$\{.{0,400}?(?:ldaps?|rmi|dns|iiop|corba|nis|nds)\s{0,4}:\s{0,4}/")


def judge(visit: Visit, _facts: Facts) -> Finding | None:
    """Convict a look-up that makes a logging library fetch code."""
    for raw in (visit.target, visit.agent, visit.referrer, visit.user, visit.host):
        if b"{" not in raw and b"%" not in raw:
            continue
        plain = resolve_lookups(decode(raw).lower())
        if found := _JNDI.search(plain) or _NETWORK.search(plain):
            return proof(ID, plain[found.start() :], "no look-up for a logging library in a request")
    return None


def resolve_lookups(text: bytes) -> bytes:
    """Replace look-ups that only spell a letter by that letter, from the inside out.

    >>> resolve_lookups(b"${${lower:j}${::-n}di:ldap://x}")
    b'${jndi:ldap://x}'
    """
    for _ in range(NESTING):
        resolved = _INNER.sub(_spelled, text)
        if resolved == text:
            break
        text = resolved
    return text


def _spelled(match: re.Match[bytes]) -> bytes:
    return next((group for group in match.groups() if group is not None), b"")


def _letter(letter: bytes) -> bytes:
    """Return a pattern of a letter that may be spelled by a look-up of its own."""
    asked = rb"(?:(?:lower|upper)" + COLON + rb"|(?:[a-z]{0,8}" + COLON + rb")?[a-z]{0,8}" + COLON + rb"-)"
    return rb"(?:" + letter + rb"|" + DOLLAR + BRACE + asked + letter + BRACE_END + rb")"


_CERTAIN = Certainty(
    marks=(
        Mark(
            DOLLAR + BRACE + _letter(b"j") + _letter(b"n") + _letter(b"d") + _letter(b"i") + COLON
            + rb"(?:ldaps?|rmi|dns)" + COLON + SLASH + SLASH + rb"[a-z0-9.-]{1,80}(?:" + COLON
            + rb"[0-9]{1,5})?" + SLASH + rb"[a-z0-9]{0,32}" + BRACE_END
        ),
    ),
    doubts=(ODD_BYTES,),
)  # fmt: skip

CHECK = Check(
    id=ID,
    standard="House rules s1.1",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(15, 21),
    summary=Text(
        en="A request carries ${jndi:...}, which makes vulnerable Java programs fetch and run code (Log4Shell).",
        de="Eine Anfrage enthält ${jndi:...}; damit laden verwundbare Java-Programme fremden Code (Log4Shell).",
    ),
    remedy=Text(
        en="Nobody sends this by accident. Find the program that sent it at the time shown; if nobody started a"
        " scanner, treat the machine as compromised. Check your own Java programs for log4j before 2.17.1 too.",
        de="Das sendet niemand aus Versehen. Suchen Sie das Programm, das es zur angegebenen Zeit gesendet hat;"
        " wenn niemand einen Scanner gestartet hat, gilt der Rechner als übernommen. Prüfen Sie auch Ihre eigenen"
        " Java-Programme auf log4j vor 2.17.1.",
    ),
    marks=(ODD_ENCODED, ODD_BRACE),
    certain=_CERTAIN,
    judge=judge,
)
