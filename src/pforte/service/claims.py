"""Visitors that say they are a crawler: their offences wait until the DNS or a published range has spoken."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from pforte.bans.offence import Kind, Offence
from pforte.clock import Clock
from pforte.dns.resolver import Resolver
from pforte.net.addresses import Address, Network
from pforte.register.batch import Claim, Settlement
from pforte.register.gathering import Gathering
from pforte.robots.verifiable import crawler_name
from pforte.robots.verification import Verification, verify
from pforte.visits.checks.impersonated_crawler import CHECK as IMPERSONATED

PATIENCE = timedelta(days=1)
"""How long a claim waits for an answer; then it is dropped, because trouble is no verdict (law 6)."""
ATTACK_PATIENCE = timedelta(minutes=10)
"""How long an attack waits for the proof of a claim that would excuse it; the attack itself is proven."""
AT_ONCE = 50
"""Claims looked into at once."""
MOST_WAITING = 1_000
"""Claims that wait in memory to be looked into; the register keeps those beyond, for a later try."""
MOST_KNOWN = 100_000

_log = structlog.get_logger("pforte")


class Claims:
    """Looks into claims and settles them.

    Args:
        resolver: asks the DNS.
        ranges: published ranges, by crawler.
        gathering: takes the settlements to the register.
        clock: tells how long a claim has waited.
        exempt: says why an address is never banned, or ""; it may have become exempt while the claim waited.
    """

    def __init__(
        self,
        resolver: Resolver,
        ranges: Mapping[str, Sequence[Network]],
        gathering: Gathering,
        clock: Clock,
        exempt: Callable[[Address], str],
    ) -> None:
        self._resolver = resolver
        self.ranges = ranges
        """Published ranges; may be replaced at any time."""
        self._gathering = gathering
        self._clock = clock
        self._exempt = exempt
        self._waiting: asyncio.Queue[Claim] = asyncio.Queue(MOST_WAITING)
        self._open: set[int] = set()
        self._first_tried: dict[int, datetime] = {}
        self._taken_up = 0

    async def take_up(self, pending: Callable[[int, int], Awaitable[Sequence[Claim]]]) -> None:
        """Take up open claims in turn, so that many without an answer do not hide the others.

        Args:
            pending: returns at most so many open claims that have a higher number than another.
        """
        room = MOST_WAITING - self._waiting.qsize()
        if not room:
            return
        taken = await pending(room, self._taken_up)
        self._taken_up = taken[-1].number if len(taken) == room else 0
        for claim in taken:
            self.submit(claim)

    def submit(self, claim: Claim) -> None:
        """Let a claim be looked into soon; where too many wait already, the register keeps it for a later try."""
        if claim.number not in self._open and not self._waiting.full():
            self._open.add(claim.number)
            self._waiting.put_nowait(claim)

    async def run(self) -> None:
        """Look into one claim after the other until cancelled; ``AT_ONCE`` of these may run."""
        while True:
            claim = await self._waiting.get()
            try:
                await self.look_into(claim)
            finally:
                self._open.discard(claim.number)

    async def look_into(self, claim: Claim) -> None:
        """Look into one claim; where no answer can be had it stays open in the register for a later try."""
        offence, now = claim.offence, self._clock.now()
        found = await verify(offence.claim, offence.address, self._resolver, self.ranges)
        # Patience counts from the first try, not from the line: a backlog must not be judged by its first time-out.
        first = self._first_tried.setdefault(claim.number, now)
        if found is Verification.UNKNOWN and self._clock.now() - first < patience(offence):
            while len(self._first_tried) > MOST_KNOWN:
                del self._first_tried[next(iter(self._first_tried))]
            return
        del self._first_tried[claim.number]
        if found is Verification.PROVEN and offence.check != IMPERSONATED.id:
            _log.warning(
                "crawler.offends",
                crawler=offence.claim,
                address=str(offence.address),
                check=offence.check,
                place=f"{offence.source}:{offence.line}",
            )
        left = settled(offence, found)
        reason = self._exempt(offence.address)
        if left is not None and reason:
            left = replace(left, exempt=reason)
        settlement = Settlement(number=claim.number, offence=left)
        await self._gathering.add(settlements=[settlement])


def settled(offence: Offence, found: Verification) -> Offence | None:
    """Return what an offence becomes once its visitor's claim was looked into; None where nothing is left of it.

    A proven crawler is exempt, but its offence is recorded; the claim alone is an offence only if it is forged;
    an attack needs no claim to be one.
    """
    if offence.check == IMPERSONATED.id:
        return offence if found is Verification.FORGED else None
    if found is Verification.PROVEN:
        return replace(offence, exempt=f"verified crawler {crawler_name(offence.claim)}")
    return offence if found is Verification.FORGED or offence.kind is Kind.ATTACK else None


def patience(offence: Offence) -> timedelta:
    """Return how long an offence waits for an answer about its visitor."""
    attack = offence.kind is Kind.ATTACK and offence.check != IMPERSONATED.id
    return ATTACK_PATIENCE if attack else PATIENCE
