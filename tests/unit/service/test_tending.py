"""Duties are done at once, when they are due, and whatever became of the others."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from pforte.clock import SetClock
from pforte.register.errors import RegisterUnavailableError
from pforte.service import tending
from pforte.service.tending import Duty, tend


def test_duties_are_done_when_they_are_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tending, "LOOK_SECONDS", 0)
    clock = SetClock(datetime(2026, 3, 1, tzinfo=UTC))
    done: list[str] = []

    async def often() -> None:
        done.append("often")

    async def seldom() -> None:
        done.append("seldom")

    async def main() -> None:
        duties = [Duty(often, timedelta(minutes=1)), Duty(seldom, timedelta(hours=1))]
        task = asyncio.create_task(tend(duties, clock))
        await _turns()
        assert done == ["often", "seldom"]
        clock.move(timedelta(minutes=1))
        await _turns()
        assert done == ["often", "seldom", "often"]
        duties[1].due = None
        await _turns()
        assert done == ["often", "seldom", "often", "seldom"]
        task.cancel()

    asyncio.run(main())


def test_a_register_that_is_away_costs_one_turn_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Law 3: nothing else stops because of it."""
    monkeypatch.setattr(tending, "LOOK_SECONDS", 0)
    clock = SetClock(datetime(2026, 3, 1, tzinfo=UTC))
    done: list[str] = []

    async def fails() -> None:
        done.append("fails")
        raise RegisterUnavailableError("disk full")

    async def works() -> None:
        done.append("works")

    async def main() -> None:
        minute = timedelta(minutes=1)
        task = asyncio.create_task(tend([Duty(fails, minute), Duty(works, minute)], clock))
        await _turns()
        clock.move(minute)
        await _turns()
        task.cancel()

    with structlog.testing.capture_logs() as logged:
        asyncio.run(main())
    assert done == ["fails", "works"] * 2
    assert [each["event"] for each in logged] == ["register.unavailable"] * 2


async def _turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)
