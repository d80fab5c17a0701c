"""Trap paths."""

import pytest

from pforte.visits.checks import trap


def test_whoever_asks_for_a_trap_is_convicted(asking, facts):
    """Agent and status do not matter."""
    finding = asking(trap.CHECK)(b"/trap/x", facts(trapped="/trap/"), status=404)
    assert finding is not None
    assert "/trap/" in finding.expected


@pytest.mark.parametrize("target", [b"/", b"/trap/x"])
def test_without_a_trap_nobody_is(asking, target):
    """The facts know the traps of the site, nobody else."""
    assert asking(trap.CHECK)(target) is None
