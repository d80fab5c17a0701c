"""Keeping judged mails: many in one transaction, each on the disk before its sender hears of it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import structlog

from pforte.bans.reference import contact_about
from pforte.mail.case import MailCase, case_of
from pforte.mail.facts import Facts
from pforte.mail.verdict import Verdict
from pforte.net.addresses import Address, Network
from pforte.register.errors import RegisterError
from pforte.service.mail.rates import Rates
from pforte.worker import Worker

MOST_AT_ONCE = 200
MOST_WAITING = 2_000

KeepCases = Callable[[Sequence[MailCase]], list[MailCase]]
"""Keeps cases in one transaction and returns them with their references; blocks."""

_log = structlog.get_logger("pforte.mail")


@dataclass(slots=True, kw_only=True)
class MailLedger:
    """Files verdicts. Used from one event loop.

    A verdict that cannot be kept is given all the same, without a reference: mail goes on while the register is away
    (law 3), and the log says what the register could not.

    Attributes:
        keep: keeps cases.
        worker: makes the blocking call.
        contact: setting ``desk.contact``.
        rates: counts what networks do.
        charge: returns the network that an address is charged to.
        counted: mails of each hour by what was done; whoever stores them takes them out.
        keep_message: setting ``mail.keep_message``.
        announce: hears of each verdict that was kept or could not be, with its reference, for the ladder.
    """

    keep: KeepCases
    worker: Worker
    contact: str
    rates: Rates
    charge: Callable[[Address], Network]
    counted: Counter[tuple[datetime, str]]
    keep_message: bool = False
    announce: Callable[[Facts, Verdict, str], None] = lambda _facts, _verdict, _reference: None
    _waiting: list[tuple[MailCase, "asyncio.Future[str]"]] = field(default_factory=list, init=False)
    _writing: "asyncio.Task[None] | None" = field(default=None, init=False)

    async def file(self, facts: Facts, verdict: Verdict) -> str:
        """Keep a verdict; return its public reference, or "" where it could not be kept."""
        leading = verdict.leading
        if facts.shut is not None and leading is not None and leading.check.regulation:
            return facts.shut.reference  # the ban itself is what is to be explained
        case = case_of(facts, verdict, keep_message=self.keep_message)
        if len(self._waiting) >= MOST_WAITING:
            _log.error("mail.not-kept", text="the register does not keep up", **_told(case))
            self.announce(facts, verdict, "")
            return ""
        kept: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((case, kept))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        reference = ""
        try:
            reference = await kept
        finally:  # also where the client is gone meanwhile: an offence is one all the same
            self.announce(facts, verdict, reference)
        return reference

    def page(self, reference: str) -> str:
        """Return where a reference is explained; the bare reference where the operator named no place."""
        if not reference:
            return ""
        about = contact_about(self.contact, reference)
        return about if reference in about else f"{reference} {about}".strip()

    def count(self, facts: Facts, verdict: Verdict) -> None:
        """Count a mail that was judged to its end, whatever came of it."""
        hour = facts.now.replace(minute=0, second=0, microsecond=0)
        done = max((each.action for each in verdict.judged), key=lambda action: action.strength, default=None)
        self.counted[hour, done.value if done else "off"] += 1

    def note_message(self, facts: Facts) -> None:
        """Count a message for the rates."""
        self.rates.count(self.charge(facts.session.address), "messages", facts.now)

    def note_failed(self, facts: Facts) -> None:
        """Count a recipient that was refused."""
        self.rates.count(self.charge(facts.session.address), "failed-recipients", facts.now)

    def leave(self, facts: Facts) -> None:
        """Take note that the client is gone."""
        self.rates.disconnect(self.charge(facts.session.address))

    async def _write(self) -> None:
        """Write everything that waits, transaction after transaction."""
        batch: list[tuple[MailCase, asyncio.Future[str]]] = []
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                for (case, kept), filed in zip(
                    batch, await self._try([case for case, _ in batch]), strict=True
                ):
                    if not filed.reference:
                        _log.error("mail.not-kept", **_told(case))
                    _settle(kept, filed.reference)
        finally:
            self._writing = None
            waiting, self._waiting = self._waiting, []
            for _, kept in (*batch, *waiting):  # nobody waits for ever, whatever happened here
                _settle(kept, "")

    async def _try(self, cases: list[MailCase]) -> list[MailCase]:
        try:
            return await self.worker.run(partial(self.keep, cases))
        except RegisterError as error:
            _log.error("register.unavailable", text=str(error))
            return [replace(case, reference="") for case in cases]


def _settle(kept: "asyncio.Future[str]", reference: str) -> None:
    if not kept.done():
        kept.set_result(reference)


def _told(case: MailCase) -> dict[str, str]:
    return {
        "address": str(case.address),
        "sender": case.sender,
        "action": case.action.value,
        "checks": " ".join(finding.check for finding in case.findings),
    }
