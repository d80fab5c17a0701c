"""Clients whose every later line is looked at, because they fetched robots.txt and so call themselves crawlers.

No mark stands in their lines, so their addresses become marks of a pass of their own. Compiling thousands of them
takes a while, so new ones wait in a small pass that is compiled often, and join the large one together.
"""

from collections import OrderedDict

from pforte.visits.checks.declaration import Mark
from pforte.visits.engine import AUTO, Candidate, Engine, Pass, build

MOST = 4096
"""Clients followed at most; those longest not seen leave first."""
_FRESH_SHARE = 8
"""The small pass is emptied when it holds this part of the large one."""
_FRESH_LEAST = 64


class Followed:
    """The clients that are followed.

    Args:
        engine: engine of the passes.
        limit: clients followed at most.
    """

    def __init__(self, engine: Engine = AUTO, limit: int = MOST) -> None:
        self._engine = engine
        self._limit = limit
        self._clients: OrderedDict[str, float] = OrderedDict()
        self._settled: frozenset[str] = frozenset()
        self._fresh: dict[str, None] = {}
        self._settled_pass: Pass | None = None
        self._fresh_pass: Pass | None = None

    def __len__(self) -> int:
        return len(self._clients)

    def since(self, client: str) -> float | None:
        """Return the event time from which ``client`` is followed, or None."""
        return self._clients.get(start_of(client))

    def follow(self, client: str, at: float) -> None:
        """Follow the address ``client`` (with the whole /64 where the text shows it) from ``at`` on."""
        start = start_of(client)
        known = self._clients.get(start)
        self._clients[start] = at if known is None or at < known else known
        self._clients.move_to_end(start)
        if len(self._clients) > self._limit:
            self._clients.popitem(last=False)  # its mark goes when the large pass is compiled next
        if known is None and start not in self._settled:
            self._fresh[start] = None
            self._fresh_pass = None

    def candidates(self, data: bytes) -> list[Candidate]:
        """Return the lines in which the address of a followed client stands anywhere, with the set of groups 1."""
        if not self._clients:
            return []
        if len(self._fresh) > max(_FRESH_LEAST, len(self._settled) // _FRESH_SHARE):
            self._settled = frozenset(self._clients)
            self._settled_pass = self._compiled(self._settled)
            self._fresh.clear()
            self._fresh_pass = None
        if self._fresh and self._fresh_pass is None:
            self._fresh_pass = self._compiled(self._fresh)
        found = self._settled_pass.candidates(data) if self._settled_pass else []
        if self._fresh_pass:
            found = merged(found, self._fresh_pass.candidates(data))
        return found

    def _compiled(self, starts: frozenset[str] | dict[str, None]) -> Pass:
        return build(([Mark(start.replace(".", r"\.").encode("ascii")) for start in starts],), self._engine)


def start_of(client: str) -> str:
    """Return the start of an address that all of its network have in common, as far as the text shows it.

    >>> start_of("192.0.2.1"), start_of("2001:DB8:1:2::7"), start_of("2001:db8::7")
    ('192.0.2.1', '2001:db8:1:2:', '2001:db8::7')
    """
    if ":" not in client:
        return client
    groups = client.lower().split(":", 4)
    return ":".join(groups[:4]) + ":" if len(groups) == 5 and all(groups[:4]) else client.lower()


def merged(first: list[Candidate], second: list[Candidate]) -> list[Candidate]:
    """Return the candidates of two passes over one block in order, each line once with the groups of both."""
    if not first or not second:
        return first or second
    lines = {start: (end, groups) for start, end, groups in first}
    for start, end, groups in second:
        known = lines.get(start)
        lines[start] = (end, groups | known[1]) if known else (end, groups)
    return [(start, *lines[start]) for start in sorted(lines)]
