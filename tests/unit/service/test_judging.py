"""Blocks are judged one after the other, and what belongs together goes to the register together."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import structlog
from service_steps import until

from pforte.bans.exemption import build_exemptions
from pforte.bans.offence import Kind, Offence
from pforte.clock import SetClock
from pforte.net.addresses import Network, network_of
from pforte.net.local import Local
from pforte.service.counting import Counts
from pforte.service.judging import QUEUE, Judging, Rules
from pforte.settings.table import ExemptSettings, ServiceSettings, Settings, SourceSettings
from pforte.sources.block import Block
from pforte.visits.scan import Origin, Scanned

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOURCE = SourceSettings(name="log", format="combined")
SPARED = ip_network("192.0.2.0/24")


class Taker:
    """Stands for the gathering."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []

    async def add(self, **what: Any) -> None:
        self.taken.append(what)


class Scan:
    """Stands for a scanner: each line is an offence of the address it holds."""

    def __init__(self, *, during_take_over: Callable[[], object] = lambda: None) -> None:
        self.shut: set[Network] = set()
        self.seen: list[bytes] = []
        self.formats: list[str] = []
        self.look: Callable[[], None] = lambda: None
        self._during_take_over = during_take_over

    def scan(self, data: bytes, origin: Origin, now: datetime, first_line: int | None = None) -> Scanned:
        self.seen.append(data)
        self.formats.append(origin.log.name)
        self.look()
        offset, found = 0, []
        for line in data.splitlines(keepends=True):
            address = ip_address(line.decode().strip())
            offence = Offence(
                network=network_of(address),
                address=address,
                kind=Kind.ATTACK,
                check="visit.trap",
                at=now,
                service="http",
                source=origin.source,
                line=first_line,
                evidence=line,
            )
            found.append((offence, offset))
            offset += len(line)
        return Scanned(offences=tuple(found), lines=len(found), capped=3)

    def changes(self) -> tuple[()]:
        return ()

    def shut_out(self, network: Network, until: datetime) -> None:
        self.shut.add(network)

    def let_in(self, network: Network) -> None:
        self.shut.discard(network)

    def take_over(self, former: "Scan") -> None:
        self.shut = set(former.shut)
        self._during_take_over()


def exempting(*networks: str) -> Any:
    return build_exemptions(ExemptSettings(networks=networks, own=False), Local((), (), ()), {}, 64)


def play(
    act: Callable[[Judging, Taker], Coroutine[Any, Any, None]],
    scan: Scan | None = None,
    *,
    settings: Settings | None = None,
    counts: Counts | None = None,
) -> Taker:
    taker = Taker()

    async def main() -> None:
        rules = Rules(settings or Settings(), exempting(str(SPARED)), scan or Scan())  # type: ignore[arg-type]
        judging = Judging(rules, taker, SetClock(NOW), counts or Counts(), lambda: None)  # type: ignore[arg-type]
        running = asyncio.create_task(judging.run())
        await act(judging, taker)
        await judging.finish()
        await running

    asyncio.run(main())
    return taker


def block(number: int, *addresses: str) -> Block:
    data = "".join(f"{address}\n" for address in addresses).encode()
    return Block("log", data, 1, f"position {number}", f"1:2:3:{number * 1000}", "/log")


def test_offences_and_position_of_a_block_go_together() -> None:
    """Law 2: one transaction holds both."""

    async def act(judging: Judging, _: Taker) -> None:
        await judging.put(SOURCE, block(1, "198.18.0.1", "192.0.2.9"))

    (taken,) = play(act).taken
    assert taken["positions"] == {"log": "position 1"}
    assert [(each.origin, each.offence.exempt) for each in taken["entries"]] == [
        ("1:2:3:1000:visit.trap", ""),
        ("1:2:3:1011:visit.trap", "setting exempt.networks"),
    ]


def test_an_opening_block_is_a_position_only() -> None:
    scan = Scan()

    async def act(judging: Judging, _: Taker) -> None:
        await judging.put(SOURCE, block(0))
        await judging.catch_up()
        assert judging.positions == {"log": "position 0"}

    (taken,) = play(act, scan).taken
    assert taken["positions"] == {"log": "position 0"}
    assert scan.seen == []


def test_blocks_are_judged_in_order_and_catching_up_waits_for_them() -> None:
    async def act(judging: Judging, taker: Taker) -> None:
        for number in range(QUEUE * 3):
            await judging.put(SOURCE, block(number, "198.18.0.1"))
        await judging.catch_up()
        assert [each["positions"]["log"] for each in taker.taken] == [
            f"position {number}" for number in range(QUEUE * 3)
        ]

    play(act)


def test_new_settings_count_from_the_next_block() -> None:
    """SIGHUP: the blocks before are judged by the old ones."""
    old, new = Scan(), Scan()

    async def act(judging: Judging, _: Taker) -> None:
        await judging.put(SOURCE, block(1, "198.18.0.1"))
        await judging.take_over(Rules(Settings(), exempting("198.18.0.0/16"), new))  # type: ignore[arg-type]
        await judging.put(SOURCE, block(2, "198.18.0.1"))

    first, second = play(act, old).taken
    assert [len(old.seen), len(new.seen)] == [1, 1]
    assert first["entries"][0].offence.exempt == ""
    assert second["entries"][0].offence.exempt == "setting exempt.networks"


def test_a_new_format_counts_from_the_next_block() -> None:
    """What is known of a file is what the former settings said of it."""
    scan, renamed = Scan(), SourceSettings(name="log", format="common")

    async def act(judging: Judging, _: Taker) -> None:
        await judging.put(SOURCE, block(1, "198.18.0.1"))
        await judging.take_over(Rules(Settings(), exempting(), scan))  # type: ignore[arg-type]
        await judging.put(renamed, block(2, "198.18.0.1"))

    play(act, scan)
    assert scan.formats == ["combined", "common"]


def test_a_ban_told_while_the_scanner_changes_reaches_the_new_one() -> None:
    """Otherwise its lines would be judged again until the next restart."""
    network = ip_network("198.18.0.1/32")
    told: list[Callable[[], None]] = []
    new = Scan(during_take_over=lambda: [tell() for tell in told])

    async def act(judging: Judging, _: Taker) -> None:
        told.append(lambda: judging.shut_out(network, NOW))
        await judging.take_over(Rules(Settings(), exempting(), new))  # type: ignore[arg-type]

    play(act)
    assert new.shut == {network}


def test_a_block_that_cannot_be_judged_is_set_aside_and_the_next_is_judged(tmp_path: Path) -> None:
    """One line must not stop all logs: its bytes are kept, it is told with its place, and reading goes on."""
    settings = Settings(service=ServiceSettings(state=tmp_path))

    async def act(judging: Judging, _: Taker) -> None:
        await judging.put(SOURCE, block(1, "198.18.0.1", "no address"))
        await judging.put(SOURCE, block(2, "198.18.0.2"))

    with structlog.testing.capture_logs() as logged:
        first, second = play(act, settings=settings).taken
    assert (first["positions"], first["entries"]) == ({"log": "position 1"}, [])
    assert [str(each.offence.address) for each in second["entries"]] == ["198.18.0.2"]
    (told,) = [each for each in logged if each["event"] == "lines.set-aside"]
    assert (told["place"], told["lines"]) == ("/log:1", 2)
    assert isinstance(told["exc_info"], ValueError)
    assert Path(told["kept"]).read_bytes() == b"198.18.0.1\nno address\n"


def test_a_line_that_cannot_be_judged_is_set_aside_alone(tmp_path: Path) -> None:
    """Whoever finds such a line must not hide others behind it."""
    settings, counts = Settings(service=ServiceSettings(state=tmp_path)), Counts()

    class Stumbling(Scan):
        def scan(self, data: bytes, origin: Origin, now: datetime, first_line: int | None = None) -> Scanned:
            scanned = super().scan(data, origin, now, first_line)
            return replace(scanned, offences=scanned.offences[:1], stumbles=(11,), mistake=ValueError("x"))

    async def act(judging: Judging, _: Taker) -> None:
        await judging.put(SOURCE, block(1, "198.18.0.1", "198.18.0.2", "198.18.0.3"))

    with structlog.testing.capture_logs() as logged:
        (taken,) = play(act, Stumbling(), settings=settings, counts=counts).taken
        counts.tell_totals()
    assert [str(each.offence.address) for each in taken["entries"]] == ["198.18.0.1"]
    (told,) = [each for each in logged if each["event"] == "lines.set-aside"]
    assert (told["place"], told["lines"]) == ("/log:2", 1)
    assert Path(told["kept"]).read_bytes() == b"198.18.0.2\n"
    (total,) = [each for each in logged if each["event"] == "source.total"]
    assert (total["lines"], total["set_aside"]) == (2, 1)


def test_lines_are_counted_by_what_became_of_them(tmp_path: Path) -> None:
    counts = Counts()
    settings = Settings(service=ServiceSettings(state=tmp_path))
    unknown = SourceSettings(name="log", format="auto")

    async def act(judging: Judging, _: Taker) -> None:
        await judging.put(SOURCE, block(1, "198.18.0.1"))
        await judging.put(unknown, Block("log", b"nobody\nknows\n", 1, "2", "", "/other"))
        await judging.put(unknown, Block("log", b"\n\n", 1, "3", "", "/blank"))
        await judging.put(SOURCE, block(3, "no address"))

    play(act, settings=settings, counts=counts)
    with structlog.testing.capture_logs() as logged:
        counts.tell_totals()
    (told,) = logged
    assert (told["lines"], told["unread"], told["set_aside"], told["capped"]) == (1, 2, 1, 3)


def test_it_tells_since_when_it_is_at_a_block() -> None:
    """The watchdog asks."""
    seen: list[float | None] = []

    async def act(judging: Judging, _: Taker) -> None:
        assert judging.since is None
        scan.look = lambda: seen.append(judging.since)
        await judging.put(SOURCE, block(1, "198.18.0.1"))
        await until(lambda: bool(seen))
        await judging.catch_up()
        assert judging.since is None

    scan = Scan()
    play(act, scan)
    assert seen[0] is not None
