"""Findings and their proofs."""

from pforte.visits.checks.declaration import RuleMatch
from pforte.visits.checks.proof import MOST_BYTES, MOST_RULE, proof, proof_by_rules, rule_words


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


def test_a_rule_is_told_in_one_bounded_printable_line():
    """It is shown on terminals and pages, whatever the request held."""
    told = rule_words(RuleMatch(9, "visit.core-rule-set", "ARGS:\x1b" * 99, b"\x00\xff" * 999, "\n" * 200))
    assert told.isprintable()
    assert len(told) == MOST_RULE


def test_a_rule_without_words_is_told_by_its_number():
    """Not every rule has a message or tells where it matched."""
    assert rule_words(RuleMatch(9, "visit.core-rule-set", "", b"x" * 99)) == f"9; {'x' * 80}..."
