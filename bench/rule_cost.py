"""What each rule costs the pass over log blocks; part of ``make check``.

A pass is as fast as its marks let it be: a mark that nearly matches everywhere can halve it. So every check, and
each mark of a check that costs anything, is taken out once, and the pass with it is held against the pass without
it on a reference log. It fails when one of them makes the pass more than 10 % slower.

Times are CPU times; of many turns, taken in turn with each other, the quickest counts, and what seems too slow is
measured again before it fails.
"""

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parent))

import generate
from pforte.commands.compiled_marks import FolderShelf
from pforte.robots.crawlers import crawler_marks
from pforte.visits.checks import CHECKS
from pforte.visits.checks.declaration import Check, Mark
from pforte.visits.engine import Engine, Pass, build
from pforte.visits.formats.combined import COMBINED

LINES = 18_000
SEED = 11
LIMIT = 0.10
"""How much slower one check or one mark may make the pass."""
CRAWLERS = "crawlers"
CRAWLERS_LIMIT = 0.35
"""The same for the list of crawlers, several hundred names that only sites with a robots.txt pay for."""
SHOWN = 0.02
LOOKED_INTO = 0.04
"""Cost of a check from which its marks are measured one by one."""
TURNS = 5
SECOND_TURNS = 25
TRIES = 6

ENGINE = Engine(shelf=FolderShelf(Path(__file__).parent / "work" / "marks", most=400))
"""Compiling takes most of the time here; what did not change since the last run is taken from there."""

Part = tuple[str, tuple[Mark, ...]]


def reference_log() -> bytes:
    """Return about 4 MB of combined log: people, crawlers and attackers, always the same."""
    generate.PATHS, generate.PEOPLE = 15_000, 6_000  # a short log needs no large site
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "reference.log"
        generate.write_access_log(LINES, SEED, log)
        return log.read_bytes()


def marks_of(check: Check) -> tuple[Mark, ...]:
    """Return all that a check puts into the pass over combined logs."""
    statuses = [pattern for status in check.statuses for pattern in COMBINED.status_marks((status,))]
    return (*check.marks, *(Mark(pattern, caseless=False) for pattern in statuses))


def parts() -> list[Part]:
    """Return the parts of the pass: each check with its marks, the crawlers, the escapes of the format."""
    found = [(check.id, marks_of(check)) for check in CHECKS if check.judge is not None]
    found.append((CRAWLERS, tuple(Mark(pattern, caseless=False) for pattern in crawler_marks())))
    found.append(("escapes", tuple(Mark(pattern, caseless=False) for pattern in COMBINED.escape_marks)))
    return [(name, marks) for name, marks in found if marks]


def compiled(marks: Iterable[Mark]) -> Pass:
    """Return the pass for these marks, each once."""
    return build((tuple(dict.fromkeys(marks)),), ENGINE)


def spent(scan: Pass, log: bytes) -> float:
    """Return the seconds one pass over the log takes."""
    begin = process_time()
    scan.candidates(log)
    return process_time() - begin


def without(name: str, every: Sequence[Part]) -> Iterator[Mark]:
    """Yield the marks of the pass that lacks one part; what it shares with others stays."""
    for other, marks in every:
        if other != name:
            yield from marks


def quickest(scans: Sequence[Pass], log: bytes, turns: int) -> list[float]:
    """Return the quickest time of each pass, all taken in turn."""
    best = [float("inf")] * len(scans)
    for _ in range(turns):
        for number, scan in enumerate(scans):
            best[number] = min(best[number], spent(scan, log))
    return best


def costs(base: Pass, rest: dict[str, Pass], log: bytes, whole: float) -> dict[str, float]:
    """Return how much slower each part makes the whole pass; what seems too slow is measured again.

    Args:
        base: a pass with all of the parts.
        rest: for each part the same pass without it.
        log: the reference log.
        whole: seconds of the whole pass.
    """

    def cost(with_it: float, without_it: float) -> float:
        return (with_it - without_it) / max(whole - with_it + without_it, whole / 10)

    all_of_it, *times = quickest((base, *rest.values()), log, TURNS)
    found = {name: cost(all_of_it, time) for name, time in zip(rest, times, strict=True)}
    for _ in range(TRIES - 1):
        for name in [name for name, slower in found.items() if slower > limit(name)]:
            found[name] = min(found[name], cost(*quickest((base, rest[name]), log, SECOND_TURNS)))
    return found


def limit(name: str) -> float:
    return CRAWLERS_LIMIT if name == CRAWLERS else LIMIT


def show(title: str, found: dict[str, float], flagged: Callable[[str], int]) -> None:
    """Print what is worth reading, dearest first."""
    print(f"{title:<72} {'lines':>7} {'cost':>7}")
    for name, cost in sorted(found.items(), key=lambda item: -item[1]):
        if cost >= SHOWN:
            print(
                f"{name[:72]:<72} {flagged(name):>7} {cost:>6.1%}{'  TOO SLOW' if cost > limit(name) else ''}"
            )


def main() -> int:
    log = reference_log()
    every = parts()
    whole = compiled(mark for _, marks in every for mark in marks)
    lines, candidates = log.count(b"\n"), len(whole.candidates(log))
    time = min(spent(whole, log) for _ in range(SECOND_TURNS))
    print(
        f"{len(log) / 1e6:.1f} MB, {lines} lines, {candidates} candidates, {lines / time / 1e6:.2f} M lines/s"
    )
    own = dict(every)
    # The crawlers' names take the compiler longest, so that every other part is judged in a pass without them.
    rules = [part for part in every if part[0] != CRAWLERS]
    bare = compiled(mark for _, marks in rules for mark in marks)
    checks = costs(bare, {name: compiled(without(name, rules)) for name, _ in rules}, log, time)
    checks |= costs(whole, {CRAWLERS: bare}, log, time)
    show("check", checks, lambda name: len(compiled(own[name]).candidates(log)))
    marks = {repr(mark.pattern): mark for _, found in rules for mark in found}
    dear = {mark for name, found in rules if checks[name] >= LOOKED_INTO for mark in found}
    rest = {
        text: compiled(other for other in marks.values() if other != mark)
        for text, mark in marks.items()
        if mark in dear
    }
    singles = costs(bare, rest, log, time)
    show("mark", singles, lambda text: len(compiled((marks[text],)).candidates(log)))
    slow = [name for name, cost in (*checks.items(), *singles.items()) if cost > limit(name)]
    for name in slow:
        print(
            f"{name} makes the pass more than {limit(name):.0%} slower: begin it with a rarer text",
            file=sys.stderr,
        )
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
