"""Which checks are on duty, and which of them a candidate line wakes.

The marks of all checks, the answer statuses they ask for and the names of crawlers become the groups of one pass.
A mark that several checks share stands in it once: a group is a set of checks.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from pforte.bans.offence import Mode
from pforte.settings.table import CheckSettings
from pforte.visits.checks.declaration import Check, Mark, Threshold
from pforte.visits.checks.impersonated_crawler import ID as IMPERSONATED
from pforte.visits.checks.trap import ID as TRAP
from pforte.visits.formats.format import Format
from pforte.visits.request_rules import CORE
from pforte.visits.site_marks import SiteMarks

_TOLD = (CORE, TRAP)
_WINDOW = timedelta(minutes=10)
"""Window of a count that the operator set for a check which has none of its own."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One check as the operator wants it.

    Attributes:
        check: its declaration.
        mode: ``watch`` or ``enforce``.
        threshold: how often it takes; None means once.
        statuses: the only answer statuses it is asked about, or None for any.
        sign: the bit that says that its signs stand in a request; 0 where it is asked without.
        convicts: whether one finding is an offence that is enforced; whoever was convicted so for a visit is not
            convicted of more for the same one.
    """

    check: Check
    mode: Mode
    threshold: Threshold | None
    statuses: frozenset[int] | None
    sign: int
    convicts: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """What one pass looks for.

    Attributes:
        groups: the marks of each group of the pass.
        wakes: for each group what it wakes, as bits: the duties in their order, then ``Hints.fetch``.
    """

    groups: tuple[tuple[Mark, ...], ...]
    wakes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hints:
    """What the sites tell beside the marks of checks.

    Attributes:
        fetch: the line may ask for robots.txt.
        lookers: the duties that look at crawlers, as bits.
    """

    fetch: int
    lookers: int


def on_duty(
    checks: Iterable[Check], settings: Mapping[str, CheckSettings], costly: Container[str] = ()
) -> tuple[Duty, ...]:
    """Return the checks that are not off, in the order in which they are asked, with the operator's thresholds.

    Args:
        checks: in their written order.
        settings: what the operator set for each check, by its slug.
        costly: slugs of checks that are asked last, because request rules cost most.
    """
    modes = [(check, settings.get(check.id, CheckSettings())) for check in checks]
    wanted = [(check, chosen, Mode(chosen.mode) if chosen.mode else check.default) for check, chosen in modes]
    wanted = [entry for entry in wanted if entry[2] is not Mode.OFF]
    wanted.sort(key=lambda entry: entry[0].id in costly)
    return tuple(_duty(number, *entry) for number, entry in enumerate(wanted))


def _duty(number: int, check: Check, chosen: CheckSettings, mode: Mode) -> Duty:
    threshold = _threshold(check, chosen)
    return Duty(
        check=check,
        mode=mode,
        threshold=threshold,
        statuses=frozenset(check.statuses) if check.statuses and not check.marks else None,
        sign=1 << number if check.signs else 0,
        convicts=mode is Mode.ENFORCE and threshold is None and check.id != IMPERSONATED,
    )


def _threshold(check: Check, wanted: CheckSettings) -> Threshold | None:
    own = check.threshold or Threshold(1, _WINDOW)
    threshold = replace(own, count=wanted.count or own.count, window=wanted.window or own.window)
    return threshold if threshold.count > 1 or threshold.acts else None


def hints_of(duties: tuple[Duty, ...]) -> Hints:
    """Return the hints for these duties.

    The lookers are the checks without marks and statuses: what they look at is told by the sites.
    """
    lookers = sum(
        1 << number
        for number, duty in enumerate(duties)
        if duty.check.judge
        and not duty.check.marks
        and not duty.check.statuses
        and duty.check.id not in _TOLD
    )
    return Hints(1 << len(duties), lookers)


def http_watch(duties: tuple[Duty, ...], log: Format, sites: SiteMarks) -> Watch:
    """Return what a pass over lines of visits looks for.

    Args:
        duties: the checks on duty.
        log: the format of the lines.
        sites: marks of sites and crawlers.
    """
    hints = hints_of(duties)
    wakes: dict[Mark, int] = {}
    marked = _add_checks(wakes, duties, log)
    trap = _bit(duties, TRAP)
    _add(wakes, sites.crawlers, hints.lookers)
    _add(wakes, sites.fetches, hints.fetch)
    _add(wakes, sites.traps, trap)
    # What an escape hides may be any mark, or a trap.
    escapes = [Mark(pattern, caseless=False) for pattern in log.escape_marks]
    _add(wakes, escapes, marked | (trap if sites.traps else 0))
    return _grouped(wakes)


def _add_checks(wakes: dict[Mark, int], duties: tuple[Duty, ...], log: Format) -> int:
    """Add the marks and statuses of the checks; return the duties that any hidden mark may wake, as bits."""
    core = _bit(duties, CORE)
    marked = core
    for number, duty in enumerate(duties):
        check, bit = duty.check, 1 << number
        if check.judge is None:
            continue
        if check.marks:
            marked |= bit
            _add(wakes, check.marks, bit | core)
        for status in check.statuses:  # one mark for each, so that a line matches once for all checks
            patterns = log.status_marks((status,))
            _add(wakes, (Mark(pattern, caseless=False) for pattern in patterns), bit)
    return marked


def _add(wakes: dict[Mark, int], marks: Iterable[Mark], bits: int) -> None:
    for mark in marks:
        wakes[mark] = wakes.get(mark, 0) | bits


def _bit(duties: tuple[Duty, ...], check: str) -> int:
    return sum(1 << number for number, duty in enumerate(duties) if duty.check.id == check)


def login_watch(duties: tuple[Duty, ...], log: Format) -> Watch:
    """Return what a pass over lines of login services looks for: whatever the format says is worth reading."""
    bits = sum(1 << number for number, duty in enumerate(duties) if duty.check.judge_login is not None)
    return _grouped({Mark(pattern, caseless=False): bits for pattern in log.marks})


def _grouped(wakes: Mapping[Mark, int]) -> Watch:
    groups: dict[int, list[Mark]] = {}
    for mark, bits in wakes.items():
        if bits:
            groups.setdefault(bits, []).append(mark)
    return Watch(tuple(tuple(marks) for marks in groups.values()), tuple(groups))
