"""Things that were told lately and need not be told again for a while."""

from collections import OrderedDict
from collections.abc import Hashable


class Recent:
    """Remembers keys with the event time at which they were told last.

    Args:
        span: seconds for which a key is not told again, counted both ways because lines come out of order.
        limit: keys remembered at most; those told longest ago leave first.
    """

    def __init__(self, span: float, limit: int) -> None:
        self.span = span
        self._limit = limit
        self._told: OrderedDict[Hashable, float] = OrderedDict()

    def told_at(self, key: Hashable) -> float | None:
        """Return when the key was told last, or None."""
        return self._told.get(key)

    def is_new(self, key: Hashable, at: float) -> bool:
        """Say whether the key was not told within the span around ``at``, and note that it is told now."""
        told = self._told.get(key)
        if told is not None and -self.span < at - told < self.span:
            return False
        self.tell(key, at)
        return True

    def tell(self, key: Hashable, at: float) -> None:
        """Note that the key was told at ``at``."""
        self._told[key] = at
        self._told.move_to_end(key)
        if len(self._told) > self._limit:
            self._told.popitem(last=False)
