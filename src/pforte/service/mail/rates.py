"""How much each network asks for: counted here at once, shared through the register now and then.

A restart forgets nothing older than the last sharing, and of several processes each sees the others' counts after a
few seconds.
"""

from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pforte.net.addresses import Network
from pforte.settings.mail import MailRateSettings

MOST_NETWORKS = 50_000
"""Networks that are remembered here; the register remembers the others."""
FRESH = timedelta(seconds=10)
"""How long what the register said of a network is taken as still so."""
EPOCH = datetime.fromtimestamp(0, UTC)

Counts = dict[tuple[str, datetime], int]
"""How often something was done in the step that began then."""
Recall = Callable[[Network, datetime], Awaitable[Counts]]
"""Returns what the register has counted of a network in steps that began since a moment."""


@dataclass(frozen=True, slots=True)
class Window:
    """A span over which something is counted, in steps so that it slides.

    Attributes:
        length: the span.
        step: how finely it slides.
        words: the span in words.
    """

    length: timedelta
    step: timedelta
    words: str


WINDOWS: Mapping[str, Window] = {
    "connections": Window(timedelta(minutes=1), timedelta(seconds=10), "a minute"),
    "messages": Window(timedelta(hours=1), timedelta(minutes=5), "an hour"),
    "failed-recipients": Window(timedelta(hours=1), timedelta(minutes=5), "an hour"),
}
"""What is counted."""
LONGEST = max(window.length for window in WINDOWS.values())


@dataclass(slots=True)
class _Known:
    """What is known of one network: what the register holds, what is not shared yet, who is connected."""

    shared: Counts = field(default_factory=dict)
    own: Counter[tuple[str, datetime]] = field(default_factory=Counter)
    asked: datetime = EPOCH
    open: int = 0


class Rates:
    """Counts what networks do. Used from one event loop.

    Args:
        limits: section ``[mail.rates]``; may be replaced.
        recall: asks the register.
    """

    def __init__(self, limits: MailRateSettings, recall: Recall) -> None:
        self.limits = limits
        self._recall = recall
        self._known: OrderedDict[Network, _Known] = OrderedDict()
        self._changed: set[Network] = set()

    async def refresh(self, network: Network, now: datetime) -> None:
        """Learn what was counted of a network elsewhere and before the start, unless that was asked just now."""
        known = self._of(network)
        if now - known.asked >= FRESH:
            known.asked = now
            known.shared = await self._recall(network, now - LONGEST)

    def count(self, network: Network, what: str, now: datetime) -> None:
        """Count one ``what`` (a name in ``WINDOWS``) of a network."""
        step = WINDOWS[what].step
        self._of(network).own[what, now - (now - EPOCH) % step] += 1
        self._changed.add(network)

    def connect(self, network: Network) -> None:
        """Take note that a connection of a network begins."""
        self._of(network).open += 1

    def disconnect(self, network: Network) -> None:
        """Take note that a connection of a network ends."""
        known = self._of(network)
        known.open = max(0, known.open - 1)

    def over(self, network: Network, now: datetime) -> dict[str, str]:
        """Return the limits that a network exceeds, with what was counted in words."""
        known = self._of(network)
        found = {}
        for what, window in WINDOWS.items():
            limit = getattr(self.limits, what.replace("-", "_"))
            if limit:
                counted = self._sum(known, what, now - window.length)
                if counted > limit:
                    found[what] = f"{counted} in {window.words}, at most {limit}"
        if self.limits.at_once and known.open > self.limits.at_once:
            found["at-once"] = f"{known.open} at the same time, at most {self.limits.at_once}"
        return found

    def take(self) -> dict[tuple[Network, str, datetime], int]:
        """Return what was counted since the last call, to be added to the register; here it counts as shared."""
        taken: dict[tuple[Network, str, datetime], int] = {}
        for network in self._changed:
            known = self._known.get(network)
            if known is None:
                continue
            for (what, begun), count in known.own.items():
                taken[network, what, begun] = count
                known.shared[what, begun] = known.shared.get((what, begun), 0) + count
            known.own.clear()
            self._prune(known)
        self._changed.clear()
        return taken

    def put_back(self, taken: Mapping[tuple[Network, str, datetime], int]) -> None:
        """Take back what could not be stored, so that it is shared with the next."""
        for (network, what, begun), count in taken.items():
            known = self._of(network)
            known.shared[what, begun] = known.shared.get((what, begun), 0) - count
            known.own[what, begun] += count
            self._changed.add(network)

    @staticmethod
    def _prune(known: _Known) -> None:
        """Forget steps that are in no window any more."""
        newest = max((begun for _, begun in known.shared), default=EPOCH)
        old = [key for key in known.shared if newest - key[1] > WINDOWS[key[0]].length]
        for key in old:
            del known.shared[key]

    def _of(self, network: Network) -> _Known:
        known = self._known.get(network)
        if known is None:
            if len(self._known) >= MOST_NETWORKS:
                self._forget_one()
            known = self._known[network] = _Known()
        self._known.move_to_end(network)
        return known

    def _forget_one(self) -> None:
        """Forget the network that was quiet for longest and has nothing to share and nobody connected."""
        for network, known in self._known.items():
            if not known.own and not known.open:
                del self._known[network]
                return

    @staticmethod
    def _sum(known: _Known, what: str, since: datetime) -> int:
        return sum(
            count
            for counts in (known.shared, known.own)
            for (each, begun), count in counts.items()
            if each == what and begun > since
        )
