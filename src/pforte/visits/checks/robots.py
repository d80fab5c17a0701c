"""Crawlers that ask for what robots.txt forbids them (RFC 9309)."""

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Facts, Finding
from pforte.visits.checks.proof import MOST_BYTES, MOST_RULE
from pforte.visits.visit import Visit

ID = "visit.robots"


def judge(visit: Visit, facts: Facts) -> Finding | None:
    """Convict a declared crawler on a path that has been disallowed to it for at least 24 hours."""
    rule = facts.robots_rule()
    if not rule:
        return None
    return Finding(ID, visit.target[:MOST_BYTES], rule, facts.verifiable_crawler(), rule[:MOST_RULE])


CHECK = Check(
    id=ID,
    standard="RFC 9309 s2.2.2",
    default=Mode.ENFORCE,
    kind=Kind.STANDARDS,
    categories=(19,),
    summary=Text(
        en="A crawler asked for a path that the site's robots.txt forbids it.",
        de="Ein Crawler fragte einen Pfad ab, den ihm die robots.txt der Website verbietet.",
    ),
    remedy=Text(
        en="Let the crawler read /robots.txt at least once a day and obey the group that names it, or the group '*'"
        " (RFC 9309 sections 2.2 and 2.4). The rule it broke stands in the explanation.",
        de="Lassen Sie den Crawler mindestens täglich /robots.txt lesen und die Gruppe befolgen, die ihn nennt, sonst"
        " die Gruppe '*' (RFC 9309, Abschnitte 2.2 und 2.4). Die verletzte Regel steht in der Erklärung.",
    ),
    judge=judge,
)
