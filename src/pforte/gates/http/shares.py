"""How much of the judging one network may have, so that it cannot keep the gate from everybody else.

Most requests are let in after a glance. One that holds a mark costs up to a third of a millisecond for each KiB, and a
visitor may make all his requests such and 8 KiB long. What goes beyond a network's share is left to the log.
"""

from pforte.net.addresses import Network

MOST_BYTES = 65_536
"""Bytes of marked requests that are judged for one network in a second: a fiftieth of the gate's time."""
SPAN = 1.0


class Shares:
    """Keeps the account of each network for the running second."""

    def __init__(self) -> None:
        self._began = float("-inf")
        self._spent: dict[Network, int] = {}

    def may_spend(self, network: Network, octets: int, now: float) -> bool:
        """Charge a network with a request and say whether its share covers it.

        Args:
            network: whom it is charged to.
            octets: length of the request.
            now: POSIX seconds.
        """
        if not 0 <= now - self._began < SPAN:  # the clock may be set back
            self._began, self._spent = now, {}
        spent = self._spent[network] = self._spent.get(network, 0) + octets
        return spent <= MOST_BYTES
