"""Sources are read side by side; one in trouble takes none with it, and none is read twice or cut short."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from service_steps import until

from pforte.clock import Clock, SetClock
from pforte.service import reading
from pforte.service.counting import Counts
from pforte.service.reading import Readers
from pforte.settings.table import ScanSettings, Settings, SourceSettings
from pforte.sources.block import Block, Figures, Limits, SourceError

CLOCK = SetClock(datetime(2026, 3, 1, tzinfo=UTC))
ONE = SourceSettings(name="one", path="/one")
TWO = SourceSettings(name="two", path="/two")


class Judge:
    """Stands for the judging: what it takes is judged when the test lets it."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.positions: dict[str, str] = {}
        self.open = asyncio.Event()
        self.open.set()

    async def put(self, settings: SourceSettings, block: Block) -> None:
        await self.open.wait()
        if block.data:
            self.blocks.append(block)

    async def catch_up(self) -> None:
        self.positions |= {block.source: block.position for block in self.blocks}


class Fake:
    """A source whose lines are numbers; a number that is an exception is raised."""

    def __init__(self, settings: SourceSettings, limits: Limits, position: str, script: list[Any]) -> None:
        self.settings, self.limits, self.position = settings, limits, position
        self.name = settings.name
        self.accepted: list[Any] = script
        self.closed = asyncio.Event()
        self.ended = False
        self.hangs = False
        self.slow: asyncio.Event | None = None

    async def blocks(self) -> AsyncGenerator[Block, None]:
        try:
            if isinstance(next(iter(self.accepted), None), Exception):
                raise self.accepted.pop(0)
            if self.slow:
                await self.slow.wait()
            yield Block(self.name, b"", None, "", "")
            while True:
                while self.accepted:
                    number = self.accepted.pop(0)
                    if isinstance(number, Exception):
                        raise number
                    yield Block(self.name, b"%d\n" % number, None, str(number), "")
                if self.hangs:
                    await asyncio.Event().wait()
                if self.closed.is_set():
                    return
                await self.closed.wait()
        finally:
            self.ended = True

    def figures(self) -> Figures:
        return Figures(len(self.accepted), 1, 0)

    def close(self) -> None:
        self.closed.set()


class World:
    """Readers over fake sources."""

    def __init__(self) -> None:
        self.scripts: dict[str, list[list[Any]]] = {}
        self.opened: list[Fake] = []
        self.judge = Judge()
        self.counts = Counts()
        self.slow: asyncio.Event | None = None

    def open(self, settings: SourceSettings, limits: Limits, position: str, _: Clock) -> Fake:
        scripts = self.scripts.get(settings.name, [])
        fake = Fake(settings, limits, position, scripts.pop(0) if scripts else [])
        fake.slow = self.slow
        self.opened.append(fake)
        return fake

    def of(self, name: str) -> list[Fake]:
        return [fake for fake in self.opened if fake.name == name]


def play(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[Readers, World], Coroutine[Any, Any, None]]
) -> list[Any]:
    async def main() -> None:
        world = World()
        monkeypatch.setattr(reading, "open_source", world.open)
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            readers = Readers(group, world.judge, world.counts, CLOCK)  # type: ignore[arg-type]
            await act(readers, world)
            await readers.stop()

    with structlog.testing.capture_logs() as logged:
        asyncio.run(main())
    return logged


def test_only_what_changed_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(readers: Readers, world: World) -> None:
        world.scripts["one"] = [[1, 2]]
        await readers.follow(Settings(source=(ONE, TWO)))
        await until(lambda: len(world.judge.blocks) == 2)
        changed = SourceSettings(name="one", path="/one", timezone="Europe/Berlin")
        await readers.follow(Settings(source=(changed, TWO)))
        await until(lambda: len(world.opened) == 3)
        assert [fake.position for fake in world.of("one")] == ["", "2"]
        assert [fake.ended for fake in world.of("one")] == [True, False]
        assert len(world.of("two")) == 1
        await readers.follow(Settings(source=(changed,)))
        assert readers.names == ["one"]
        assert world.of("two")[0].ended

    play(monkeypatch, act)


def test_it_waits_until_the_sources_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was told that the service is ready writes lines that must be seen."""

    async def act(readers: Readers, world: World) -> None:
        world.slow = asyncio.Event()
        following = asyncio.ensure_future(readers.follow(Settings(source=(ONE,))))
        await until(lambda: bool(world.opened))
        await asyncio.sleep(0.01)
        assert not following.done()
        world.slow.set()
        await following

    play(monkeypatch, act)


def test_a_source_that_does_not_open_holds_up_the_start_only_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "OPEN_SECONDS", 0.01)
    monkeypatch.setattr(reading, "DRAIN_SECONDS", 0.01)

    async def act(readers: Readers, world: World) -> None:
        world.slow = asyncio.Event()
        await readers.follow(Settings(source=(ONE, TWO)))
        assert len(world.opened) == 2

    play(monkeypatch, act)


def test_other_limits_open_every_source_again_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGHUP with another scan.line or scan.block: "taken over" must be true."""

    async def act(readers: Readers, world: World) -> None:
        world.scripts["one"] = [[1]]
        await readers.follow(Settings(source=(ONE,)))
        await until(lambda: bool(world.judge.blocks))
        await readers.follow(Settings(source=(ONE,), scan=ScanSettings(line=2048)))
        await until(lambda: len(world.opened) == 2)
        assert [fake.limits.line for fake in world.opened] == [65_536, 2048]
        assert world.opened[1].position == "1"

    play(monkeypatch, act)


def test_trouble_takes_no_other_source_with_it_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on behind what was judged, although its blocks were still waiting when it failed."""
    monkeypatch.setattr(reading, "SOURCE_PAUSE", 0.01)

    async def act(readers: Readers, world: World) -> None:
        world.scripts["one"] = [[1, 2, OSError(116, "Stale file handle")], [SourceError("no")], [3]]
        await readers.follow(Settings(source=(ONE, TWO)))
        await until(lambda: len(world.judge.blocks) == 3)
        assert [fake.position for fake in world.of("one")] == ["", "2", "2"]
        assert not world.of("two")[0].ended

    logged = play(monkeypatch, act)
    assert [each["event"] for each in logged if each["event"] == "source.failed"] == ["source.failed"] * 2


def test_what_was_accepted_is_handed_over_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM: the sender was told that its lines arrived."""

    async def act(readers: Readers, world: World) -> None:
        world.judge.open.clear()
        world.scripts["one"] = [list(range(100))]
        await readers.follow(Settings(source=(ONE,)))
        await asyncio.sleep(0.01)
        ending = asyncio.ensure_future(readers.stop())
        await asyncio.sleep(0.01)
        world.judge.open.set()
        await ending
        assert len(world.judge.blocks) == 100

    logged = play(monkeypatch, act)
    assert [each["event"] for each in logged] == ["source.ended"]


def test_a_stop_in_the_middle_of_a_reload_waits_for_what_the_reload_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A reader that nobody waits for would hand over its last blocks after the last one was judged."""

    async def act(readers: Readers, world: World) -> None:
        world.judge.open.clear()
        world.scripts["one"] = [list(range(20))]
        await readers.follow(Settings(source=(ONE,)))
        await until(lambda: bool(world.opened))
        reloading = asyncio.ensure_future(readers.follow(Settings()))
        await asyncio.sleep(0.01)
        reloading.cancel()
        await asyncio.gather(reloading, return_exceptions=True)
        stopping = asyncio.ensure_future(readers.stop())
        await asyncio.sleep(0.01)
        assert not stopping.done()
        world.judge.open.set()
        await stopping
        assert len(world.judge.blocks) == 20

    play(monkeypatch, act)


def test_a_source_that_does_not_end_is_cut_short_and_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "DRAIN_SECONDS", 0.05)

    async def act(readers: Readers, world: World) -> None:
        world.scripts["one"] = [[1]]
        await readers.follow(Settings(source=(ONE,)))
        await until(lambda: bool(world.opened))
        world.opened[0].hangs = True
        await readers.stop()
        assert world.opened[0].ended

    (logged,) = play(monkeypatch, act)
    assert (logged["event"], logged["source"]) == ("source.cut-short", "one")


def test_a_source_that_waits_to_be_tried_again_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(readers: Readers, world: World) -> None:
        world.scripts["one"] = [[SourceError("no")]]
        await readers.follow(Settings(source=(ONE,)))
        await until(lambda: bool(world.opened) and world.opened[0].ended)
        await asyncio.sleep(0.01)
        await readers.stop()

    logged = play(monkeypatch, act)
    assert [each["event"] for each in logged] == ["source.failed"]


def test_what_sources_cut_and_drop_is_counted_over_every_opening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SOURCE_PAUSE", 0.001)

    async def act(readers: Readers, world: World) -> None:
        world.scripts["one"] = [[SourceError("no")], [SourceError("no")], []]
        await readers.follow(Settings(source=(ONE,)))
        await until(lambda: len(world.opened) == 3)
        world.counts.tell()

    told = [each for each in play(monkeypatch, act) if each["event"] == "source.counts"]
    assert [(each["source"], each["cut"]) for each in told] == [("one", 3)]


def test_without_a_source_it_says_that_nobody_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(readers: Readers, _: World) -> None:
        await readers.follow(Settings())

    (told,) = play(monkeypatch, act)
    assert (told["event"], told["log_level"]) == ("source.none", "warning")


def test_a_source_that_ends_by_itself_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipe into standard input broke: the service would wait for ever and nobody would know."""

    async def act(readers: Readers, world: World) -> None:
        await readers.follow(Settings(source=(ONE, TWO)))
        await until(lambda: len(world.opened) == 2)
        world.of("one")[0].close()
        await until(lambda: world.of("one")[0].ended)
        await asyncio.sleep(0)

    logged = play(monkeypatch, act)
    assert [(each["source"], each["log_level"]) for each in logged if each["event"] == "source.ended"] == [
        ("one", "warning"),
        ("two", "info"),
    ]
