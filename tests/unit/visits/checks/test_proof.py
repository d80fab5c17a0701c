"""Findings and their proofs."""

from pforte.visits.checks.declaration import RuleMatch
from pforte.visits.checks.proof import MOST_BYTES, proof, proof_by_rules


def test_a_proof_is_kept_short():
    """A hostile target of 64 KiB is not kept twice."""
    assert len(proof("visit.xss", b"x" * 9999, "less").observed) == MOST_BYTES


def test_the_first_matching_rule_is_the_proof(facts):
    """Rules of other checks do not count."""
    told = facts(matches=(RuleMatch(1, "visit.xss", "", b"a"), RuleMatch(2, "visit.sql-injection", "", b"b")))
    finding = proof_by_rules("visit.sql-injection", told, "none")
    assert finding is not None
    assert finding.observed == b"b"
    assert proof_by_rules("visit.trap", told, "none") is None
