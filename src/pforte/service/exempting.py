"""Who is exempt now: the settings, this machine, and host names that are looked up again and again."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from ipaddress import ip_address
from itertools import product

import structlog

from pforte.bans.exemption import Exemptions, build_exemptions
from pforte.clock import Clock
from pforte.dns.resolver import Answer, Resolver, Status, Version
from pforte.net.addresses import Address
from pforte.net.local import read_local
from pforte.register.errors import RegisterError
from pforte.register.store import Register
from pforte.settings.table import Settings
from pforte.worker import Worker

MISSED = timedelta(days=1)
"""How long an address stays that answers which name a part only no longer name."""
VERSIONS: tuple[Version, ...] = (4, 6)
NO_ANSWER: Answer[Address] = Answer(status=Status.TROUBLE, trouble="no answer yet")

_log = structlog.get_logger("pforte")


class Exempting:
    """Makes the exemptions and keeps the addresses of exempt hosts.

    A host that cannot be looked up keeps its last known addresses, over restarts too: trouble is no verdict (law 6).

    Args:
        register: keeps the addresses over restarts.
        clock: tells when they were seen.
    """

    def __init__(self, register: Register, clock: Clock) -> None:
        self._register = register
        self._clock = clock
        # The addresses of each host, and since when answers lack one that may be there nonetheless.
        self._hosts: dict[str, dict[Address, datetime | None]] = {}
        self._stored: dict[str, bytes] = {}
        self._absent: set[str] = set()

    def exemptions(self, settings: Settings) -> Exemptions:
        """Return who is exempt by these settings, on this machine, at this moment."""
        local = read_local()
        for trouble in local.troubles:
            _log.warning("exempt.machine-unread", text=trouble)
        hosts = {host: tuple(self._hosts.get(host, ())) for host in settings.exempt.hosts}
        return build_exemptions(settings.exempt, local, hosts, settings.regulation.ipv6_prefix)

    def recall(self, hosts: Iterable[str]) -> None:
        """Take up what was known of these hosts before the start; blocks.

        Raises:
            RegisterError: the register cannot be read.
        """
        for host in hosts:
            if host not in self._hosts and (documents := self._register.documents(_name(host))):
                content = self._stored[host] = documents[-1].content
                self._hosts[host] = dict.fromkeys(ip_address(text) for text in content.decode().split())

    async def look_up(
        self, settings: Settings, resolver: Resolver, worker: Worker, patience: timedelta | None = None
    ) -> None:
        """Look up the exempt hosts anew, many at once.

        Args:
            settings: name the hosts.
            resolver: asks the DNS.
            worker: reads and writes the register.
            patience: how long to wait for all answers together; those still missing then count as trouble.
        """
        hosts = settings.exempt.hosts
        with suppress(RegisterError):  # what was known before is asked for again next time
            await worker.run(partial(self.recall, hosts))
        answers = await _ask_all(hosts, settings.dns.concurrency, resolver, patience)
        for host in hosts:
            self._learn(host, {version: answers[host, version] for version in VERSIONS})
        try:
            await worker.run(partial(self._store, hosts))
        except RegisterError as error:
            _log.warning("exempt.hosts-not-stored", text=str(error))

    def _learn(self, host: str, answers: Mapping[Version, Answer[Address]]) -> None:
        """Take in what was answered about a host: one version's trouble is none of the other's."""
        for version, answer in answers.items():
            if answer.values or answer.status is not Status.TROUBLE:
                self._take_in(host, version, answer)
        troubles = dict.fromkeys(answer.trouble for answer in answers.values() if answer.trouble)
        if troubles:
            _log.warning("exempt.host-unknown", host=host, text="; ".join(troubles))
        else:
            self._tell_absent(host, absent=all(answer.status is Status.NONE for answer in answers.values()))

    def _take_in(self, host: str, version: Version, answer: Answer[Address]) -> None:
        """Put the addresses of an answer into the place of those of its version."""
        now, kept = self._clock.now(), dict[Address, datetime | None]()
        for address, missed in self._hosts.get(host, {}).items():
            if address.version != version:
                kept[address] = missed
            elif answer.status is Status.TROUBLE and now - (missed or now) < MISSED:
                kept[address] = missed or now  # the answer names a part only, and it may be of the rest
        self._hosts[host] = kept | dict.fromkeys(answer.values)

    def _tell_absent(self, host: str, *, absent: bool) -> None:
        """Say that a host has no address, if that is news."""
        if not absent:
            self._absent.discard(host)
        elif host not in self._absent:
            self._absent.add(host)
            _log.warning(
                "exempt.host-absent",
                host=host,
                text="the DNS has no address of this name, so it exempts nobody; look at exempt.hosts",
            )

    def _store(self, hosts: Iterable[str]) -> None:
        for host in hosts:
            content = " ".join(sorted(map(str, self._hosts.get(host, ())))).encode()
            if content != self._stored.get(host, b""):
                self._register.replace_document(_name(host), content, self._clock.now())
                self._stored[host] = content


async def _ask_all(
    hosts: Iterable[str], concurrency: int, resolver: Resolver, patience: timedelta | None
) -> dict[tuple[str, Version], Answer[Address]]:
    # More than the resolver asks at once would time out in its queue.
    turn = asyncio.Semaphore(concurrency)

    async def ask(host: str, version: Version) -> Answer[Address]:
        async with turn:
            return await resolver.addresses(host, version)

    asking = {question: asyncio.ensure_future(ask(*question)) for question in product(hosts, VERSIONS)}
    try:
        if asking:
            seconds = None if patience is None else patience.total_seconds()
            await asyncio.wait(asking.values(), timeout=seconds)
        return {question: task.result() if task.done() else NO_ANSWER for question, task in asking.items()}
    finally:
        for task in asking.values():
            task.cancel()


def _name(host: str) -> str:
    return f"host:{host}"
