"""Robots rules for the hot path: more than a million decisions a second for a hundred rules.

Most visits break no rule, so the question "which rules could match at all" is answered by one look-up: the
patterns are sorted into buckets by the first octets of the path. What is left is decided exactly as in
:mod:`pforte.robots.matching`, whose pattern order and patterns are used unchanged.
"""

from collections import Counter
from dataclasses import dataclass

from pforte.robots.groups import Robots, Rule
from pforte.robots.matching import (
    NO_RULE,
    PLAIN,
    Decision,
    Pattern,
    judge_path,
    path_of,
    patterns_of,
    rules_for_agent,
)

_LONGEST_HEAD = 24


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """The rules that bind one agent.

    Attributes:
        head: octets at the start of a path by which patterns are sorted.
        buckets: for each start that any pattern fixes, the patterns that may match, in deciding order.
        anywhere: the patterns that may match paths with any other start.
        starts: how the paths of the patterns that disallow begin, where nothing else need stand in them.
        parts: of the others, which hold a wildcard, how they begin and what else stands in them.
    """

    head: int
    buckets: dict[bytes, tuple[Pattern, ...]]
    anywhere: tuple[Pattern, ...]
    starts: tuple[bytes, ...]
    parts: tuple[tuple[bytes, bytes], ...]

    def may_forbid(self, path: bytes) -> bool:
        """Say whether a path begins like one that is disallowed; False is certain. It is plain and starts with ``/``."""
        return path.startswith(self.starts) or any(
            part in path and path.startswith(start) for start, part in self.parts
        )

    def decide(self, target: bytes) -> Decision:
        """Decide about a request target as it stands in a log, or about a URL."""
        path = target
        if target[:1] != b"/" or target.translate(None, PLAIN):
            path = path_of(target)
            if not path:
                return NO_RULE
        candidates = self.buckets.get(path[: self.head], self.anywhere)
        return judge_path(candidates, path) if candidates else NO_RULE

    def forbids(self, target: bytes) -> Decision | None:
        """Return the decision if the target is disallowed, else None."""
        decision = self.decide(target)
        return None if decision.allowed else decision


def compile_rules(rules: tuple[Rule, ...]) -> CompiledRules:
    """Sort rules into buckets.

    Patterns whose fixed start is shorter than the head stand in every bucket; the head's length is the one
    that leaves the fewest comparisons.
    """
    patterns = patterns_of(rules)
    head = min(range(1, _LONGEST_HEAD + 1), key=lambda length: _cost(patterns, length))
    starts = {pattern.pieces[0][:head] for pattern in patterns if len(pattern.pieces[0]) >= head}
    buckets = {
        start: tuple(
            pattern
            for pattern in patterns
            if pattern.pieces[0][:head] == start
            or (len(pattern.pieces[0]) < head and start.startswith(pattern.pieces[0]))
        )
        for start in starts
    }
    anywhere = tuple(pattern for pattern in patterns if len(pattern.pieces[0]) < head)
    return CompiledRules(head, buckets, anywhere, *_forbidden(patterns))


def _forbidden(patterns: tuple[Pattern, ...]) -> tuple[tuple[bytes, ...], tuple[tuple[bytes, bytes], ...]]:
    starts, parts = set(), set()
    for pattern in patterns:
        if not pattern.decision.allowed:
            rest = max(pattern.pieces[1:], key=len, default=b"")
            if rest:
                parts.add((pattern.pieces[0], rest))
            else:
                starts.add(pattern.pieces[0])
    return tuple(sorted(starts)), tuple(sorted(parts))


def _cost(patterns: tuple[Pattern, ...], head: int) -> int:
    sizes = Counter(
        pattern.pieces[0][:head] if len(pattern.pieces[0]) >= head else b"" for pattern in patterns
    )
    anywhere = sizes.pop(b"", 0)
    # What any visit compares weighs more than what a visit near a rule compares.
    return 20 * anywhere * anywhere + sum(size * size for size in sizes.values())


class CompiledRobots:
    """One robots.txt with the rules of each agent compiled when first asked for.

    Args:
        robots: the parsed file.
    """

    def __init__(self, robots: Robots) -> None:
        self.robots = robots
        self.names = frozenset(name for group in robots.groups for name in group.agents)
        self._compiled: dict[str, CompiledRules] = {}

    def rules_for(self, names: tuple[str, ...]) -> CompiledRules:
        """Return the rules for the first of these names that has a group, else those for everybody."""
        name = next((name for name in names if name in self.names), "*")
        compiled = self._compiled.get(name)
        if compiled is None:
            compiled = compile_rules(rules_for_agent(self.robots, (name,)))
            self._compiled[name] = compiled
        return compiled
