"""Trying one line against the checks: what made each of them look, and what it says."""

from collections.abc import Iterable
from dataclasses import dataclass

from pforte.visits.checks.declaration import Check, Facts, Finding, Mark
from pforte.visits.engine import build
from pforte.visits.visit import LoginFailure, Visit


@dataclass(frozen=True, slots=True)
class Trial:
    """What one check makes of a line.

    Attributes:
        check: the check.
        marks: patterns of its marks that stand in the line.
        status: whether the answer's status makes it look.
        finding: what it saw, or None.
    """

    check: Check
    marks: tuple[bytes, ...]
    status: bool
    finding: Finding | None

    @property
    def concerned(self) -> bool:
        """Whether anything in the line concerns the check."""
        return bool(self.marks) or self.status or self.finding is not None


def try_visit(checks: Iterable[Check], line: bytes, visit: Visit, facts: Facts) -> tuple[Trial, ...]:
    """Ask every check about one HTTP visit, also those that the scan would not ask.

    Args:
        checks: in their order.
        line: the line as logged, for the marks.
        visit: what the line says.
        facts: about the visit.
    """
    asked = [check for check in checks if check.judge is not None]
    found = _marks_in(line, [mark for check in asked for mark in check.marks])
    return tuple(
        Trial(
            check,
            tuple(mark.pattern for mark in check.marks if mark in found),
            visit.status in check.statuses,
            check.judge(visit, facts) if check.judge else None,
        )
        for check in asked
    )


def try_login(checks: Iterable[Check], failure: LoginFailure) -> tuple[Trial, ...]:
    """Ask every check about one login failure."""
    return tuple(
        Trial(check, (), status=False, finding=check.judge_login(failure))
        for check in checks
        if check.judge_login is not None
    )


def _marks_in(line: bytes, marks: list[Mark]) -> frozenset[Mark]:
    """Return the marks that stand in a line."""
    different = list(dict.fromkeys(marks))
    candidates = build([[mark] for mark in different]).candidates(line)
    return frozenset(
        mark for _, _, groups in candidates for number, mark in enumerate(different) if groups >> number & 1
    )
