"""Keeping judged mails: many in one transaction; a refusal is on the disk before its sender hears of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import structlog

from pforte.mail.case import MailCase
from pforte.register.errors import RegisterError
from pforte.worker import Worker

MOST_AT_ONCE = 200
MOST_WAITING = 2_000

KeepCases = Callable[[Sequence[MailCase]], list[MailCase]]
"""Keeps cases in one transaction and returns them with their references; blocks."""

_Waiting = tuple[MailCase, "asyncio.Future[str] | None"]

_log = structlog.get_logger("pforte.mail")


class Keeping:
    """Hands cases to the register in their order. Used from one event loop.

    A case that somebody waits for is written at once, together with all that wait; others are written with it, or once
    they are many, or by :meth:`finish`, which is called every few seconds. What the register cannot keep is told by the
    log.

    Args:
        keep: keeps cases.
        worker: makes the blocking call.
    """

    def __init__(self, keep: KeepCases, worker: Worker) -> None:
        self._keep, self._worker = keep, worker
        self._waiting: list[_Waiting] = []
        self._awaited = 0
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, case: MailCase) -> str:
        """Keep a case; return its public reference once it is on the disk, or "" where it could not be kept."""
        if not self._has_room(case):
            return ""
        kept: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((case, kept))
        self._awaited += 1
        self._begin()
        return await kept

    def keep_behind(self, case: MailCase) -> None:
        """Keep a case with the next that are written; it is lost if the process is killed before."""
        if self._has_room(case):
            self._waiting.append((case, None))
            self._go_on()

    async def finish(self) -> None:
        """Write all that waits now; what comes meanwhile may wait."""
        under_way = self._writing is not None
        for _ in range(under_way + -(-len(self._waiting) // MOST_AT_ONCE)):
            self._begin()
            if self._writing is not None:  # told to the type checker
                await asyncio.wait([self._writing])

    def _has_room(self, case: MailCase) -> bool:
        if len(self._waiting) < MOST_WAITING:
            return True
        _log.error("mail.not-kept", text="the register does not keep up", **_told(case))
        return False

    def _go_on(self) -> None:
        """Write what waits if somebody waits for it or it is much."""
        if self._awaited or len(self._waiting) >= MOST_AT_ONCE:
            self._begin()

    def _begin(self) -> None:
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """Write one transaction."""
        batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
        self._awaited = sum(kept is not None for _, kept in self._waiting)
        references: list[str] = []
        try:
            references = await self._try([case for case, _ in batch])
        finally:  # nobody waits for ever, whatever happened here
            for place, (_, kept) in enumerate(batch):
                if kept is not None and not kept.done():
                    kept.set_result(references[place] if references else "")
            self._writing = None
            self._go_on()

    async def _try(self, cases: list[MailCase]) -> list[str]:
        try:
            filed = await self._worker.run(partial(self._keep, cases))
        except RegisterError as error:
            _log.error("register.unavailable", text=str(error))
            filed = [replace(case, reference="") for case in cases]
        for case in filed:
            if not case.reference:
                _log.error("mail.not-kept", **_told(case))
        return [case.reference for case in filed]


def _told(case: MailCase) -> dict[str, str]:
    return {
        "address": str(case.address),
        "sender": case.sender,
        "action": case.action.value,
        "checks": " ".join(finding.check for finding in case.findings),
    }
