"""Following the register's journal: every decision is logged, told to the scan, and enforced by the gates."""

import asyncio
from contextlib import suppress
from functools import partial

import structlog

from pforte.bans.ban import Action, Decision
from pforte.clock import render_time
from pforte.gates.follower import Follower
from pforte.register.errors import JournalPurgedError, RegisterError
from pforte.register.gathering import Gathering
from pforte.register.store import Register
from pforte.service.judging import Judging
from pforte.worker import Worker

POLL_SECONDS = 0.1
"""How often the journal is looked at for decisions that another process took."""

PATIENCE_SECONDS = 0.25
"""How long a gate waits for the register before it does what is due without it."""

_log = structlog.get_logger("pforte")


class Following:
    """Lets the gates and the scan follow the journal, until the last transaction of this run has reached them.

    Args:
        register: keeps the journal.
        gathering: tells when the last transaction was written.
        judging: skips the lines of who is shut out.
    """

    def __init__(self, register: Register, gathering: Gathering, judging: Judging) -> None:
        self._register = register
        self._gathering = gathering
        self._judging = judging
        self._kicks: list[asyncio.Event] = []
        self._cursors = Worker("cursors")

    def kick(self) -> None:
        """Let all look at the journal at once."""
        for kick in self._kicks:
            kick.set()

    async def drive(self, follower: Follower) -> None:
        """Drive one gate, in a thread of its own: one that hangs holds up no other, nor does a register that does."""
        kick, gate = self._add_kick(), Worker(f"gate {follower.name}")
        journal = Worker(f"journal for {follower.name}")
        saved: asyncio.Future[None] | None = None
        ended, more = False, False
        while more or not ended:
            ended = self._gathering.ended
            asked = asyncio.ensure_future(journal.run(follower.look))
            while not (await asyncio.wait([asked], timeout=PATIENCE_SECONDS))[0]:
                await gate.run(partial(follower.take, None))
            news = asked.result()
            more = news is not None and news.more
            wait = await gate.run(partial(follower.take, news))
            if saved is None or saved.done():
                if saved is not None:
                    saved.result()
                saved = asyncio.ensure_future(self._cursors.run(follower.save))
            if not ended and not more:
                await _until_kicked(kick, min(wait, POLL_SECONDS))
        if saved is not None:
            await saved
        await gate.run(follower.close)
        gate.close()
        journal.close()

    def close(self) -> None:
        """Let go of what all gates shared, once none is driven any more."""
        self._cursors.close()

    async def hear(self, sequence: int) -> None:
        """Log every decision after a sequence, whoever took it, and tell the scan who is shut out."""
        kick, worker = self._add_kick(), Worker("journal")
        ended, decisions = False, list[Decision]()
        while decisions or not ended:
            ended, decisions = self._gathering.ended, []
            try:
                decisions = await worker.run(partial(self._register.journal, sequence))
            except JournalPurgedError:
                sequence = await self._begin_anew(worker, sequence)
            except RegisterError:
                pass  # the gathering says so, and the gates keep their last known bans
            for decision in decisions:
                sequence = decision.sequence
                self._hear(decision)
            if not ended and not decisions:
                await _until_kicked(kick, POLL_SECONDS)
        worker.close()

    async def _begin_anew(self, worker: Worker, sequence: int) -> int:
        """Take over all bans in force, because the journal no longer tells which came and went."""
        try:
            beginning = await worker.run(self._register.snapshot)
        except RegisterError:
            return sequence
        self._judging.begin_with(beginning.bans)
        _log.warning("journal.purged", after=sequence, goes_on_after=beginning.sequence)
        return beginning.sequence

    def _hear(self, decision: Decision) -> None:
        ban = decision.ban
        over = decision.action is not Action.LIFT and ban.effective_end() <= decision.decided
        _log.info(
            "ban.history" if over else f"ban.{decision.action.value}",
            network=str(ban.network),
            rung=ban.rung,
            until=render_time(ban.effective_end()),
            reference=ban.reference,
            reason=ban.reason,
            origin=ban.origin.value,
            sequence=decision.sequence,
        )
        if decision.action is Action.LIFT:
            self._judging.let_in(ban.network)
        else:
            self._judging.shut_out(ban.network, ban.effective_end())

    def _add_kick(self) -> asyncio.Event:
        kick = asyncio.Event()
        self._kicks.append(kick)
        return kick


async def _until_kicked(kick: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(kick.wait(), seconds)
    kick.clear()
