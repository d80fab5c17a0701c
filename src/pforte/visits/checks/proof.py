"""How findings are made: the bytes that prove them, kept short."""

from pforte.visits.checks.declaration import Facts, Finding
from pforte.visits.checks.linear import Pattern
from pforte.visits.decoding import decode, decode_target
from pforte.visits.visit import Visit

MOST_BYTES = 200
"""Longest proof that is kept; the whole line stays in the evidence."""


def proof(check: str, observed: bytes, expected: str) -> Finding:
    """Return the finding of a check, its proof cut to :data:`MOST_BYTES`."""
    return Finding(check, observed[:MOST_BYTES], expected)


def proof_by_rules(check: str, facts: Facts, expected: str) -> Finding | None:
    """Return the finding of a check that request rules decide: the first rule tagged with it that matches."""
    for match in facts.rule_matches(check):
        return proof(check, match.data, expected)
    return None


def holds(visit: Visit, pattern: Pattern) -> bool:
    """Say whether a pattern (of lower-case text) stands in the decoded target, agent or referrer.

    Request rules cost some twenty times more than this, and most lines with an odd character interest none of them.
    """
    target = decode_target(visit.target)
    if pattern.search(target.path.lower()) or pattern.search(target.query.lower()):
        return True
    return any(
        pattern.search(decode(header, plus=True).lower())
        for header in (visit.agent, visit.referrer)
        if header
    )
