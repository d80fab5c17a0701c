"""Offences that a gate caught in the act, on their way to the register: the same way that those of a log go."""

import asyncio
from contextlib import suppress

import structlog

from pforte.bans.offence import Offence
from pforte.service.judging import Judging

MOST_WAITING = 1_000
"""Offences that may wait for the register. Those beyond are left to the log, which tells of the same requests."""

_log = structlog.get_logger("pforte")


class Catching:
    """Takes offences from gates and hands them to the register.

    Args:
        judging: knows who is exempt and whose claim must be proven.
    """

    def __init__(self, judging: Judging) -> None:
        self._judging = judging
        self._waiting: asyncio.Queue[Offence | None] = asyncio.Queue(MOST_WAITING + 1)
        self._left_out = 0

    def catch(self, offence: Offence) -> None:
        """Take an offence; called in the event loop, returns at once."""
        if self._waiting.qsize() >= MOST_WAITING:
            if not self._left_out:
                _log.warning(
                    "offence.left-to-the-log", source=offence.source, text="the register does not keep up"
                )
            self._left_out += 1
            return
        self._left_out = 0
        self._waiting.put_nowait(offence)

    async def run(self) -> None:
        """Hand on what was taken, all that waits together, until :meth:`finish`."""
        while (offence := await self._waiting.get()) is not None:
            offences = [offence]
            with suppress(asyncio.QueueEmpty):
                while (another := self._waiting.get_nowait()) is not None:
                    offences.append(another)
                self._waiting.put_nowait(None)
            await self._judging.record(offences)

    def finish(self) -> None:
        """Let :meth:`run` end after everything that was taken before; nothing may follow."""
        self._waiting.put_nowait(None)
