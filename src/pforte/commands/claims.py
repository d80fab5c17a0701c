"""Visitors that say they are a well-known crawler: what ``scan`` and ``replay`` make of their offences.

A claim convicts nobody before it is proven wrong. Look-ups run beside the reading of the file, each claim of an
address once; the offences keep their order, and a bounded number of them waits.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Self

from pforte.bans.offence import Offence
from pforte.commands.unchecked import unproven
from pforte.dns.resolver import Address, Answer, Resolver, Status, Version
from pforte.net.addresses import Network
from pforte.robots.verifiable import crawler_name
from pforte.robots.verification import Verification, verify
from pforte.settings.table import DnsSettings
from pforte.visits.checks.impersonated_crawler import ID as IMPERSONATED

NO_RANGES: Mapping[str, Sequence[Network]] = {}
AT_ONCE = 50
"""Claims looked into at once."""
WAITING = 20_000
"""Offences that wait for an answer, and those behind them, at most."""
REMEMBERED = 100_000
"""Answers kept for later offences of the same visitor; the oldest leave first."""


class SilentResolver:
    """Asks nobody: every answer is that it is not known. Published ranges still prove a crawler."""

    async def addresses(self, name: str, version: Version | None = None) -> Answer[Address]:  # noqa: ARG002  as the protocol has it
        """Return that it is not known."""
        return Answer(status=Status.TROUBLE, trouble="look-ups are off")

    async def names(self, address: Address) -> Answer[str]:  # noqa: ARG002  as the protocol has it
        """Return that it is not known."""
        return Answer(status=Status.TROUBLE, trouble="look-ups are off")

    async def records(self, name: str, kind: str) -> Answer[str]:  # noqa: ARG002  as the protocol has it
        """Return that it is not known."""
        return Answer(status=Status.TROUBLE, trouble="look-ups are off")


def open_resolver(dns: str, settings: DnsSettings) -> Resolver:
    """Return the resolver that the option ``--dns`` means.

    Args:
        dns: ``none``, ``system`` (the servers of the settings) or the path of a zone file.
        settings: servers and limits.

    Raises:
        ZoneFileError: the zone file cannot be read; the message names the line.
    """
    if dns == "none":
        return SilentResolver()
    if dns == "system":
        from pforte.dns.network_resolver import NetworkResolver  # noqa: PLC0415  slow to load

        return NetworkResolver(
            settings.servers,
            port=settings.port,
            timeout=settings.timeout,
            cache=settings.cache,
            concurrency=settings.concurrency,
        )
    from pforte.dns.zone_file import ZoneFileResolver  # noqa: PLC0415  slow to load

    return ZoneFileResolver.read([Path(dns)])


class Listening:
    """Passes questions on and counts how many addresses have a name.

    A resolver that says of every address that it has none would make every real crawler look forged.

    Args:
        resolver: answers the questions.
        heard: counts addresses, under ``named`` and ``nameless``.
    """

    def __init__(self, resolver: Resolver, heard: Counter[str]) -> None:
        self._resolver = resolver
        self._heard = heard

    async def addresses(self, name: str, version: Version | None = None) -> Answer[Address]:
        """Return the addresses of a host."""
        return await self._resolver.addresses(name, version)

    async def names(self, address: Address) -> Answer[str]:
        """Return the names of an address."""
        answer = await self._resolver.names(address)
        if answer.status is not Status.TROUBLE:
            self._heard["named" if answer.values else "nameless"] += 1
        return answer

    async def records(self, name: str, kind: str) -> Answer[str]:
        """Return the records of one type."""
        return await self._resolver.records(name, kind)


def settled(offence: Offence, found: Verification, *, excuse: bool) -> Offence | None:
    """Return what an offence becomes once its visitor's claim was looked into; None where nothing is left of it.

    The claim alone is an offence only if it is forged. A proven crawler is exempt (law 4).

    Args:
        offence: it carries a claim.
        found: what is known of the claim.
        excuse: whether crawlers are exempt (setting ``exempt.crawlers``).
    """
    if found is Verification.FORGED:
        return offence
    if found is Verification.UNKNOWN:
        return unproven(offence, excuse=excuse)
    if offence.check == IMPERSONATED:
        return None
    return replace(offence, exempt=f"verified crawler {crawler_name(offence.claim)}") if excuse else offence


class Claims:
    """Settles the offences of visitors that claim to be a crawler. Use it in a ``with`` statement.

    Args:
        resolver: answers the questions; a :class:`SilentResolver` answers none.
        ranges: published ranges, by crawler.
        excuse: whether crawlers are exempt (setting ``exempt.crawlers``).

    Attributes:
        found: the number of offences with a claim by what is known of it: ``proven``, ``forged`` or ``unknown``; and
            what :class:`Listening` heard.
    """

    def __init__(
        self,
        resolver: Resolver,
        ranges: Mapping[str, Sequence[Network]] = NO_RANGES,
        *,
        excuse: bool = True,
    ) -> None:
        self.found: Counter[str] = Counter()
        self._resolver = Listening(resolver, self.found)
        self._ranges = ranges
        self._excuse = excuse
        self._answers: dict[tuple[str, Address], Future[Verification]] = {}
        self._asking: _Asking | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._asking is not None:
            self._asking.stop()

    def settle(self, offences: Iterable[Offence]) -> Iterator[Offence]:
        """Yield in their order the offences that are left, exempt where the visitor is excused."""
        waiting: deque[tuple[Offence, Future[Verification] | None]] = deque()
        for offence in offences:
            answer = self._ask(offence) if offence.claim else None
            if answer is None and not waiting:
                yield offence
                continue
            waiting.append((offence, answer))
            while waiting and (len(waiting) > WAITING or _is_known(waiting[0][1])):
                yield from self._settled(*waiting.popleft())
        while waiting:
            yield from self._settled(*waiting.popleft())

    def _settled(self, offence: Offence, answer: Future[Verification] | None) -> Iterator[Offence]:
        if answer is None:
            yield offence
            return
        found = answer.result()
        self.found[found.value] += 1
        left = settled(offence, found, excuse=self._excuse)
        if left is not None:
            yield left

    def _ask(self, offence: Offence) -> Future[Verification]:
        """Return the answer about the visitor's claim, which may still be under way."""
        key = (offence.claim, offence.address)
        answer = self._answers.get(key)
        if answer is None:
            if self._asking is None:
                self._asking = _Asking(self._resolver, self._ranges)
            while len(self._answers) >= REMEMBERED:
                del self._answers[next(iter(self._answers))]
            answer = self._answers[key] = self._asking.ask(*key)
        return answer


class _Asking:
    """Asks from a thread of its own, where the questions wait for each other and not for the reading of the file."""

    def __init__(self, resolver: Resolver, ranges: Mapping[str, Sequence[Network]]) -> None:
        self._resolver = resolver
        self._ranges = ranges
        self._room = asyncio.Semaphore(AT_ONCE)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="claims", daemon=True)
        self._thread.start()

    def ask(self, claim: str, address: Address) -> Future[Verification]:
        return asyncio.run_coroutine_threadsafe(self._verify(claim, address), self._loop)

    def stop(self) -> None:
        """Give up what is still asked and end the thread."""
        asyncio.run_coroutine_threadsafe(self._give_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _verify(self, claim: str, address: Address) -> Verification:
        async with self._room:
            return await verify(claim, address, self._resolver, self._ranges)

    async def _give_up(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _is_known(answer: Future[Verification] | None) -> bool:
    return answer is None or answer.done()
