"""The bans that a gate has to enforce, kept up to date with decisions."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pforte.bans.ban import Ban, Decision
from pforte.net.addresses import Network


class Standing:
    """Bans that stand (:meth:`Ban.stands`), by network; one network may stand under several.

    A ban counts from the moment it is known, and so does a lift. It stays until :meth:`expire` finds it ended.
    """

    def __init__(self) -> None:
        self._bans: dict[Network, tuple[Ban, ...]] = {}
        self._next_end: datetime | None = None

    def load(self, bans: Iterable[Ban], moment: datetime) -> None:
        """Forget everything and take these bans, leaving out those that have ended at ``moment``."""
        self._bans = {}
        self._next_end = None
        for ban in bans:
            self._put(ban, moment)

    def apply(self, decisions: Sequence[Decision], moment: datetime) -> set[Network]:
        """Take over decisions and return the networks they are about."""
        for decision in decisions:
            self._put(decision.ban, moment)
        return {decision.ban.network for decision in decisions}

    def expire(self, moment: datetime) -> set[Network]:
        """Let go of the bans that ended and return the networks that lost one."""
        if self._next_end is None or moment < self._next_end:
            return set()
        ended = {
            network
            for network, bans in self._bans.items()
            if any(ban.effective_end() <= moment for ban in bans)
        }
        for network in ended:
            self._keep(network, tuple(ban for ban in self._bans[network] if ban.effective_end() > moment))
        self._next_end = min((ban.effective_end() for ban in self), default=None)
        return ended

    def ban(self, network: Network) -> Ban | None:
        """Return the ban of exactly this network that lasts longest, or None."""
        bans = self._bans.get(network)
        return None if bans is None else max(bans, key=Ban.effective_end)

    def longest(self) -> Iterator[Ban]:
        """Yield for each network the ban that lasts longest."""
        for bans in self._bans.values():
            yield bans[0] if len(bans) == 1 else max(bans, key=Ban.effective_end)

    def __iter__(self) -> Iterator[Ban]:
        return (ban for bans in self._bans.values() for ban in bans)

    def __len__(self) -> int:
        """Return the number of networks that stand under a ban."""
        return len(self._bans)

    def _put(self, ban: Ban, moment: datetime) -> None:
        known = self._bans.get(ban.network, ())
        others = tuple(other for other in known if other.reference != ban.reference) if known else known
        if not ban.stands(moment):
            self._keep(ban.network, others)
            return
        self._bans[ban.network] = (*others, ban)
        if self._next_end is None or ban.ends < self._next_end:
            self._next_end = ban.ends

    def _keep(self, network: Network, bans: tuple[Ban, ...]) -> None:
        if bans:
            self._bans[network] = bans
        else:
            self._bans.pop(network, None)
