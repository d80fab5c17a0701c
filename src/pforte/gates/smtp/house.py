"""What all sessions share, and how they ask the policy."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import structlog

from pforte.clock import Clock
from pforte.gates.smtp.encryption import Certificate
from pforte.gates.smtp.handover import Carrier
from pforte.gates.smtp.replies import UNJUDGED
from pforte.gates.smtp.text import Room
from pforte.mail.reception import Answer, Reception
from pforte.mail.session import Session

T = TypeVar("T")

JUDGE_SECONDS = 60.0
"""How long one question to the policy may take; a client waits for 5 min and longer (RFC 5321 s4.5.3.2)."""

_log = structlog.get_logger("pforte.gates")


class UnjudgedError(Exception):
    """The policy could not be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all sessions share.

    Attributes:
        receive: begins a session with the policy.
        carrier: makes what hands on the mails of a session.
        certificate: for STARTTLS.
        clock: tells the present moment, and measures.
        most: octets of a mail at most.
        room: memory for all texts.
        delay: how long the greeting waits for those who cannot.
        opens: whether what cannot be judged passes; it is put off otherwise.
    """

    receive: Callable[[Session], Reception]
    carrier: Callable[[], Carrier]
    certificate: Certificate
    clock: Clock
    most: int
    room: Room
    delay: timedelta
    opens: bool

    async def judge(self, judging: Awaitable[T]) -> T:
        """Wait for a judgement.

        Raises:
            UnjudgedError: it failed, or took too long.
        """
        try:
            async with asyncio.timeout(JUDGE_SECONDS):
                return await judging
        except Exception as error:  # whatever failed, the client must hear an answer
            _log.exception("gate.not-judged", gate="smtp", then="open" if self.opens else "closed")
            raise UnjudgedError from error

    async def ask(self, judging: Awaitable[Answer | None]) -> Answer | None:
        """Return what the policy answers, None for nothing against it; what cannot be judged goes by ``opens``."""
        try:
            return await self.judge(judging)
        except UnjudgedError:
            return None if self.opens else UNJUDGED
