"""How findings are made: the bytes that prove them, kept short."""

from pforte.visits.checks.declaration import Facts, Finding

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
