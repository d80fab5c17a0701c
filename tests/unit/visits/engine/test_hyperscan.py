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


class Drawer:
    """A shelf in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: str, compiled: bytes) -> None:
        self.kept[key] = compiled


def test_a_compiled_pass_is_kept_and_taken_again():
    drawer = Drawer()
    groups = ((Mark(b"a+b"),), (Mark(b"zz"),))
    first = HyperscanPass(groups, drawer)
    assert len(drawer.kept) == 1
    again = HyperscanPass(groups, drawer)
    assert again.candidates(b"xaab\nzz") == first.candidates(b"xaab\nzz") == [(0, 4, 1), (5, 7, 2)]


def test_other_marks_are_not_taken_for_these():
    drawer = Drawer()
    HyperscanPass(((Mark(b"a"),),), drawer)
    assert HyperscanPass(((Mark(b"b"),),), drawer).candidates(b"b") == [(0, 1, 1)]
    assert HyperscanPass(((Mark(b"a", caseless=False),),), drawer).candidates(b"A") == []
    assert len(drawer.kept) == 3


def test_a_damaged_file_is_compiled_anew():
    drawer = Drawer()
    groups = ((Mark(b"a"),),)
    HyperscanPass(groups, drawer)
    (key,) = drawer.kept
    for damaged in (b"", b"nonsense", drawer.kept[key][:-9], drawer.kept[key][:200] + b"x" * 50):
        drawer.kept[key] = damaged
        assert HyperscanPass(groups, drawer).candidates(b"a") == [(0, 1, 1)]
        assert drawer.kept[key] != damaged
