"""How a gate follows the register's journal: full state first, then every decision, and again after trouble."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from pforte.bans.ban import Ban, Decision
from pforte.clock import Clock
from pforte.gates.gate import Gate, GateError
from pforte.net.addresses import Network

PAGE = 1000
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=1)
SAVE_EVERY = timedelta(seconds=1)

STANDS_OPEN = "stands open by pforte panic; pforte panic --end closes it"
"""Stored as the trouble of a gate as long as an operator wants every gate open."""

_log = structlog.get_logger("pforte.gates")


class Beginning(Protocol):
    """Where following begins: the bans in force and the journal's sequence at the same moment."""

    @property
    def sequence(self) -> int:
        """Return the sequence of the last decision that the bans contain."""
        ...

    @property
    def bans(self) -> Sequence[Ban]:
        """Return the bans in force."""
        ...


class Journal(Protocol):
    """What a follower needs of the register."""

    def snapshot(self) -> Beginning:
        """Return where to begin."""
        ...

    def journal(self, after: int, limit: int = PAGE) -> list[Decision]:
        """Return the decisions after a sequence, in order."""
        ...

    def panic(self) -> object | None:
        """Return why every gate is to stand open, or None where they are to do their work."""
        ...

    def save_cursor(self, gate: str, sequence: int, entries: int, error: str = "") -> None:
        """Store how far the gate has come."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What the register told at one look.

    Attributes:
        after: the last decision that the gate had taken over by then; None where it begins.
        panic: every gate is to stand open.
        beginning: the full state, where the gate begins anew.
        decisions: what was decided since.
    """

    after: int | None
    panic: bool = False
    beginning: Beginning | None = None
    decisions: Sequence[Decision] = ()

    @property
    def more(self) -> bool:
        """Say whether another look will tell more."""
        return len(self.decisions) == PAGE


class Follower:
    """Leads one gate along the journal.

    :meth:`look`, :meth:`take` and :meth:`save` each have a thread of their own: while the register keeps who reads from
    it or who writes to it waiting, the gate does what is due all the same. No decision waits for a cursor to be stored.

    Args:
        gate: the gate.
        journal: the register.
        clock: tells the present moment.
        unavailable: the register's errors; while they last the gate keeps its last known bans (law 3).
        purged: the register's error when the journal no longer reaches back to the gate.
    """

    def __init__(
        self,
        gate: Gate,
        journal: Journal,
        clock: Clock,
        unavailable: type[Exception],
        purged: type[Exception],
    ) -> None:
        self._gate = gate
        self._journal = journal
        self._clock = clock
        self._unavailable = unavailable
        self._purged = purged
        self._sequence: int | None = None
        self._pause = FIRST_PAUSE
        self._due = clock.now()
        self._saved: tuple[int, int, str, datetime] | None = None
        self._error = ""
        self._exempt: tuple[Network, ...] | None = None
        self._stands_open = False
        self._away = False

    @property
    def name(self) -> str:
        """Return the gate's name."""
        return self._gate.name

    @property
    def sequence(self) -> int | None:
        """Return the last decision the gate has taken over, or None before its full state."""
        return self._sequence

    def exempt(self, networks: Iterable[Network]) -> None:
        """Let the gate take over a new list of exempt networks at its next step; may be called from any thread."""
        self._exempt = tuple(networks)

    # What asks the register, and may wait for it.

    def look(self) -> News | None:
        """Return what is new; None while the register is away, or a gate that failed is left alone for a while."""
        if self._rests(self._clock.now()):
            return None
        try:
            news = self._ask()
        except self._unavailable as error:
            self._note_away(str(error))
            return None
        if self._away:
            self._away = False
            _log.info("gate.register-back", gate=self.name)
        return news

    def save(self, *, at_once: bool = False) -> None:
        """Store the cursor when it changed, at most once a second, because each store is a commit."""
        now = self._clock.now()
        error = self._error or (STANDS_OPEN if self._stands_open else "")
        state = (self._sequence or 0, self._gate.entries(), error)
        if self._saved is not None:
            *saved, at = self._saved
            if tuple(saved) == state or (not at_once and now - at < SAVE_EVERY):
                return
        try:
            self._journal.save_cursor(self.name, *state)
        except self._unavailable as error:
            _log.warning("gate.cursor-not-stored", gate=self.name, text=str(error))
            return
        self._saved = (*state, now)

    def _ask(self) -> News:
        after = self._sequence
        if self._journal.panic() is not None:
            return News(after=after, panic=True)
        if after is not None and not self._stands_open:
            try:
                return News(after=after, decisions=self._journal.journal(after, PAGE))
            except self._purged:
                pass  # what it does not tell any more is in the full state
        return News(after=after, beginning=self._journal.snapshot())

    # What moves the gate.

    def take(self, news: News | None) -> float:
        """Take over what is new and do what is due; bans end although the register is away.

        Returns:
            Seconds after which it is worth calling again, even if nothing new was decided.
        """
        now = self._clock.now()
        if self._rests(now):
            return (self._due - now).total_seconds()
        try:
            # A gate that failed meanwhile begins anew instead.
            if news is not None and news.after == self._sequence:
                self._enforce(news, now)
            if self._knows():
                self._tend(now)
        except GateError as error:
            return self._fail(str(error), now)
        except self._unavailable as error:  # the gate itself asks the register
            self._note_away(str(error))
            return FIRST_PAUSE.total_seconds()
        if not self._knows():
            return FIRST_PAUSE.total_seconds()
        if self._error:
            _log.info("gate.recovered", gate=self.name)
        self._error, self._pause = "", FIRST_PAUSE
        return max((self._due - now).total_seconds(), 0.0)

    def close(self) -> None:
        """Store the cursor and let go of the gate; what it enforces stays enforced."""
        self.save(at_once=True)
        try:
            self._gate.close()
        except self._unavailable as error:
            _log.warning("gate.register-away", gate=self.name, text=str(error))

    def _rests(self, now: datetime) -> bool:
        """Say whether the gate failed and is left alone for a while."""
        return bool(self._error) and now < self._due

    def _knows(self) -> bool:
        """Say whether the gate was told whom to shut out, or to stand open."""
        return self._sequence is not None or self._stands_open

    def _enforce(self, news: News, now: datetime) -> None:
        if news.panic:
            self._stand_open(now)
        elif news.beginning is not None:
            self._begin(news.beginning, now)
        elif news.decisions:
            self._gate.apply(news.decisions, now)
            self._sequence = news.decisions[-1].sequence
            self._due = now

    def _begin(self, beginning: Beginning, now: datetime) -> None:
        """Load the full state: also after a restart, because nobody knows what the gate holds by then."""
        started = self._clock.monotonic()
        self._gate.load(beginning.bans, now)
        self._sequence, self._stands_open = beginning.sequence, False
        self._due = now
        _log.info(
            "gate.loaded",
            gate=self.name,
            bans=len(beginning.bans),
            sequence=beginning.sequence,
            seconds=round(self._clock.monotonic() - started, 3),
        )

    def _stand_open(self, now: datetime) -> None:
        """Let everybody in; decisions wait in the journal."""
        if not self._stands_open:
            self._gate.stand_open(now)
            self._sequence, self._stands_open = None, True
            self._due = now
            _log.error("gate.stands-open", gate=self.name, text=STANDS_OPEN)

    def _tend(self, now: datetime) -> None:
        if self._exempt is not None:
            exempt, self._exempt = self._exempt, None
            self._gate.exempt(exempt, now)
        if now >= self._due:
            self._due = self._gate.tend(now)

    def _fail(self, error: str, now: datetime) -> float:
        """Remember the trouble and begin from the full state after a pause that doubles."""
        if error != self._error:
            _log.error("gate.failed", gate=self.name, text=error, again_in=self._pause.total_seconds())
        self._error, self._sequence, self._stands_open = error, None, False
        self._due = now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return (self._due - now).total_seconds()

    def _note_away(self, error: str) -> None:
        if not self._away:
            _log.warning("gate.register-away", gate=self.name, text=error)
        self._away = True
