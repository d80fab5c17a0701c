"""What is due now and then."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from pforte.clock import Clock
from pforte.register.errors import RegisterError

LOOK_SECONDS = 1.0
"""How often it is looked whether something is due."""

_log = structlog.get_logger("pforte")


@dataclass(slots=True)
class Duty:
    """Something to be done again and again.

    Attributes:
        act: does it.
        every: how long after its last beginning it is due again.
        due: when it is due; None is at once.
    """

    act: Callable[[], Awaitable[None]]
    every: timedelta
    due: datetime | None = None


async def tend(duties: Sequence[Duty], clock: Clock) -> None:
    """Do what is due, one after the other, until cancelled; a register that is away costs only the one turn."""
    while True:
        for duty in duties:
            now = clock.now()
            if duty.due is None or now >= duty.due:
                duty.due = now + duty.every
                try:
                    await duty.act()
                except RegisterError as error:
                    _log.error("register.unavailable", text=str(error), again_in=duty.every.total_seconds())
        await asyncio.sleep(LOOK_SECONDS)
