"""Findings and their proofs."""

from dataclasses import replace

import pytest

from pforte.visits.checks.declaration import RuleMatch
from pforte.visits.checks.linear import linear
from pforte.visits.checks.proof import MOST_BYTES, holds, proof, proof_by_rules
from pforte.visits.visit import Visit

EMPTY = Visit("192.0.2.1", 0.0, b"GET", b"/", b"HTTP/1.1", 200, b"", b"", b"", b"")


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


@pytest.mark.parametrize(
    "fields",
    [
        {"target": b"/NEEDLE"},
        {"target": b"/?x=%6eeedle"},
        {"target": b"/?x=%256eeedle"},
        {"agent": b"a Needle"},
        {"referrer": b"https://x.example/?q=needl%65"},
    ],
)
def test_decoded_parts_are_searched(fields):
    """Whatever the spelling."""
    assert holds(replace(EMPTY, **fields), linear(b"needle"))


def test_what_is_absent_is_not_found():
    """Method, host and user are not searched."""
    assert not holds(replace(EMPTY, host=b"needle", user=b"needle"), linear(b"needle"))
