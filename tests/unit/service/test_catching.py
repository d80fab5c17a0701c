"""What a gate caught goes the same way as what a log tells."""

import asyncio
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

import structlog

from pforte.bans.offence import Kind, Offence
from pforte.service import catching
from pforte.service.catching import Catching


def offence_of(number: int) -> Offence:
    address = ip_address(f"192.0.2.{number}")
    return Offence(
        network=ip_network(address),
        address=address,
        kind=Kind.ATTACK,
        check="visit.xss",
        at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        service="http",
        source="gate.http",
        line=None,
        evidence=b"line",
    )


class Judging:
    """Takes offences when it is let."""

    def __init__(self) -> None:
        self.recorded: list[list[Offence]] = []
        self.may = asyncio.Event()

    async def record(self, offences) -> None:
        await self.may.wait()
        self.recorded.append(list(offences))


def test_offences_arrive_in_order_and_those_that_wait_go_together():
    async def run() -> None:
        judging = Judging()
        taking = Catching(judging)  # type: ignore[arg-type]
        running = asyncio.create_task(taking.run())
        taking.catch(offence_of(1))
        await asyncio.sleep(0)
        for number in (2, 3):
            taking.catch(offence_of(number))
        judging.may.set()
        taking.finish()
        await running
        assert judging.recorded == [[offence_of(1)], [offence_of(2), offence_of(3)]]

    asyncio.run(run())


def test_where_the_register_does_not_keep_up_the_log_must_tell(monkeypatch):
    """A flood must not fill the memory; the operator hears of it once."""

    async def run() -> None:
        judging = Judging()
        taking = Catching(judging)  # type: ignore[arg-type]
        with structlog.testing.capture_logs() as logs:
            for number in range(6):
                taking.catch(offence_of(number))
        assert [line["event"] for line in logs] == ["offence.left-to-the-log"]
        judging.may.set()
        taking.finish()
        await taking.run()
        assert judging.recorded == [[offence_of(number) for number in range(4)]]

    monkeypatch.setattr(catching, "MOST_WAITING", 4)
    asyncio.run(run())
