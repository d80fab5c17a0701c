"""Counting findings: when the noise of one network becomes an offence.

Counts go by the time in the log line. Lines may come in any order: whole files are read one after the other, and
what counts together is what lies in one window. After an offence the count starts anew.
"""

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from math import isfinite
from struct import Struct

from pforte.net.addresses import Network, parse_network
from pforte.visits.checks.declaration import Threshold

_VERSION = b"\x01"
_HIT = Struct("<dQ")


@dataclass(frozen=True, slots=True)
class TallyState:
    """What was counted for one network and check, as the register keeps it.

    Attributes:
        check: slug of the check.
        network: whom it counts.
        state: the count in a form that only :class:`Tallies` reads; b"" means that nothing is counted.
    """

    check: str
    network: Network
    state: bytes


def name_of(network: Network) -> str:
    """Return the name a network is counted under: the address alone for one IPv4 address.

    >>> name_of(parse_network("192.0.2.1")), name_of(parse_network("2001:db8::1"))
    ('192.0.2.1', '2001:db8::/64')
    """
    return str(network).removesuffix("/32") if network.version == 4 else str(network)


class Tallies:
    """Counts findings per check and network.

    Args:
        thresholds: the threshold of each check that has one.
        limit: counts (network and check) kept at most; the least recently touched leave first.
        tracked: whether changes are remembered for :meth:`changes`.
    """

    def __init__(self, thresholds: Mapping[str, Threshold], limit: int, *, tracked: bool = False) -> None:
        self._rules = {
            check: (threshold.count, threshold.window.total_seconds(), threshold.distinct)
            for check, threshold in thresholds.items()
        }
        self._limit = limit
        self._hits: OrderedDict[tuple[str, str], list[float] | dict[int, float]] = OrderedDict()
        self._changed: dict[tuple[str, str], None] | None = {} if tracked else None

    def __len__(self) -> int:
        return len(self._hits)

    def count(self, check: str, network: str, at: float, variant: bytes = b"", attempts: int = 1) -> bool:
        """Count one finding and say whether it completes an offence.

        Args:
            check: slug of a check with a threshold.
            network: whom it is charged to (:func:`name_of`).
            at: event time, POSIX seconds.
            variant: the target or user, which counts once where the threshold asks for different ones.
            attempts: how many findings this one stands for; different ones count once anyway.
        """
        needed, window, distinct = self._rules[check]
        key = (check, network)
        hits = self._hits.get(key)
        if hits is None:
            hits = self._begin(key, distinct=distinct)
        else:
            self._hits.move_to_end(key)
        if self._changed is not None:
            self._changed[key] = None
        if isinstance(hits, dict):
            full = _count_variant(hits, variant, at, needed, window)
        else:
            full = _count_attempts(hits, at, min(attempts, needed), needed, window)
        if full:
            del self._hits[key]
        return full

    def _begin(self, key: tuple[str, str], *, distinct: bool) -> list[float] | dict[int, float]:
        hits: list[float] | dict[int, float] = {} if distinct else []
        self._hits[key] = hits
        if len(self._hits) > self._limit:
            gone, _ = self._hits.popitem(last=False)
            if self._changed is not None:
                self._changed[gone] = None
        return hits

    def changes(self) -> tuple[TallyState, ...]:
        """Return every count that changed since the last call, with b"" for those that ended, and forget them."""
        if not self._changed:
            return ()
        changed, self._changed = self._changed, {}
        return tuple(
            TallyState(key[0], parse_network(key[1]), _packed(self._hits.get(key))) for key in changed
        )

    def states(self) -> Iterator[TallyState]:
        """Yield every count, the least recently touched first."""
        for (check, name), hits in self._hits.items():
            yield TallyState(check, parse_network(name), _packed(hits))

    def load(self, states: Iterable[TallyState]) -> None:
        """Take over counts that were kept, oldest first; those of unknown checks and forms are left out."""
        for kept in states:
            rule = self._rules.get(kept.check)
            hits = _unpacked(kept.state)
            if rule is None or not hits:
                continue
            key = (kept.check, name_of(kept.network))
            self._hits.pop(key, None)
            taken = self._begin(key, distinct=rule[2])
            if isinstance(taken, dict):
                taken.update((variant, at) for at, variant in hits[-2 * rule[0] :])
            else:
                taken.extend(at for at, _ in hits[-2 * rule[0] :])


def _count_attempts(hits: list[float], at: float, attempts: int, needed: int, window: float) -> bool:
    for _ in range(attempts):
        insort(hits, at)
    if len(hits) < needed:
        return False
    near = hits[bisect_left(hits, at - window) : bisect_right(hits, at + window)]
    if _is_full(near, needed, window):
        return True
    if len(hits) >= 2 * needed:
        hits[:] = near
    return False


def _count_variant(hits: dict[int, float], variant: bytes, at: float, needed: int, window: float) -> bool:
    name = int.from_bytes(blake2b(variant, digest_size=8).digest(), "little")
    before = hits.get(name, at)
    hits[name] = before if at < before <= at + window else at
    if len(hits) < needed:
        return False
    near = {other: moment for other, moment in hits.items() if -window <= moment - at <= window}
    if _is_full(sorted(near.values()), needed, window):
        return True
    if len(hits) >= 2 * needed:
        hits.clear()
        hits.update(near)
    return False


def _is_full(times: list[float], needed: int, window: float) -> bool:
    """Whether some window holds as many of these times as are needed."""
    return any(late - early <= window for early, late in zip(times, times[needed - 1 :], strict=False))


def _packed(hits: list[float] | dict[int, float] | None) -> bytes:
    if not hits:
        return b""
    pairs = ((at, name) for name, at in hits.items()) if isinstance(hits, dict) else ((at, 0) for at in hits)
    return _VERSION + b"".join(_HIT.pack(at, name) for at, name in pairs)


def _unpacked(state: bytes) -> list[tuple[float, int]]:
    body = state[1:]
    if not state.startswith(_VERSION) or len(body) % _HIT.size:
        return []
    return sorted((at, name) for at, name in _HIT.iter_unpack(body) if isfinite(at))
