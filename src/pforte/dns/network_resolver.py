"""A resolver that asks the configured servers.

Every look-up is bounded: in time, in look-ups under way at once, in aliases followed and in what is kept of an
answer. The same question asked twice at once is put once.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

import dns.asyncbackend
import dns.asyncresolver
import dns.exception
import dns.message
import dns.rdatatype
import dns.resolver

from pforte.dns.cache import AnswerCache
from pforte.dns.questions import Name, RdataType, answer_of, ask_addresses, ask_names, ask_records
from pforte.dns.resolver import Address, Answer, Status, Version

MOST_ALIASES = 8
"""Answers followed that name only an alias; a recursive server follows aliases itself and sends the whole chain."""

_EDNS_BYTES = 1_232  # DNS flag day 2020: larger datagrams are cut to pieces on the way
_WAITING_PER_LOOK_UP = 10

Ask = Callable[[Name, RdataType], Awaitable[dns.resolver.Answer]]
_Question = tuple[tuple[bytes, ...], int]


class NetworkResolver:
    """Asks DNS servers over UDP, and over TCP where an answer does not fit.

    Args:
        servers: addresses of the resolvers to ask, in their order; empty takes those of /etc/resolv.conf.
        port: port of the servers.
        timeout: time for one question with its retries; a question that waits longer for its turn is TROUBLE.
        cache: answers kept at most.
        concurrency: questions under way at once at most; ten times as many may wait.
        monotonic: tells seconds that never run backwards, for the cache.
    """

    def __init__(
        self,
        servers: Sequence[str] = (),
        *,
        port: int = 53,
        timeout: timedelta = timedelta(seconds=2),
        cache: int = 10_000,
        concurrency: int = 100,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask: Ask = _asking(servers, port, timeout.total_seconds())
        self._timeout = timeout.total_seconds()
        self._cache = AnswerCache(cache, monotonic)
        self._turn = asyncio.Semaphore(concurrency)
        self._most_under_way = concurrency * (1 + _WAITING_PER_LOOK_UP)
        self._under_way: dict[_Question, asyncio.Task[Answer[str]]] = {}

    async def addresses(self, name: str, version: Version | None = None) -> Answer[Address]:
        """Return the addresses of a host, as :class:`pforte.dns.resolver.Resolver` says."""
        return await ask_addresses(self._look_up, name, version)

    async def names(self, address: Address) -> Answer[str]:
        """Return the names of an address, as :class:`pforte.dns.resolver.Resolver` says."""
        return await ask_names(self._look_up, address)

    async def records(self, name: str, kind: str) -> Answer[str]:
        """Return the records of one type, as :class:`pforte.dns.resolver.Resolver` says."""
        return await ask_records(self._look_up, name, kind)

    async def close(self) -> None:
        """Give up what is under way; whoever waits for it is answered TROUBLE."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _look_up(self, name: Name, kind: RdataType) -> "asyncio.Future[Answer[str]]":
        """Begin a look-up; what is known already is there at once."""
        question = _question(name, kind)
        waiting: asyncio.Future[Answer[str]] = asyncio.get_running_loop().create_future()
        task = self._under_way.get(question)
        kept = self._cache.get(question)
        if kept is not None:
            waiting.set_result(kept)
        elif task is None and len(self._under_way) >= self._most_under_way:
            waiting.set_result(_trouble("too many look-ups are under way"))
        else:
            if task is None:
                task = self._under_way[question] = asyncio.create_task(self._answer(name, kind))
                task.add_done_callback(lambda _: self._under_way.pop(question))
            task.add_done_callback(partial(_tell, waiting))
        return waiting

    async def _answer(self, name: Name, kind: RdataType) -> Answer[str]:
        try:
            async with asyncio.timeout(self._timeout):
                await self._turn.acquire()
        except TimeoutError:
            return _trouble("too many look-ups are under way")
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._follow(name, kind)
        except TimeoutError:
            answer = _trouble(f"no answer within {self._timeout:g} s")
        except (dns.exception.DNSException, OSError) as error:
            answer = _trouble(str(error) or type(error).__name__)
        finally:
            self._turn.release()
        self._cache.put(_question(name, kind), answer)
        return answer

    async def _follow(self, name: Name, kind: RdataType) -> Answer[str]:
        ttls: list[int] = []
        for _ in range(MOST_ALIASES + 1):
            try:
                found = await self._ask(name, kind)
            except dns.resolver.NXDOMAIN as error:
                nonexistent = not ttls and error.canonical_name == name
                return Answer(
                    status=Status.NONE, ttl=min([*ttls, _negative_ttl(error)]), nonexistent=nonexistent
                )
            chain = found.chaining_result
            if found.rrset is not None:
                return answer_of(found.rrset, min([*ttls, chain.minimum_ttl]))
            beside = {rrset.rdtype for rrset in found.response.authority}
            if RdataType.NS in beside and RdataType.SOA not in beside:  # RFC 2308 s2.2: a referral
                return _trouble("the server refers to others instead of answering")
            # An alias alone is half an answer; with an SOA it says that its target has nothing.
            if chain.canonical_name == name or RdataType.SOA in beside:
                return Answer(status=Status.NONE, ttl=min([*ttls, chain.minimum_ttl]))
            ttls.extend(alias.ttl for alias in chain.cnames)
            name = chain.canonical_name
        return _trouble(f"more than {MOST_ALIASES} aliases follow one another")


def _asking(servers: Sequence[str], port: int, timeout: float) -> Ask:
    """Make the function that puts one question to the servers and tries them in turn."""
    try:
        resolver = dns.asyncresolver.Resolver(configure=not servers)
    except dns.resolver.NoResolverConfiguration:
        resolver = dns.asyncresolver.Resolver(configure=False)  # It knows no server, which every answer says.
    if servers:
        resolver.nameservers = list(servers)
    resolver.port = port
    resolver.lifetime = timeout
    resolver.timeout = timeout / max(2, len(resolver.nameservers))
    resolver.use_edns(0, 0, _EDNS_BYTES)
    resolver.cache = None
    backend = dns.asyncbackend.get_backend("asyncio")

    async def ask(name: Name, kind: RdataType) -> dns.resolver.Answer:
        return await resolver.resolve(name, kind, raise_on_no_answer=False, search=False, backend=backend)

    return ask


def _negative_ttl(error: dns.resolver.NXDOMAIN) -> int:
    responses: dict[Name, dns.message.QueryMessage] = error.responses()  # type: ignore[no-untyped-call]
    return min((response.resolve_chaining().minimum_ttl for response in responses.values()), default=0)


def _question(name: Name, kind: RdataType) -> _Question:
    """Return what stands for a question: a name of dnspython works out its hash anew each time, letter by letter."""
    return name.labels, int(kind)


def _tell(waiting: "asyncio.Future[Answer[str]]", made: "asyncio.Task[Answer[str]]") -> None:
    """Tell one of those who wait for an answer; the others go on waiting when one of them is cancelled."""
    if waiting.done():
        return
    if made.cancelled():
        waiting.set_result(_trouble("the resolver is closed"))
    elif (mistake := made.exception()) is not None:
        waiting.set_exception(mistake)
    else:
        waiting.set_result(made.result())


def _trouble(said: str) -> Answer[str]:
    return Answer(status=Status.TROUBLE, trouble=said)
