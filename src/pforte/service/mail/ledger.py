"""Keeping judged mails: many in one transaction, each on the disk before its sender hears of it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from pforte.bans.reference import contact_about
from pforte.mail.case import MailCase, case_of
from pforte.mail.facts import Facts
from pforte.mail.verdict import Verdict
from pforte.register.errors import RegisterError
from pforte.worker import Worker

MOST_AT_ONCE = 200
MOST_WAITING = 2_000

FileCases = Callable[[Sequence[MailCase]], list[MailCase]]
"""Keeps cases in one transaction and returns them with their references; blocks."""

_log = structlog.get_logger("pforte.mail")


class MailLedger:
    """Files verdicts. Used from one event loop.

    A verdict that cannot be kept is given all the same, without a reference: mail goes on while the register is away
    (law 3), and the log says what the register could not.

    Args:
        file: keeps cases.
        worker: makes the blocking call.
        contact: setting ``desk.contact``.
        keep_message: setting ``mail.keep_message``.
        announce: hears of each case that was judged, for the ladder.
    """

    def __init__(
        self,
        file: FileCases,
        worker: Worker,
        contact: str,
        *,
        keep_message: bool = False,
        announce: Callable[[Facts, Verdict, str], None] = lambda _facts, _verdict, _reference: None,
    ) -> None:
        self._file, self._worker, self._contact = file, worker, contact
        self._keep_message = keep_message
        self._announce = announce
        self._waiting: list[tuple[MailCase, asyncio.Future[str]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._counted: Counter[tuple[datetime, str]] = Counter()

    async def file(self, facts: Facts, verdict: Verdict) -> str:
        """Keep a verdict; return its public reference, or "" where it could not be kept."""
        if facts.shut is not None:
            return facts.shut.reference  # the ban itself is what is to be explained
        case = case_of(facts, verdict, keep_message=self._keep_message)
        if len(self._waiting) >= MOST_WAITING:
            _log.error("mail.not-kept", text="the register does not keep up", **_told(case))
            return ""
        kept: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((case, kept))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        reference = await kept
        self._announce(facts, verdict, reference)
        return reference

    def page(self, reference: str) -> str:
        """Return where a reference is explained; the bare reference where the operator named no place."""
        if not reference:
            return ""
        about = contact_about(self._contact, reference)
        return about if reference in about else f"{reference} {about}".strip()

    def count(self, facts: Facts, verdict: Verdict) -> None:
        """Count a mail that was judged to its end, whatever came of it."""
        hour = facts.now.replace(minute=0, second=0, microsecond=0)
        done = max((each.action for each in verdict.judged), key=lambda action: action.strength, default=None)
        self._counted[hour, done.value if done else "off"] += 1

    def take_counts(self) -> dict[tuple[datetime, str], int]:
        """Return what was counted since the last call."""
        taken = dict(self._counted)
        self._counted.clear()
        return taken

    async def _write(self) -> None:
        """Write everything that waits, transaction after transaction."""
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                for (case, kept), filed in zip(
                    batch, await self._try([case for case, _ in batch]), strict=True
                ):
                    if not filed.reference:
                        _log.error("mail.not-kept", **_told(case))
                    if not kept.done():
                        kept.set_result(filed.reference)
        finally:
            self._writing = None

    async def _try(self, cases: list[MailCase]) -> list[MailCase]:
        try:
            return await self._worker.run(partial(self._file, cases))
        except RegisterError as error:
            _log.error("register.unavailable", text=str(error))
            return [replace(case, reference="") for case in cases]


def _told(case: MailCase) -> dict[str, str]:
    return {
        "address": str(case.address),
        "sender": case.sender,
        "action": case.action.value,
        "checks": " ".join(finding.check for finding in case.findings),
    }
