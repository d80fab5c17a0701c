"""What only the Hyperscan pass does; the common promise stands in tests/contracts/test_pass_engine.py."""

import pytest

from pforte.visits.checks.declaration import Mark
from pforte.visits.engine import installed

if "hyperscan" not in installed():
    pytest.skip("install the package hyperscan to test it", allow_module_level=True)

from pforte.visits.engine.hyperscan import _MATCHES, HyperscanPass


def test_a_line_cut_short_is_named_for_every_group_that_has_marks():
    scan = HyperscanPass(((Mark(b"a"),), (), (Mark(b"never"),)))
    assert scan.candidates(b"a" * (_MATCHES + 5)) == [(0, _MATCHES + 5, 0b101)]


def test_a_line_of_exactly_the_limit_ends_the_scan_once():
    scan = HyperscanPass(((Mark(b"a"),),))
    assert scan.candidates(b"a" * _MATCHES + b"\na") == [(0, _MATCHES, 1), (_MATCHES + 1, _MATCHES + 2, 1)]


def test_many_candidate_lines_are_all_named():
    scan = HyperscanPass(((Mark(b"a"),),))
    assert scan.candidates(b"xa\n" * 10_000) == [(at * 3, at * 3 + 2, 1) for at in range(10_000)]
