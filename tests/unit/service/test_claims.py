"""Visitors that say they are a crawler: proven ones are spared, forged ones are not, trouble waits."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from service_steps import until

from pforte.bans.offence import Kind, Offence
from pforte.clock import SetClock
from pforte.dns.zone_file import ZoneFileResolver
from pforte.net.addresses import Address, network_of
from pforte.register.batch import Claim, Settlement
from pforte.service.claims import MOST_WAITING, Claims, patience

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ZONE = """\
1.66.249.66.in-addr.arpa. PTR crawl-66-249-66-1.googlebot.com.
crawl-66-249-66-1.googlebot.com. A 66.249.66.1
9.2.0.192.in-addr.arpa. PTR crawl.googlebot.com.evil.example.
"""


def offence(address: str, check: str = "visit.impersonated-crawler", kind: Kind = Kind.ATTACK) -> Offence:
    real = ip_address(address)
    return Offence(
        network=network_of(real),
        address=real,
        kind=kind,
        check=check,
        at=START,
        service="http",
        source="access.log",
        line=1,
        evidence=b"",
        claim="googlebot",
    )


class Taker:
    def __init__(self) -> None:
        self.taken: list[Settlement] = []

    async def add(self, *, settlements: list[Settlement]) -> None:
        self.taken += settlements


def nobody(_: Address) -> str:
    return ""


def look(
    each: Offence,
    *,
    trouble: bool = False,
    again_after: tuple[timedelta, ...] = (),
    exempt: Callable[[Address], str] | None = None,
) -> list[Settlement]:
    """Look into a claim about a line of long ago, and again after some time; return what was settled."""
    taker, clock = Taker(), SetClock(START + timedelta(days=9))
    troubles = {"9.2.0.192.in-addr.arpa.": "time-out"} if trouble else {}
    resolver = ZoneFileResolver(ZONE, troubles=troubles)

    async def main() -> None:
        claims = Claims(resolver, {}, taker, clock, exempt or nobody)  # type: ignore[arg-type]
        await claims.look_into(Claim(number=7, offence=each))
        for span in again_after:
            clock.move(span)
            await claims.look_into(Claim(number=7, offence=each))

    asyncio.run(main())
    return taker.taken


def test_a_forged_claim_is_an_offence() -> None:
    each = offence("192.0.2.9")
    assert look(each) == [Settlement(number=7, offence=each)]


def test_a_proven_claim_alone_is_nothing() -> None:
    assert look(offence("66.249.66.1")) == [Settlement(number=7, offence=None)]


def test_a_proven_crawler_that_breaks_robots_is_recorded_and_spared() -> None:
    """Row 28 of the visit regulation."""
    (settlement,) = look(offence("66.249.66.1", "visit.robots", Kind.STANDARDS))
    assert settlement.offence is not None
    assert settlement.offence.exempt == "verified crawler Googlebot"


def test_trouble_is_no_verdict() -> None:
    """Law 6: the claim stays open for a later try, and is dropped in the end."""
    each = offence("192.0.2.9", "visit.robots", Kind.STANDARDS)
    assert look(each, trouble=True) == []
    assert look(each, trouble=True, again_after=(timedelta(hours=23),)) == []
    assert look(each, trouble=True, again_after=(timedelta(days=2),)) == [Settlement(number=7, offence=None)]


def test_an_attack_needs_no_claim_to_be_one() -> None:
    """Whoever breaks his own name server must not gain by it."""
    each = offence("192.0.2.9", "visit.sql-injection")
    assert look(each, trouble=True, again_after=(timedelta(minutes=5),)) == []
    assert look(each, trouble=True, again_after=(timedelta(minutes=11),)) == [
        Settlement(number=7, offence=each)
    ]


@pytest.mark.parametrize(
    ("check", "kind", "waits"),
    [
        ("visit.impersonated-crawler", Kind.ATTACK, timedelta(days=1)),
        ("visit.robots", Kind.STANDARDS, timedelta(days=1)),
        ("visit.xss", Kind.ATTACK, timedelta(minutes=10)),
    ],
)
def test_patience(check: str, kind: Kind, waits: timedelta) -> None:
    assert patience(offence("192.0.2.9", check, kind)) == waits


def test_whoever_became_exempt_while_the_claim_waited_is_spared() -> None:
    """Exemptions stand before the ladder, whenever it is asked."""
    (settlement,) = look(offence("192.0.2.9"), exempt=lambda _: "setting exempt.networks")
    assert settlement.offence is not None
    assert settlement.offence.exempt == "setting exempt.networks"


def test_too_many_claims_wait_in_the_register_and_are_looked_into_once() -> None:
    """A flood of false crawlers must not fill the memory."""
    taker = Taker()
    resolver = ZoneFileResolver(ZONE)

    async def main() -> None:
        claims = Claims(resolver, {}, taker, SetClock(START), nobody)  # type: ignore[arg-type]
        for number in range(MOST_WAITING + 50):
            claims.submit(Claim(number=number, offence=offence("192.0.2.9")))
            claims.submit(Claim(number=number, offence=offence("192.0.2.9")))
        workers = [asyncio.create_task(claims.run()) for _ in range(4)]
        for _ in range(5000):
            await asyncio.sleep(0.001)
            if len(taker.taken) >= MOST_WAITING:
                break
        for worker in workers:
            worker.cancel()

    asyncio.run(main())
    assert sorted(each.number for each in taker.taken) == list(range(MOST_WAITING))


def test_open_claims_are_taken_up_in_turn() -> None:
    """Many without an answer must not hide the others for ever."""
    asked: list[tuple[int, int]] = []

    async def pending(room: int, after: int) -> list[Claim]:
        asked.append((room, after))
        most = min(MOST_WAITING + 10, after + room)
        return [Claim(number=n, offence=offence("192.0.2.9")) for n in range(after + 1, most + 1)]

    async def main() -> None:
        claims = Claims(ZoneFileResolver(ZONE), {}, Taker(), SetClock(START), nobody)  # type: ignore[arg-type]
        await claims.take_up(pending)
        workers = [asyncio.create_task(claims.run()) for _ in range(4)]
        await until(lambda: not claims._waiting.qsize())
        await claims.take_up(pending)
        await claims.take_up(pending)
        for worker in workers:
            worker.cancel()

    asyncio.run(main())
    assert asked[:2] == [(MOST_WAITING, 0), (MOST_WAITING, MOST_WAITING)]
    assert asked[2][1] == 0


def test_a_full_queue_does_not_begin_the_round_anew() -> None:
    """Those behind the oldest thousand would never have their turn."""
    asked: list[tuple[int, int]] = []

    async def pending(room: int, after: int) -> list[Claim]:
        asked.append((room, after))
        return [Claim(number=n, offence=offence("192.0.2.9")) for n in range(after + 1, after + room + 1)]

    async def main() -> None:
        claims = Claims(ZoneFileResolver(ZONE), {}, Taker(), SetClock(START), nobody)  # type: ignore[arg-type]
        await claims.take_up(pending)
        await claims.take_up(pending)
        worker = asyncio.create_task(claims.run())
        await until(lambda: not claims._waiting.qsize())
        await claims.take_up(pending)
        worker.cancel()

    asyncio.run(main())
    assert [after for _, after in asked] == [0, MOST_WAITING]
