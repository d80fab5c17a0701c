"""What the OWASP Core Rule Set says, where the operator has it and switched it on (setting ``scan.crs``)."""

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Facts, Finding
from pforte.visits.checks.proof import MOST_BYTES, rule_words
from pforte.visits.visit import Visit

ID = "visit.core-rule-set"


def judge(_visit: Visit, facts: Facts) -> Finding | None:
    """Convict a visit whose anomaly score reaches the setting ``scan.crs_threshold``; the most severe rule is told."""
    for match in facts.rule_matches(ID):
        expected = "a request that the Core Rule Set lets through"
        return Finding(ID, match.data[:MOST_BYTES], expected, rule=rule_words(match))
    return None


CHECK = Check(
    id=ID,
    standard="House rules s1.1",
    default=Mode.WATCH,
    kind=Kind.ATTACK,
    categories=(21,),
    summary=Text(
        en="The OWASP Core Rule Set counts the request as an attack.",
        de="Das OWASP Core Rule Set zählt die Anfrage als Angriff.",
    ),
    remedy=Text(
        en="The evidence names the rule and what it saw. If the request was meant well, send us the line and what it"
        " was for; otherwise find the program that made it.",
        de="Der Beleg nennt die Regel und was sie sah. War die Anfrage gut gemeint, senden Sie uns die Zeile und ihren"
        " Zweck; sonst suchen Sie das Programm, das sie gestellt hat.",
    ),
    judge=judge,
)
