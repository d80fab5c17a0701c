"""What the tests of checks share: visits made of few words, and facts that answer what a test says."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import pytest

from pforte.visits.checks.declaration import Check, Finding, RuleMatch
from pforte.visits.decoding import decode, decode_target
from pforte.visits.engine import Pass, build
from pforte.visits.visit import LoginFailure, Visit


@dataclass(frozen=True)
class FakeFacts:
    """Facts as a test wants them."""

    matches: tuple[RuleMatch, ...] = ()
    runs: frozenset[str] = frozenset()
    trapped: str = ""
    declared: str = ""
    claimed: str = ""
    rule: str = ""

    def rule_matches(self, check: str) -> tuple[RuleMatch, ...]:
        return tuple(match for match in self.matches if match.tag == check)

    def site_runs(self, software: str) -> bool:
        return software in self.runs

    def trap(self) -> str:
        return self.trapped

    def crawler(self) -> str:
        return self.declared

    def verifiable_crawler(self) -> str:
        return self.claimed

    def robots_rule(self) -> str:
        return self.rule


PLAIN = Visit(
    client="192.0.2.1",
    at=1_790_000_000.0,
    method=b"GET",
    target=b"/",
    protocol=b"HTTP/1.1",
    status=404,
    agent=b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    referrer=b"",
    host=b"",
    user=b"",
)


Ask = Callable[..., Finding | None]


@cache
def _signs(check: Check) -> Pass:
    return build([check.signs])


def has_sign(check: Check, visit: Visit) -> bool:
    """Say whether a sign of the check stands in the decoded target, agent or referrer."""
    target = decode_target(visit.target)
    parts = [
        target.path + b"?" + target.query,
        decode(visit.agent, plus=True),
        decode(visit.referrer, plus=True),
    ]
    return any(_signs(check).candidates(part.replace(b"\n", b" ")) for part in parts)


@pytest.fixture
def facts() -> type[FakeFacts]:
    """Return the class of facts, to be made with what a test wants."""
    return FakeFacts


@pytest.fixture
def asking() -> Callable[[Check], Ask]:
    """Return a function that makes a question of a check: target, other fields of the visit and facts by name."""

    def question(check: Check) -> Ask:
        def ask(target: bytes = b"/", facts: FakeFacts | None = None, **fields: object) -> Finding | None:
            assert check.judge is not None
            visit = replace(PLAIN, target=target, **fields)
            finding = check.judge(visit, facts or FakeFacts())
            if finding is not None and check.signs:
                assert has_sign(check, visit), "the scan would not have asked"
            return finding

        return ask

    return question


@pytest.fixture
def counting() -> Callable[[Check], Callable[[str, str], bool]]:
    """Return a function that says whether a check counts a login failure of a service and kind."""

    def question(check: Check) -> Callable[[str, str], bool]:
        def counts(service: str, what: str) -> bool:
            assert check.judge_login is not None
            finding = check.judge_login(LoginFailure("192.0.2.1", 0.0, service, b"jo", what))
            return finding is not None and finding.check == check.id

        return counts

    return question
