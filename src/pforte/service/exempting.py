"""Who is exempt now: the settings, this machine, and host names that are looked up again and again."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from ipaddress import ip_address

import structlog

from pforte.bans.exemption import Exemptions, build_exemptions
from pforte.clock import Clock
from pforte.dns.resolver import Answer, Resolver, Status
from pforte.net.addresses import Address
from pforte.net.local import read_local
from pforte.register.errors import RegisterError
from pforte.register.store import Register
from pforte.settings.table import Settings
from pforte.worker import Worker

STORE_EVERY = timedelta(hours=1)
"""How often the addresses of one host are stored at most; those of some names change with every answer."""
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
        self._hosts: dict[str, tuple[Address, ...]] = {}
        self._stored: dict[str, tuple[bytes, datetime]] = {}
        self._absent: set[str] = set()

    def exemptions(self, settings: Settings) -> Exemptions:
        """Return who is exempt by these settings, on this machine, at this moment."""
        local = read_local()
        for trouble in local.troubles:
            _log.warning("exempt.machine-unread", text=trouble)
        hosts = {host: self._hosts.get(host, ()) for host in settings.exempt.hosts}
        return build_exemptions(settings.exempt, local, hosts, settings.regulation.ipv6_prefix)

    def recall(self, hosts: Iterable[str]) -> None:
        """Take up what was known of these hosts before the start; blocks.

        Raises:
            RegisterError: the register cannot be read.
        """
        for host in hosts:
            if host not in self._hosts and (documents := self._register.documents(_name(host))):
                last = documents[-1]
                self._stored[host] = (last.content, last.came_into_force)
                self._hosts[host] = tuple(ip_address(text) for text in last.content.decode().split())

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
        for host, answer in (await _ask_all(hosts, settings.dns.concurrency, resolver, patience)).items():
            if answer.status is Status.TROUBLE:
                _log.warning("exempt.host-unknown", host=host, text=answer.trouble)
                self._hosts[host] = tuple(dict.fromkeys((*self._hosts.get(host, ()), *answer.values)))
            else:
                self._hosts[host] = answer.values
                self._tell_absent(host, answer.status)
        try:
            await worker.run(partial(self._store, hosts))
        except RegisterError as error:
            _log.warning("exempt.hosts-not-stored", text=str(error))

    def _tell_absent(self, host: str, status: Status) -> None:
        """Say that a host has no address, if that is news."""
        if status is not Status.NONE:
            self._absent.discard(host)
        elif host not in self._absent:
            self._absent.add(host)
            _log.warning(
                "exempt.host-absent",
                host=host,
                text="the DNS has no address of this name, so it exempts nobody; look at exempt.hosts",
            )

    def _store(self, hosts: Iterable[str]) -> None:
        now = self._clock.now()
        for host in hosts:
            content = " ".join(sorted(map(str, self._hosts.get(host, ())))).encode()
            stored, at = self._stored.get(host, (b"", now - STORE_EVERY))
            if content != stored and now - at >= STORE_EVERY:
                self._register.save_document(_name(host), content, now)
                self._stored[host] = (content, now)


async def _ask_all(
    hosts: Iterable[str], concurrency: int, resolver: Resolver, patience: timedelta | None
) -> dict[str, Answer[Address]]:
    # Each host is two questions (A and AAAA); more than the resolver asks at once would time out in its queue.
    turn = asyncio.Semaphore(max(concurrency // 2, 1))

    async def ask(host: str) -> Answer[Address]:
        async with turn:
            return await resolver.addresses(host)

    asking = {host: asyncio.ensure_future(ask(host)) for host in hosts}
    try:
        if asking:
            seconds = None if patience is None else patience.total_seconds()
            await asyncio.wait(asking.values(), timeout=seconds)
        return {host: task.result() if task.done() else NO_ANSWER for host, task in asking.items()}
    finally:
        for task in asking.values():
            task.cancel()


def _name(host: str) -> str:
    return f"host:{host}"
