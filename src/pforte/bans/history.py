"""What the ladder has to know of one network's past."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pforte.bans.ban import Ban
from pforte.net.addresses import Network

HISTORY_LIMIT = 128
"""Bans of one network that the ladder looks at: those that end latest, because only they change a verdict.

More than the bans of an hour that fit into the five days of a mail queue (R9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A time that a network was shut out without a break, by one ban or by several that overlap (R6).

    Attributes:
        starts: start of the latest of its bans.
        ends: first moment at liberty: the latest effective end.
        rung: the highest rung among its bans.
    """

    starts: datetime
    ends: datetime
    rung: int


@dataclass(frozen=True, slots=True)
class History:
    """The bans of one network, latest start first, lifted and forgiven ones included.

    Attributes:
        network: whose bans they are.
        bans: its own bans, at most ``HISTORY_LIMIT``.
        around: bans of wider networks that hold this one: an offence inside them is evidence, but the
            network does not climb because of them.
    """

    network: Network
    bans: tuple[Ban, ...] = ()
    around: tuple[Ban, ...] = ()

    @classmethod
    def of(cls, network: Network, bans: Iterable[Ban] = (), around: Iterable[Ban] = ()) -> "History":
        """Make a history from bans in any order."""
        latest = sorted(bans, key=_end, reverse=True)[:HISTORY_LIMIT]
        return cls(network, _latest_first(latest), _latest_first(around))

    def including(self, ban: Ban) -> "History":
        """Return the history with ``ban`` added, or put in the place of the ban of the same reference."""
        others = (known for known in self.bans if known.reference != ban.reference)
        return History.of(self.network, (ban, *others), self.around)

    def forgiven(self) -> datetime | None:
        """Return the moment of the latest amnesty: acts and bans before it no longer count (R7)."""
        return max((ban.lifted for ban in self.bans if ban.amnesty and ban.lifted is not None), default=None)

    def counted(self) -> tuple[Ban, ...]:
        """Return the bans that count on the ladder: those that began after the latest amnesty."""
        forgiven = self.forgiven()
        return self.bans if forgiven is None else tuple(ban for ban in self.bans if ban.starts >= forgiven)

    def last_spell(self) -> Spell | None:
        """Return the latest time shut out that counts, or None."""
        bans = sorted(self.counted(), key=_end, reverse=True)
        if not bans:
            return None
        spell = [bans[0]]
        reached = bans[0].starts
        for ban in bans[1:]:
            if ban.effective_end() <= reached:
                break
            spell.append(ban)
            reached = min(reached, ban.starts)
        return Spell(
            starts=max(ban.starts for ban in spell),
            ends=bans[0].effective_end(),
            rung=max(ban.rung for ban in spell),
        )


def _latest_first(bans: Iterable[Ban]) -> tuple[Ban, ...]:
    return tuple(sorted(bans, key=_start, reverse=True))


def _start(ban: Ban) -> datetime:
    return ban.starts


def _end(ban: Ban) -> datetime:
    return ban.effective_end()
