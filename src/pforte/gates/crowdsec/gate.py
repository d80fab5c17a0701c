"""The gate that follows the register for the bouncers: what they are told, who may ask, how far each has come."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pforte.bans.ban import Ban, Decision
from pforte.gates.crowdsec.board import CHANGES_KEPT, KEPT_FOR, Board
from pforte.gates.crowdsec.keys import Pullers, Store
from pforte.net.addresses import Network

KEYS_EVERY = timedelta(seconds=1)
"""How soon a key that was made or removed counts."""
PULLS_EVERY = timedelta(seconds=10)
EXPIRE_EVERY = timedelta(seconds=3)

_SLACK = timedelta(minutes=1)


class CrowdsecGate:
    """Keeps the board and the bouncers up to date, driven as every gate.

    Args:
        store: the register's bouncers.
        exempt: networks that are let through.
    """

    name = "crowdsec"

    def __init__(self, store: Store, exempt: Iterable[Network] = ()) -> None:
        self.board = Board(exempt)
        self.pullers = Pullers()
        self._store = store
        self._expire_at: datetime | None = None
        self._save_at: datetime | None = None

    def load(self, bans: Iterable[Ban], moment: datetime) -> None:
        """Tell of exactly these bans; at the first time also of what changed since the bouncers last pulled."""
        self.pullers.admit(self._store.bouncer_digests())
        past: Sequence[Ban] = ()
        if not self.board.loaded:
            pulls = self._store.pulls()
            self.pullers.recall(pulls)
            recent = [pull.pulled for pull in pulls if pull.pulled >= moment - KEPT_FOR]
            if recent:
                past = self._store.changed_bans(min(recent) - _SLACK, CHANGES_KEPT)
        self.board.load(bans, past, moment)

    def stand_open(self, moment: datetime) -> None:
        """Shut nobody out, until the next load."""
        self.load((), moment)

    def apply(self, decisions: Sequence[Decision], moment: datetime) -> None:
        """Do what was decided: it is in the answer to the next question."""
        self.board.apply(decisions, moment)

    def exempt(self, networks: Iterable[Network], moment: datetime) -> None:
        """Take over a new list of networks that are let through."""
        self.board.exempt(networks, moment)

    def tend(self, moment: datetime) -> datetime:
        """Let go of what ended, look for new keys, and store who pulled."""
        if self._expire_at is None or moment >= self._expire_at:
            self.board.expire(moment)
            self._expire_at = moment + EXPIRE_EVERY
        self.pullers.admit(self._store.bouncer_digests())
        if self._save_at is None or moment >= self._save_at or self.pullers.newcomers:
            self._save()
            self._save_at = moment + PULLS_EVERY
        return moment + KEYS_EVERY

    def entries(self) -> int:
        """Return how many values are shut out."""
        return len(self.board)

    def close(self) -> None:
        """Store who pulled; bouncers go on with what they were told."""
        self._save()

    def _save(self) -> None:
        if pulls := self.pullers.unsaved():
            self._store.save_pulls(pulls)
