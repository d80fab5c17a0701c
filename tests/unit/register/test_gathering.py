"""Group commit for the service keeps order, drops nothing, and writes what waits together."""

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
import structlog

from pforte.bans.offence import Kind, Offence
from pforte.net.addresses import network_of
from pforte.register.batch import Batch, Entry, Filed, Outcome, Recorded, Tally
from pforte.register.errors import RefusedError, RegisterUnavailableError, RegisterUnusableError
from pforte.register.gathering import MOST_WAITING, Gathering, Recorder
from pforte.register.store import Register


class Disk:
    """Records batches; fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.batches: list[Batch] = []
        self.failures = failures
        self.gate = threading.Event()
        self.gate.set()

    def record(self, batch: Batch) -> Recorded:
        self.gate.wait(5)
        if self.failures:
            self.failures -= 1
            raise RegisterUnavailableError("disk full")
        self.batches.append(batch)
        return Recorded(filed=tuple(Filed(offence=e.offence, outcome=Outcome.WATCH) for e in batch.entries))


def entry(number: int) -> Entry:
    address = ip_address(f"192.0.2.{number}")
    return Entry(
        offence=Offence(
            network=network_of(address),
            address=address,
            kind=Kind.ATTACK,
            check="visit.trap",
            at=datetime(2026, 1, 1, tzinfo=UTC),
            service="http",
            source="log",
            line=number,
            evidence=b"",
        )
    )


def play(disk: Recorder, act: "object", hold: float = 0.01) -> list[tuple[Batch, Recorded]]:
    announced: list[tuple[Batch, Recorded]] = []

    async def main() -> None:
        gathering = Gathering(disk, lambda batch, recorded: announced.append((batch, recorded)), hold)
        running = asyncio.create_task(gathering.run())
        await act(gathering)  # type: ignore[operator]
        gathering.finish()
        await running

    asyncio.run(main())
    return announced


def test_what_comes_during_a_commit_is_written_together() -> None:
    """Many sources share one fsync."""
    disk = Disk()

    async def act(gathering: Gathering) -> None:
        disk.gate.clear()
        await gathering.add(entries=[entry(1)], positions={"a": "1"})
        await asyncio.sleep(0.05)
        await gathering.add(entries=[entry(2)], positions={"a": "2"})
        await gathering.add(entries=[entry(3)], positions={"b": "1"})
        disk.gate.set()

    play(disk, act)
    assert [len(batch.entries) for batch in disk.batches] == [1, 2]
    assert dict(disk.batches[1].positions) == {"a": "2", "b": "1"}


def test_a_full_disk_loses_nothing_and_keeps_the_order() -> None:
    """The same batch is tried again until it is written."""
    disk = Disk(failures=1)

    async def act(gathering: Gathering) -> None:
        await gathering.add(entries=[entry(1)])
        await asyncio.sleep(0.05)
        await gathering.add(entries=[entry(2)])

    announced = play(disk, act)
    lines = [each.offence.line for batch in disk.batches for each in batch.entries]
    assert lines == [1, 2]
    assert [batch for batch, _ in announced] == disk.batches


class Strict(Disk):
    """Refuses some lines for good, as a database does whose column is too narrow."""

    def __init__(self, *refused: int) -> None:
        super().__init__()
        self.refused = set(refused)

    def record(self, batch: Batch) -> Recorded:
        if self.refused & {each.offence.line for each in batch.entries}:
            raise RefusedError("line out of range")
        return super().record(batch)


@pytest.mark.parametrize("refused", [(), (3,), (1, 9), (4, 5), tuple(range(1, 10))])
def test_what_can_never_be_written_is_told_and_holds_up_nothing_else(refused: tuple[int, ...]) -> None:
    """One bad line must neither stop all recording for ever nor vanish without a word."""
    disk = Strict(*refused)

    async def act(gathering: Gathering) -> None:
        await gathering.add(entries=[entry(number) for number in range(1, 10)], positions={"log": "9"})

    with structlog.testing.capture_logs() as logs:
        announced = play(disk, act)
    lines = [each.offence.line for batch in disk.batches for each in batch.entries]
    assert lines == [number for number in range(1, 10) if number not in refused]
    assert disk.batches[-1].positions == {"log": "9"}
    assert [batch for batch, _ in announced] == disk.batches
    told = [each["left_out"] for each in logs if each["event"] == "register.refused"]
    assert len(told) == len(refused)
    assert all(f"line={number}," in text for number, text in zip(refused, told, strict=True))
    assert all("192.0.2." in text for text in told)


def test_the_real_register_keeps_the_rest(register: Register, sqlite_only: None) -> None:
    """SQLite holds no number of 70 bits."""
    bad = replace(entry(2), offence=replace(entry(2).offence, line=2**70))

    async def act(gathering: Gathering) -> None:
        await gathering.add(entries=[entry(1), bad, entry(3)], positions={"log": "3"})

    with structlog.testing.capture_logs() as logs:
        play(register, act)
    assert [filed.offence.line for filed in register.offences()] == [3, 1]
    assert register.positions() == {"log": "3"}
    assert [each["event"] for each in logs] == ["register.refused"]
    assert register.check() == []


def test_a_position_that_is_refused_is_told_too() -> None:
    class Narrow(Disk):
        def record(self, batch: Batch) -> Recorded:
            if "b" in batch.positions:
                raise RefusedError("no room")
            return super().record(batch)

    disk = Narrow()

    async def act(gathering: Gathering) -> None:
        await gathering.add(entries=[entry(1)], positions={"a": "1", "b": "2"})

    with structlog.testing.capture_logs() as logs:
        play(disk, act)
    assert [dict(batch.positions) for batch in disk.batches] == [{}, {"a": "1"}]
    assert [each["left_out"] for each in logs] == ["('b', '2')"]


def test_a_register_that_takes_nothing_at_all_ends_the_run() -> None:
    """Nothing was acknowledged, so the lines are read again once somebody has mended it."""

    class Foreign(Disk):
        def record(self, batch: Batch) -> Recorded:
            raise RegisterUnusableError("no such column")

    async def act(gathering: Gathering) -> None:
        await gathering.add(entries=[entry(1)])

    with pytest.raises(RegisterUnusableError):
        play(Foreign(), act)


def test_positions_alone_wait_for_company() -> None:
    """A quiet log does not cost a commit for each line."""
    disk = Disk()

    async def act(gathering: Gathering) -> None:
        for n in range(10):
            await gathering.add(positions={"a": str(n)})
            await asyncio.sleep(0)

    play(disk, act, hold=5)
    assert [dict(batch.positions) for batch in disk.batches] == [{"a": "9"}]


def test_the_latest_tally_wins() -> None:
    """Only the last state of a count is worth writing."""
    disk = Disk()
    network = network_of(ip_address("192.0.2.1"))

    async def act(gathering: Gathering) -> None:
        await gathering.add(tallies=[Tally(check="visit.trap", network=network, state=b"1")])
        await gathering.add(tallies=[Tally(check="visit.trap", network=network, state=b"2")])

    play(disk, act, hold=5)
    assert [tally.state for batch in disk.batches for tally in batch.tallies] == [b"2"]


def test_transactions_are_written_in_a_thread_of_their_own() -> None:
    """Calls elsewhere that hang must not keep the register waiting for a thread."""
    names: list[str] = []

    class Named(Disk):
        def record(self, batch: Batch) -> Recorded:
            names.append(threading.current_thread().name)
            return super().record(batch)

    async def act(gathering: Gathering) -> None:
        await gathering.add(entries=[entry(1)])

    play(Named(), act)
    assert names == ["register"]


def test_nothing_is_written_when_nothing_came() -> None:
    """An idle service leaves the disk alone."""
    disk = Disk()

    async def act(_: Gathering) -> None:
        await asyncio.sleep(0.03)

    play(disk, act)
    assert disk.batches == []


def test_a_register_that_stays_away_does_not_hold_up_the_end() -> None:
    """SIGTERM while the disk is full: whoever waits for room must not wait for ever."""
    disk = Disk(failures=1_000_000)

    async def main() -> None:
        gathering = Gathering(disk, lambda *_: None, 0.01)
        running = asyncio.create_task(gathering.run())
        await gathering.add(entries=[entry(1)])
        await asyncio.sleep(0.05)
        await gathering.add(entries=[entry(2)] * MOST_WAITING)
        stuck = asyncio.create_task(gathering.add(entries=[entry(3)]))
        await asyncio.sleep(0.05)
        assert not stuck.done()
        gathering.expect_end()
        with pytest.raises(RegisterUnavailableError, match="disk full"):
            await asyncio.wait_for(running, 5)
        stuck.cancel()

    asyncio.run(main())
    assert disk.batches == []


def test_it_tells_since_when_a_try_is_under_way() -> None:
    """A try that hangs is no progress; one after the other is, even if all fail."""
    disk = Disk(failures=1)

    async def act(gathering: Gathering) -> None:
        assert gathering.since is None
        disk.gate.clear()
        await gathering.add(entries=[entry(1)])
        while gathering.since is None:  # noqa: ASYNC110  the gathering tells no event of it
            await asyncio.sleep(0.001)
        disk.gate.set()
        while gathering.since is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    play(disk, act)
    assert len(disk.batches) == 1
