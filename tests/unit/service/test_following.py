"""The journal is followed whatever the register does, and each decision reaches the scan."""

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
import structlog
from service_steps import until

from pforte.bans.ban import Action, Ban, Decision
from pforte.gates.follower import PAGE, News
from pforte.net.addresses import Network
from pforte.register.errors import JournalPurgedError, RegisterUnavailableError
from pforte.register.queries import Snapshot
from pforte.service import following
from pforte.service.following import Following

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ban(network: str) -> Ban:
    return Ban(
        network=ip_network(network),
        rung=1,
        starts=NOW,
        ends=NOW + timedelta(hours=1),
        reason="visit.trap",
        reference=network,
    )


class Gathering:
    """Stands for the gathering: it has not ended until the test says so."""

    ended = False


class Judge:
    """Stands for the judging: it knows who is shut out."""

    def __init__(self) -> None:
        self.shut: set[Network] = set()

    def begin_with(self, bans: Any) -> None:
        self.shut = {each.network for each in bans}

    def shut_out(self, network: Network, until: datetime) -> None:
        self.shut.add(network)

    def let_in(self, network: Network) -> None:
        self.shut.discard(network)


class Journal:
    """Stands for the register; what it answers stands in a list, an exception is raised."""

    def __init__(self, journal: list[Any], snapshots: list[Any]) -> None:
        self.answers, self.snapshots = journal, snapshots
        self.asked: list[int] = []

    def journal(self, after: int) -> list[Decision]:
        self.asked.append(after)
        return self._answer(self.answers, [])

    def snapshot(self) -> Snapshot:
        return self._answer(self.snapshots, None)

    def _answer(self, answers: list[Any], otherwise: Any) -> Any:
        answer = answers.pop(0) if answers else otherwise
        if isinstance(answer, Exception):
            raise answer
        return answer


def hear(register: Journal, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Follow from sequence 5 until all answers are taken."""
    monkeypatch.setattr(following, "POLL_SECONDS", 0.001)
    gathering = Gathering()

    async def main() -> None:
        follow = Following(register, gathering, judge)  # type: ignore[arg-type]
        task = asyncio.create_task(follow.hear(5))
        await until(lambda: task.done() or not (register.answers or register.snapshots))
        gathering.ended = True
        follow.kick()
        await task

    with structlog.testing.capture_logs() as logged:
        asyncio.run(main())
    return [each["event"] for each in logged]


def test_decisions_reach_the_scan_and_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = Judge()
    register = Journal(
        [
            [
                Decision(sequence=6, action=Action.BEGIN, ban=ban("198.18.0.1/32"), decided=NOW),
                Decision(sequence=7, action=Action.BEGIN, ban=ban("198.18.0.2/32"), decided=NOW),
            ],
            [Decision(sequence=8, action=Action.LIFT, ban=ban("198.18.0.1/32"), decided=NOW)],
        ],
        [],
    )
    assert hear(register, judge, monkeypatch) == ["ban.begin", "ban.begin", "ban.lift"]
    assert judge.shut == {ip_network("198.18.0.2/32")}
    assert register.asked[:3] == [5, 7, 8]


def test_a_ban_that_an_old_log_led_to_is_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """It had ended before it was decided and shuts nobody out; only its rung counts."""
    old = ban("198.18.0.1/32")
    late = Decision(sequence=6, action=Action.BEGIN, ban=old, decided=old.ends)
    in_time = replace(late, sequence=7, decided=old.ends - timedelta(seconds=1))
    lifted = replace(late, sequence=8, action=Action.LIFT)
    register = Journal([[late, in_time, lifted]], [])
    assert hear(register, Judge(), monkeypatch) == ["ban.history", "ban.begin", "ban.lift"]


def test_a_register_that_is_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = Judge()
    begin = Decision(sequence=6, action=Action.BEGIN, ban=ban("198.18.0.1/32"), decided=NOW)
    register = Journal([RegisterUnavailableError("away"), [begin]], [])
    assert hear(register, judge, monkeypatch) == ["ban.begin"]
    assert register.asked[:2] == [5, 5]


def test_a_purged_journal_is_made_good_by_the_bans_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """What came and went in between is not told any more; the scan takes all bans, even if that has to wait."""
    judge = Judge()
    judge.shut = {ip_network("198.18.9.9/32")}
    register = Journal(
        [JournalPurgedError("purged"), JournalPurgedError("purged")],
        [RegisterUnavailableError("away"), Snapshot(sequence=90, bans=(ban("198.18.0.3/32"),))],
    )
    assert hear(register, judge, monkeypatch) == ["journal.purged"]
    assert judge.shut == {ip_network("198.18.0.3/32")}
    assert register.asked[:2] == [5, 5]
    assert register.asked[2] == 90


def test_the_end_tells_every_decision() -> None:
    """The journal gives a part of what is new at a time; a clean stop after a flood left the rest untold."""
    decisions = [
        Decision(sequence=number, action=Action.BEGIN, ban=ban(f"198.18.0.{number}/32"), decided=NOW)
        for number in range(6, 9)
    ]
    register, judge, gathering = Journal([[each] for each in decisions], []), Judge(), Gathering()
    gathering.ended = True
    with structlog.testing.capture_logs() as logged:
        asyncio.run(Following(register, gathering, judge).hear(5))  # type: ignore[arg-type]
    assert [each["sequence"] for each in logged] == [6, 7, 8]
    assert len(judge.shut) == 3


class Gate:
    """Stands for a gate's follower."""

    name = "test"

    def __init__(self) -> None:
        self.steps = 0
        self.news: list[News] = []
        self.taken: list[News | None] = []
        self.closed = False

    def save(self) -> None:
        pass

    def look(self) -> News | None:
        return self.news.pop(0) if self.news else None

    def take(self, news: News | None) -> float:
        self.steps += 1
        self.taken.append(news)
        return 60.0

    def close(self) -> None:
        self.closed = True


def test_a_gate_takes_a_last_step_after_the_last_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kick and the poll wake it; the end closes it."""
    monkeypatch.setattr(following, "POLL_SECONDS", 30)
    gate, gathering = Gate(), Gathering()

    async def main() -> None:
        follow = Following(Journal([], []), gathering, Judge())  # type: ignore[arg-type]
        task = asyncio.create_task(follow.drive(gate))  # type: ignore[arg-type]
        await until(lambda: gate.steps >= 1)
        gathering.ended = True
        before = gate.steps
        follow.kick()
        await task
        assert gate.steps > before

    asyncio.run(main())
    assert gate.closed


def test_a_gate_is_moved_while_the_register_keeps_us_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for a lock of the database must not keep bans from ending."""
    monkeypatch.setattr(following, "PATIENCE_SECONDS", 0.001)
    unlocked = threading.Event()

    class Waiting(Gate):
        def look(self) -> News | None:
            assert unlocked.wait(30)
            return super().look()

    gate, gathering = Waiting(), Gathering()
    gate.news = [News(after=None, panic=True)]

    async def main() -> None:
        task = asyncio.create_task(Following(Journal([], []), gathering, Judge()).drive(gate))  # type: ignore[arg-type]
        await until(lambda: gate.steps >= 3)
        assert gate.taken[:3] == [None, None, None]
        gathering.ended = True
        unlocked.set()
        await task

    asyncio.run(main())
    assert News(after=None, panic=True) in gate.taken
    assert gate.closed


def test_a_gate_is_moved_while_its_cursor_cannot_be_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was decided before somebody took the write lock of the database is enforced, not kept waiting behind it."""
    monkeypatch.setattr(following, "POLL_SECONDS", 0.001)
    unlocked = threading.Event()

    class Waiting(Gate):
        def save(self) -> None:
            assert unlocked.wait(30)

    gate, gathering = Waiting(), Gathering()

    async def main() -> None:
        task = asyncio.create_task(Following(Journal([], []), gathering, Judge()).drive(gate))  # type: ignore[arg-type]
        await until(lambda: gate.steps >= 3)
        gathering.ended = True
        unlocked.set()
        await task

    asyncio.run(main())
    assert gate.closed


def test_the_end_lets_a_gate_take_over_every_decision() -> None:
    decision = Decision(sequence=1, action=Action.BEGIN, ban=ban("198.18.0.1/32"), decided=NOW)
    gate, gathering = Gate(), Gathering()
    gate.news = [News(after=0, decisions=(decision,) * count) for count in (PAGE, PAGE, 1)]
    gathering.ended = True
    asyncio.run(Following(Journal([], []), gathering, Judge()).drive(gate))  # type: ignore[arg-type]
    assert [len(news.decisions) for news in gate.taken if news] == [PAGE, PAGE, 1]
