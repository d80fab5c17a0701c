"""A gate follows the journal: full state first, then decisions, and again from the full state after trouble."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import structlog

from pforte.bans.ban import Action, Ban, Decision
from pforte.clock import SetClock
from pforte.gates.follower import STANDS_OPEN, Follower
from pforte.gates.gate import GateError
from pforte.net.addresses import Network

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class AwayError(Exception):
    pass


class PurgedError(Exception):
    pass


def ban(number: int) -> Ban:
    return Ban(
        network=ip_network(f"192.0.2.{number}/32"),
        rung=1,
        starts=START,
        ends=START + timedelta(hours=1),
        reference=f"PF-{number}",
        reason="visit.trap",
    )


@dataclass
class Beginning:
    sequence: int
    bans: Sequence[Ban]


@dataclass
class Journal:
    decisions: list[Decision] = field(default_factory=list)
    cursors: list[tuple[int, int, str]] = field(default_factory=list)
    away: bool = False
    panicking: bool = False
    purged_before: int = 0

    def decide(self, number: int, action: Action = Action.BEGIN) -> None:
        sequence = len(self.decisions) + 1
        self.decisions.append(Decision(sequence=sequence, action=action, ban=ban(number), decided=START))

    def snapshot(self) -> Beginning:
        self._reach()
        return Beginning(len(self.decisions), [decision.ban for decision in self.decisions])

    def journal(self, after: int, limit: int = 1000) -> list[Decision]:
        self._reach()
        if after < self.purged_before:
            raise PurgedError
        return self.decisions[after : after + limit]

    def panic(self) -> object | None:
        self._reach()
        return "an operator" if self.panicking else None

    def save_cursor(self, gate: str, sequence: int, entries: int, error: str = "") -> None:
        self._reach()
        self.cursors.append((sequence, entries, error))

    def _reach(self) -> None:
        if self.away:
            raise AwayError("no disk")


@dataclass
class Wall:
    """A gate that remembers what it was told and fails when asked to."""

    held: set[Network] = field(default_factory=set)
    loads: int = 0
    opened: int = 0
    failing: bool = False
    exempted: list[Network] = field(default_factory=list)
    closed: bool = False
    tended: int = 0

    name = "wall"

    def load(self, bans: Iterable[Ban], moment: datetime) -> None:
        self._try()
        self.loads += 1
        self.held = {each.network for each in bans}

    def stand_open(self, moment: datetime) -> None:
        self._try()
        self.opened += 1
        self.held = set()

    def apply(self, decisions: Sequence[Decision], moment: datetime) -> None:
        self._try()
        for decision in decisions:
            if decision.action is Action.LIFT:
                self.held.discard(decision.ban.network)
            else:
                self.held.add(decision.ban.network)

    def exempt(self, networks: Iterable[Network], moment: datetime) -> None:
        self.exempted = list(networks)

    def tend(self, moment: datetime) -> datetime:
        self._try()
        self.tended += 1
        return moment + timedelta(minutes=5)

    def entries(self) -> int:
        return len(self.held)

    def close(self) -> None:
        self.closed = True

    def _try(self) -> None:
        if self.failing:
            raise GateError("the kernel says no")


def make(journal: Journal, wall: Wall, clock: SetClock) -> Follower:
    return Follower(wall, journal, clock, AwayError, PurgedError)


def step(follower: Follower) -> float:
    """Do what the service does between two pauses."""
    while True:
        news = follower.look()
        wait = follower.take(news)
        follower.save()
        if news is None or not news.more:
            return wait


def test_full_state_then_decisions() -> None:
    """A ban and a lift reach the gate in order, and the cursor is stored."""
    journal, wall, clock = Journal(), Wall(), SetClock(START)
    journal.decide(1)
    follower = make(journal, wall, clock)
    step(follower)
    assert wall.held == {ip_network("192.0.2.1/32")}
    journal.decide(2)
    journal.decide(1, Action.LIFT)
    clock.move(timedelta(seconds=2))
    step(follower)
    assert wall.held == {ip_network("192.0.2.2/32")}
    assert wall.loads == 1
    assert journal.cursors[-1] == (3, 1, "")


def test_more_decisions_than_a_page_are_all_taken() -> None:
    """A gate that was away for long catches up in one step."""
    journal, wall = Journal(), Wall()
    follower = make(journal, wall, SetClock(START))
    step(follower)
    for number in range(1, 255):
        for _ in range(10):
            journal.decide(number)
    step(follower)
    assert len(wall.held) == 254
    assert follower.sequence == 2540


def test_a_failing_gate_begins_anew_after_a_pause_that_doubles() -> None:
    """Nothing is assumed of a gate that failed; its error stands beside its cursor."""
    journal, wall, clock = Journal(), Wall(), SetClock(START)
    follower = make(journal, wall, clock)
    step(follower)
    wall.failing = True
    journal.decide(1)
    assert step(follower) == 1.0
    clock.move(timedelta(seconds=1))
    assert step(follower) == 2.0
    assert journal.cursors[-1][2] == "the kernel says no"
    wall.failing = False
    clock.move(timedelta(seconds=2))
    step(follower)
    assert wall.held == {ip_network("192.0.2.1/32")}
    assert wall.loads == 2
    assert journal.cursors[-1] == (1, 1, "")


def test_a_register_that_is_away_leaves_the_gate_as_it_is() -> None:
    """Law 3: gates go on with the last known bans."""
    journal, wall = Journal(), Wall()
    journal.decide(1)
    follower = make(journal, wall, SetClock(START))
    step(follower)
    journal.away = True
    assert step(follower) > 0
    assert wall.held == {ip_network("192.0.2.1/32")}
    journal.away = False
    journal.decide(2)
    step(follower)
    assert len(wall.held) == 2


def test_a_gate_is_tended_while_the_register_is_away() -> None:
    """What is known of a ban is its end too: nobody stays shut out because a database is down."""
    journal, wall, clock = Journal(), Wall(), SetClock(START)
    follower = make(journal, wall, clock)
    step(follower)
    journal.away = True
    follower.exempt([ip_network("198.51.100.1/32")])
    clock.move(timedelta(minutes=5))
    with structlog.testing.capture_logs() as logged:
        step(follower)
        step(follower)
        clock.move(timedelta(minutes=5))
        step(follower)
    assert wall.tended == 3
    assert wall.exempted == [ip_network("198.51.100.1/32")]
    assert [each["event"] for each in logged if each["event"] == "gate.register-away"] == [
        "gate.register-away"
    ]
    journal.away = False
    with structlog.testing.capture_logs() as logged:
        step(follower)
    assert [each["event"] for each in logged] == ["gate.register-back"]


def test_what_was_told_before_a_gate_failed_is_not_taken() -> None:
    """It fails while the register is asked; only the full state is safe then."""
    journal, wall, clock = Journal(), Wall(), SetClock(START)
    journal.decide(1)
    follower = make(journal, wall, clock)
    step(follower)
    journal.decide(2)
    told = follower.look()
    wall.failing = True
    clock.move(timedelta(minutes=5))
    assert follower.take(None) == 1.0
    wall.failing = False
    clock.move(timedelta(seconds=1))
    follower.take(told)
    assert (wall.loads, len(wall.held)) == (1, 1)
    step(follower)
    assert (wall.loads, len(wall.held)) == (2, 2)


def test_a_gate_that_knows_nothing_yet_is_not_tended() -> None:
    """It would put its own emptiness in the place of what the kernel still enforces."""
    journal, wall, clock = Journal(), Wall(), SetClock(START)
    journal.away = True
    follower = make(journal, wall, clock)
    step(follower)
    clock.move(timedelta(minutes=5))
    step(follower)
    assert (wall.tended, wall.loads) == (0, 0)


def test_a_purged_journal_leads_to_a_snapshot() -> None:
    """A gate whose place in the journal is forgotten takes the full state."""
    journal, wall = Journal(), Wall()
    follower = make(journal, wall, SetClock(START))
    step(follower)
    journal.decide(1)
    journal.decide(2)
    journal.purged_before = 1
    step(follower)
    assert wall.loads == 2
    assert len(wall.held) == 2


def test_exemptions_reach_the_gate_at_the_next_step() -> None:
    """A host that moved is let through without a restart."""
    journal, wall = Journal(), Wall()
    follower = make(journal, wall, SetClock(START))
    step(follower)
    follower.exempt([ip_network("198.51.100.1/32")])
    step(follower)
    assert wall.exempted == [ip_network("198.51.100.1/32")]


def test_the_cursor_is_stored_at_most_once_a_second_and_at_the_end() -> None:
    """Each store is a commit; a flood of bans must not double them."""
    journal, wall, clock = Journal(), Wall(), SetClock(START)
    follower = make(journal, wall, clock)
    step(follower)
    for number in range(1, 10):
        journal.decide(number)
        step(follower)
    assert len(journal.cursors) == 1
    follower.close()
    assert journal.cursors[-1] == (9, 9, "")
    assert wall.closed


def test_the_cursor_tells_when_bans_end_by_themselves() -> None:
    """Nothing is decided then, and whoever looks must not see the entries of before."""
    journal, wall, clock = Journal(), Wall(), SetClock(START)
    journal.decide(1)
    follower = make(journal, wall, clock)
    step(follower)
    wall.held.clear()
    clock.move(timedelta(seconds=2))
    step(follower)
    step(follower)
    assert journal.cursors == [(1, 1, ""), (1, 0, "")]


def test_a_gate_that_cannot_store_its_last_word_is_let_go_of_all_the_same() -> None:
    """A register that is away at the end keeps the service from nothing."""

    class Bound(Wall):
        def close(self) -> None:
            raise AwayError("no disk")

    follower = make(Journal(), Bound(), SetClock(START))
    step(follower)
    with structlog.testing.capture_logs() as logged:
        follower.close()
    assert [(each["event"], each["gate"]) for each in logged] == [("gate.register-away", "wall")]


def test_a_panic_opens_the_gate_and_keeps_it_open_until_its_end() -> None:
    """What is decided meanwhile is enforced afterwards, not before."""
    journal, wall, clock = Journal(), Wall(), SetClock(START)
    journal.decide(1)
    follower = make(journal, wall, clock)
    step(follower)
    journal.panicking = True
    clock.move(timedelta(seconds=2))
    assert step(follower) > 0
    assert (wall.held, wall.opened) == (set(), 1)
    assert journal.cursors[-1] == (0, 0, STANDS_OPEN)
    journal.decide(2)
    clock.move(timedelta(seconds=2))
    step(follower)
    assert (wall.held, wall.opened, wall.loads) == (set(), 1, 1)
    journal.panicking = False
    clock.move(timedelta(seconds=2))
    step(follower)
    assert len(wall.held) == 2
    assert journal.cursors[-1] == (2, 2, "")


def test_a_service_that_starts_in_a_panic_shuts_nobody_out() -> None:
    journal, wall = Journal(), Wall()
    journal.decide(1)
    journal.panicking = True
    step(make(journal, wall, SetClock(START)))
    assert (wall.held, wall.loads, wall.opened) == (set(), 0, 1)


def test_a_gate_that_cannot_be_opened_is_tried_again() -> None:
    journal, wall, clock = Journal(), Wall(), SetClock(START)
    follower = make(journal, wall, clock)
    step(follower)
    journal.panicking, wall.failing = True, True
    clock.move(timedelta(seconds=2))
    step(follower)
    assert journal.cursors[-1][2] == "the kernel says no"
    wall.failing = False
    clock.move(timedelta(seconds=2))
    step(follower)
    assert wall.opened == 1
    assert journal.cursors[-1][2] == STANDS_OPEN


def test_a_register_that_is_away_in_a_panic_closes_no_gate() -> None:
    journal, wall, clock = Journal(), Wall(), SetClock(START)
    journal.decide(1)
    journal.panicking = True
    follower = make(journal, wall, clock)
    step(follower)
    journal.away = True
    clock.move(timedelta(seconds=2))
    step(follower)
    assert wall.held == set()
