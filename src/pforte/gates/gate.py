"""What every gate can do, whoever drives it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from pforte.bans.ban import Ban, Decision
from pforte.net.addresses import Network


class GateError(Exception):
    """A gate could not do what was decided; the message says what to do next.

    The gate's state is then unknown. Whoever drives it loads it anew with all bans in force.
    """


class Gate(Protocol):
    """Enforces bans in one place.

    A gate is driven by one caller at a time, from a worker thread: its calls block. Every call that raises
    :class:`GateError` may be followed by :meth:`load`, which always starts from nothing.
    """

    @property
    def name(self) -> str:
        """Name in settings, logs and stored cursors, such as ``nftables``."""
        ...

    def load(self, bans: Iterable[Ban], moment: datetime) -> None:
        """Make the gate enforce exactly these bans, whatever it enforced before.

        Args:
            bans: all bans in force at ``moment``; one network may have several.
            moment: now, UTC.
        """
        ...

    def stand_open(self, moment: datetime) -> None:
        """Shut nobody out, until the next :meth:`load`."""
        ...

    def apply(self, decisions: Sequence[Decision], moment: datetime) -> None:
        """Do what was decided, in the order of the journal; a decision that was applied before changes nothing."""
        ...

    def exempt(self, networks: Iterable[Network], moment: datetime) -> None:
        """Take over a new list of networks that are let through whatever ban they lie in."""
        ...

    def tend(self, moment: datetime) -> datetime:
        """Do what is due without a decision (ended bans, the comparison with reality).

        Returns:
            When it is worth calling again, at the latest.
        """
        ...

    def entries(self) -> int:
        """Return how many networks the gate shuts out."""
        ...

    def close(self) -> None:
        """Let go of what the gate holds open; what it enforces stays enforced."""
        ...
