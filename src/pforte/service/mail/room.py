"""Where mail is judged: the policy in force, and everything that it asks and that keeps what it says."""

import socket
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from pforte.bans.offence import Offence
from pforte.clock import Clock
from pforte.dns.resolver import Resolver
from pforte.gates.table.gate import TableGate
from pforte.mail.arrangement import house_of, policy_of
from pforte.mail.checks.declaration import Stage
from pforte.mail.examination import examine_and_file, judge_until
from pforte.mail.facts import Facts, House
from pforte.mail.inquiry import DnsInquiry
from pforte.mail.lists import BlockLists
from pforte.mail.policy import Policy
from pforte.mail.reception import Answer, Outcome, Reception
from pforte.mail.session import Envelope, Session
from pforte.mail.verdict import Verdict
from pforte.net.addresses import Address, Network, network_of
from pforte.register.errors import RegisterError
from pforte.register.store import Register
from pforte.service.mail.keeping import Keeping
from pforte.service.mail.ledger import MailLedger
from pforte.service.mail.memory import MailMemory, proves_nothing
from pforte.service.mail.offences import offences_of
from pforte.service.mail.rates import LONGEST, Rates
from pforte.service.tending import Duty
from pforte.settings.table import Settings
from pforte.worker import Worker

MOST_ASKED = 10_000
"""Mails that are asked about recipient by recipient, of which is remembered that they were counted."""

_log = structlog.get_logger("pforte.mail")


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All that depends on settings and is replaced as a whole; sessions keep the one they began with.

    Attributes:
        policy: the rules.
        house: whose mail is guarded.
        inquiry: finds facts out.
        ledger: keeps verdicts.
    """

    policy: Policy
    house: House
    inquiry: DnsInquiry
    ledger: MailLedger


class MailRoom:
    """Judges mail for every gate. Used from one event loop.

    Args:
        settings: the settings in force.
        register: keeps verdicts and conduct.
        resolver: asks the DNS.
        table: the bans in force.
        clock: tells the present moment.
        catch: takes offences for the ladder.
    """

    def __init__(
        self,
        settings: Settings,
        register: Register,
        resolver: Resolver,
        table: TableGate,
        clock: Clock,
        catch: Callable[[Offence], None],
    ) -> None:
        self._register, self._resolver, self._table = register, resolver, table
        self._clock, self._catch = clock, catch
        self._filing, self._asking = Worker("mail filing"), Worker("mail memory")
        self._keeping = Keeping(register.file_mails, self._filing)
        self._rates = Rates(settings.mail.rates, self._recall)
        self._counted: Counter[tuple[datetime, str]] = Counter()
        self._asked: OrderedDict[str, None] = OrderedDict()
        self._listed = settings.mail.lists
        self._lists = BlockLists(resolver, self._listed, self._tell_list)
        self._settings = settings
        self._began = register.first_mail()
        self._rulebook = self._write(settings)

    @property
    def is_watching(self) -> bool:
        """Say whether nothing is refused, because the installation is new or everything is simulated."""
        return self._rulebook.policy.watching

    def receive(self, session: Session) -> Reception:
        """Begin a session; its end is told by :meth:`Reception.closed`."""
        network = self._charge(session.address)
        self._rates.connect(network)
        self._rates.count(network, "connections", self._clock.now())
        book = self._rulebook
        return Reception(book.policy, book.inquiry, book.ledger, self._facts(session))

    async def examine(self, session: Session, envelope: Envelope, raw: bytes) -> Outcome:
        """Judge a whole mail of a session that somebody else holds."""
        book = self._rulebook
        facts = self._facts(session, envelope)
        return await examine_and_file(book.policy, book.inquiry, book.ledger, facts, raw)

    async def ask(self, session: Session, envelope: Envelope, stage: Stage, mail: str) -> Answer | None:
        """Judge a session of somebody else as far as a stage; return a refusal, or None.

        Args:
            session: the connection.
            envelope: sender and recipient.
            stage: how far it is.
            mail: the same word for everything that is asked of one mail.
        """
        if stage is Stage.CONNECT:
            self._rates.count(self._charge(session.address), "connections", self._clock.now())
        counts = stage is Stage.RECIPIENT and mail not in self._asked
        if counts:
            self._asked[mail] = None
            if len(self._asked) > MOST_ASKED:
                self._asked.popitem(last=False)
        book, facts = self._rulebook, self._facts(session, envelope)
        return await judge_until(book.policy, book.inquiry, book.ledger, facts, stage, counts=counts)

    def take_over(self, settings: Settings) -> None:
        """Let new settings hold for sessions that begin from now on."""
        self._settings = settings
        self._rates.limits = settings.mail.rates
        self._rulebook = self._write(settings)

    def duties(self) -> tuple[Duty, ...]:
        """Return what is to be done now and then."""
        return Duty(self._share, timedelta(seconds=2)), Duty(self._forget, timedelta(hours=6))

    async def close(self) -> None:
        """Store what was counted and seen, and end the threads."""
        with suppress(RegisterError):  # the counts of two seconds are not worth a failed end
            await self._share()
        self._filing.close()
        self._asking.close()

    async def _share(self) -> None:
        """Store what was counted and seen. The time of watching ends here too."""
        await self._keeping.finish()
        mails, conduct = dict(self._counted), self._rates.take()
        self._counted.clear()
        if mails or conduct:
            try:
                await self._asking.run(partial(self._register.count_mails, mails, conduct))
            except RegisterError:
                self._counted.update(mails)
                self._rates.put_back(conduct)
                raise
        if self._began is None and mails:
            self._began = min(hour for hour, _ in mails)
        if self.is_watching and not self._must_watch(self._settings):
            _log.info("mail.enforcing", text="the time of watching is over: the policy refuses from now on")
            self._rulebook = self._write(self._settings)

    async def _forget(self) -> None:
        keep = self._settings.mail.history
        await self._asking.run(partial(self._register.forget_mails, keep, (LONGEST,)))

    def _write(self, settings: Settings) -> Rulebook:
        mail = settings.mail
        memory = MailMemory(
            table=self._table,
            rates=self._rates,
            greet=self._register.greet,
            worker=self._asking,
            charge=self._charge,
            wait=mail.rates.greylist,
            is_suspect=proves_nothing,
        )
        if mail.lists != self._listed:
            # What is known of their test points outlives a reload.
            self._listed, self._lists = mail.lists, BlockLists(self._resolver, mail.lists, self._tell_list)
        return Rulebook(
            policy=policy_of(settings, watching=self._must_watch(settings)),
            house=house_of(settings, socket.getfqdn()),
            inquiry=DnsInquiry(
                resolver=self._resolver, lists=self._lists, memory=memory, now=self._clock.now
            ),
            ledger=MailLedger(
                keeping=self._keeping,
                contact=settings.desk.contact,
                rates=self._rates,
                charge=self._charge,
                counted=self._counted,
                keep_message=mail.keep_message,
                announce=self._announce,
            ),
        )

    def _must_watch(self, settings: Settings) -> bool:
        watch = settings.mail.watch
        if settings.service.simulate:
            return True
        return watch > timedelta(0) and (self._began is None or self._clock.now() < self._began + watch)

    def _facts(self, session: Session, envelope: Envelope | None = None) -> Facts:
        return Facts(
            now=self._clock.now(),
            house=self._rulebook.house,
            session=session,
            envelope=envelope or Envelope(),
        )

    def _charge(self, address: Address) -> Network:
        return network_of(address, self._settings.regulation.ipv6_prefix)

    async def _recall(self, network: Network, since: datetime) -> dict[tuple[str, datetime], int]:
        return await self._asking.run(partial(self._register.conduct_of, network, since))

    def _announce(self, facts: Facts, verdict: Verdict, reference: str) -> None:
        for offence in offences_of(facts, verdict, "mail", self._charge):
            self._catch(offence)
        leading = verdict.leading
        if leading is not None:
            _log.info(
                "mail.refused",
                address=str(facts.session.address),
                check=leading.check.id,
                reference=reference,
                sender=facts.envelope.sender or "",
            )

    @staticmethod
    def _tell_list(zone: str, trouble: str) -> None:
        if trouble:
            _log.error(
                "mail.list-off", list=zone, text=trouble, then="it counts for nobody until it works again"
            )
        else:
            _log.info("mail.list-on", list=zone)
