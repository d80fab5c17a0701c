"""What only the RE2 pass does; the common promise stands in tests/contracts/test_pass_engine.py."""

import pytest

from pforte.visits.checks.declaration import Mark
from pforte.visits.engine import installed

if "re2" not in installed():
    pytest.skip("install the package google-re2 to test it", allow_module_level=True)

from pforte.visits.engine.re2 import Re2Pass


def test_ignoring_case_stays_with_its_mark():
    scan = Re2Pass(((Mark(b"alpha"),), (Mark(b"Beta", caseless=False),)))
    assert scan.candidates(b"ALPHA\nbeta\nBeta") == [(0, 5, 1), (11, 15, 2)]


def test_an_alternative_stays_with_its_mark():
    scan = Re2Pass(((Mark(b"one|two"),), (Mark(b"three"),)))
    assert [groups for *_, groups in scan.candidates(b"one\ntwo\nthree")] == [1, 1, 2]
