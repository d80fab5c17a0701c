"""Blocks are judged one after the other, and what belongs together goes to the register together."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

from pforte.bans.exemption import build_exemptions
from pforte.bans.offence import Kind, Offence
from pforte.clock import SetClock
from pforte.net.addresses import Network, network_of
from pforte.net.local import Local
from pforte.service.judging import QUEUE, Judging
from pforte.settings.table import ExemptSettings, Settings, SourceSettings
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
        self._during_take_over = during_take_over

    def scan(self, data: bytes, origin: Origin, now: datetime, first_line: int | None = None) -> Scanned:
        self.seen.append(data)
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
        return Scanned(offences=tuple(found), lines=len(found))

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


def play(act: Callable[[Judging, Taker], Coroutine[Any, Any, None]], scan: Scan | None = None) -> Taker:
    taker = Taker()

    async def main() -> None:
        judging = Judging(
            Settings(),
            exempting(str(SPARED)),
            scan or Scan(),
            taker,
            SetClock(NOW),
            lambda: None,  # type: ignore[arg-type]
        )
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
        await judging.take_over(Settings(), new, exempting("198.18.0.0/16"))  # type: ignore[arg-type]
        await judging.put(SOURCE, block(2, "198.18.0.1"))

    first, second = play(act, old).taken
    assert [len(old.seen), len(new.seen)] == [1, 1]
    assert first["entries"][0].offence.exempt == ""
    assert second["entries"][0].offence.exempt == "setting exempt.networks"


def test_a_ban_told_while_the_scanner_changes_reaches_the_new_one() -> None:
    """Otherwise its lines would be judged again until the next restart."""
    network = ip_network("198.18.0.1/32")
    told: list[Callable[[], None]] = []
    new = Scan(during_take_over=lambda: [tell() for tell in told])

    async def act(judging: Judging, _: Taker) -> None:
        told.append(lambda: judging.shut_out(network, NOW))
        await judging.take_over(Settings(), new, exempting())  # type: ignore[arg-type]

    play(act)
    assert new.shut == {network}
