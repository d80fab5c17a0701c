"""How findings are made: the bytes that prove them, kept short."""

from pforte.printable import printable
from pforte.visits.checks.declaration import Facts, Finding, RuleMatch

MOST_BYTES = 200
"""Longest proof that is kept; the whole line stays in the evidence."""
MOST_RULE = 500
"""Longest rule that is told, in characters."""
_MOST_DATA = 80


def proof(check: str, observed: bytes, expected: str) -> Finding:
    """Return the finding of a check, its proof cut to :data:`MOST_BYTES`."""
    return Finding(check, observed[:MOST_BYTES], expected)


def proof_by_rules(check: str, facts: Facts, expected: str) -> Finding | None:
    """Return the finding of a check that request rules decide: the first rule tagged with it that matches."""
    for match in facts.rule_matches(check):
        return proof(check, match.data, expected)
    return None


def rule_words(match: RuleMatch) -> str:
    """Say which rule matched where and what: number, its own message, variable and the bytes, cut short.

    >>> rule_words(RuleMatch(942100, "visit.core-rule-set", "ARGS:id", b"1' or 1=1", "SQL Injection"))
    "942100 SQL Injection; ARGS:id: 1' or 1=1"
    """
    data = match.data[:_MOST_DATA].decode("utf-8", "backslashreplace")
    more = "..." if len(match.data) > _MOST_DATA else ""
    where = f"{match.variable}: " if match.variable else ""
    rule = f"{match.rule} {match.message}".rstrip()
    return printable(f"{rule}; {where}{data}{more}")[:MOST_RULE]
