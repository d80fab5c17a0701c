"""How a gate follows the register's journal: full state first, then every decision, and again after trouble."""

from collections.abc import Iterable, Sequence
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


class Follower:
    """Drives one gate along the journal. One thread at a time calls :meth:`step`.

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

    def step(self) -> float:
        """Take over what is new and do what is due.

        Returns:
            Seconds after which it is worth calling again, even if nothing new was decided.
        """
        now = self._clock.now()
        if self._error and now < self._due:
            return (self._due - now).total_seconds()
        try:
            self._follow(now)
            if self._sequence is not None or self._stands_open:
                self._tend(now)
        except GateError as error:
            return self._fail(str(error), now)
        except self._purged:
            self._sequence = None
            return 0.0
        except self._unavailable as error:  # the gate itself asks the register
            self._note_away(str(error))
        if self._away:
            return FIRST_PAUSE.total_seconds()
        if self._error:
            _log.info("gate.recovered", gate=self.name)
        self._error, self._pause = "", FIRST_PAUSE
        self._save(now)
        return max((self._due - now).total_seconds(), 0.0)

    def close(self) -> None:
        """Store the cursor and let go of the gate; what it enforces stays enforced."""
        self._save(self._clock.now(), at_once=True)
        try:
            self._gate.close()
        except self._unavailable as error:
            _log.warning("gate.register-away", gate=self.name, text=str(error))

    def _follow(self, now: datetime) -> None:
        """Take over what is new; while the register is away the gate goes on with the last known bans."""
        try:
            if self._journal.panic() is None:
                self._catch_up(now)
            else:
                self._stand_open(now)
        except self._purged:
            raise
        except self._unavailable as error:
            self._note_away(str(error))
            return
        if self._away:
            self._away = False
            _log.info("gate.register-back", gate=self.name)

    def _tend(self, now: datetime) -> None:
        """Do what is due: bans end although the register is away."""
        if self._exempt is not None:
            exempt, self._exempt = self._exempt, None
            self._gate.exempt(exempt, now)
        if now >= self._due:
            self._due = self._gate.tend(now)

    def _note_away(self, error: str) -> None:
        if not self._away:
            _log.warning("gate.register-away", gate=self.name, text=error)
        self._away = True

    def _catch_up(self, now: datetime) -> None:
        if self._sequence is None or self._stands_open:
            self._begin(now)
        assert self._sequence is not None  # noqa: S101  _begin sets it or raises
        while decisions := self._journal.journal(self._sequence, PAGE):
            self._gate.apply(decisions, now)
            self._sequence = decisions[-1].sequence
            self._due = now

    def _begin(self, now: datetime) -> None:
        """Load the full state: also after a restart, because nobody knows what the gate holds by then."""
        started = self._clock.monotonic()
        beginning = self._journal.snapshot()
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

    def _fail(self, error: str, now: datetime) -> float:
        """Remember the trouble and begin from the full state after a pause that doubles."""
        if error != self._error:
            _log.error("gate.failed", gate=self.name, text=error, again_in=self._pause.total_seconds())
        self._error, self._sequence, self._stands_open = error, None, False
        self._due = now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self._save(now)
        return (self._due - now).total_seconds()

    def _save(self, now: datetime, *, at_once: bool = False) -> None:
        """Store the cursor when it changed, at most once a second, because each store is a commit."""
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
