"""Cross-site scripting, judged by request rules with libinjection (``rules/xss.conf``)."""

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Certainty, Check, Facts, Finding, Mark
from pforte.visits.checks.marks import ODD_ENCODED, ODD_QUOTE
from pforte.visits.checks.proof import proof_by_rules
from pforte.visits.checks.spelling import (
    COLON,
    DOUBLE_QUOTE,
    EQUALS,
    GREATER,
    LESS,
    OPEN,
    OUTSIDE_PARAMETERS,
    QUOTE,
    SLASH,
    SPACE,
    VALUE,
)
from pforte.visits.visit import Visit

ID = "visit.xss"


def judge(_visit: Visit, facts: Facts) -> Finding | None:
    """Convict a visit that brings script for other visitors' browsers."""
    return proof_by_rules(ID, facts, "a value that stays text in the page it ends up in")


_CALL = rb"(?:alert|confirm|prompt|eval)" + OPEN
_QUOTED = rb"(?:" + QUOTE + rb"|" + DOUBLE_QUOTE + rb")"
_CERTAIN = Certainty(
    marks=(
        Mark(LESS + rb"script" + GREATER + rb"(?:" + _CALL + rb"|document\.)"),
        Mark(
            VALUE + rb"[!-%'-~]{0,120}(?:" + SPACE + rb"|" + SLASH + rb"|" + _QUOTED + rb")on(?:error|load|toggle"
            rb"|click|focus|mouse[a-z]{2,8})" + EQUALS + _QUOTED + rb"?" + _CALL
        ),
        Mark(VALUE + rb"javascript" + COLON + _CALL),
        Mark(VALUE + LESS + rb"iframe" + SPACE + rb"src" + EQUALS + rb"javascript" + COLON + _CALL),
        Mark(
            VALUE + rb"(?:" + _QUOTED + rb"|" + GREATER + rb"){0,3}" + LESS + rb"script" + SPACE + rb"src"
            + EQUALS + _QUOTED + rb"?(?:https?" + COLON + rb")?" + SLASH + SLASH
        ),
    ),
    doubts=OUTSIDE_PARAMETERS,
)  # fmt: skip

CHECK = Check(
    id=ID,
    standard="House rules s1.1",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(21,),
    summary=Text(
        en="A request carries script meant to run in the browsers of other visitors (cross-site scripting).",
        de="Eine Anfrage enthält Skript, das in den Browsern anderer Besucher laufen soll (Cross-Site-Scripting).",
    ),
    remedy=Text(
        en="Find the program that made the request at the time shown. If it was a vulnerability scanner, point it"
        " at your own machines only; if nobody started it, treat the machine as compromised. If a person followed"
        " a prepared link from a mail or a page, tell us where that link stands.",
        de="Suchen Sie das Programm, das die Anfrage zur angegebenen Zeit gestellt hat. War es ein"
        " Schwachstellen-Scanner, richten Sie ihn nur auf eigene Rechner; hat ihn niemand gestartet, gilt der"
        " Rechner als übernommen. Ist jemand einem präparierten Link gefolgt, sagen Sie uns, wo dieser Link steht.",
    ),
    marks=(ODD_ENCODED, ODD_QUOTE, Mark(rb"(?:java|vb)script(?::|%3a)")),
    signs=(
        Mark(rb"<\W{0,8}[a-z]|&(?:lt|#0{0,4}60|#x0{0,4}3c)"),
        Mark(rb"\bon[a-z]{3,24}\W{0,8}=|script\W{0,8}:|script&colon"),
        Mark(rb"['\"`]\W{1,16}(?:alert|confirm|prompt|eval)"),
    ),
    certain=_CERTAIN,
    judge=judge,
)
