"""Counting findings: when the noise of one network becomes an offence.

Counts go by the time in the log line. Lines may come in any order: whole files are read one after the other, and
what counts together is what lies in one window. After an offence the count starts anew.
"""

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from math import isfinite
from struct import Struct

from pforte.net.addresses import Network, parse_network
from pforte.visits.checks.declaration import Threshold

_VERSION = b"\x01"
_HIT = Struct("<dQ")
_NAME = Struct("<Q")
_UNKNOWN = 0
"""Name of an act that its line does not tell."""


class _Acts(list[tuple[float, int]]):
    """Times of findings in their order, each with the name of its act."""

    def identity(self) -> str:
        """Return 20 digits that stand for the set of these acts, or "" when it holds an unknown one."""
        names = {name for _, name in self}
        if _UNKNOWN in names:
            return ""
        return blake2b(b"".join(map(_NAME.pack, sorted(names))), digest_size=10).hexdigest()


_Key = tuple[str, str]
_Hits = list[float] | dict[int, float] | _Acts
"""Times of findings in their order; or the newest time of each variant; or times with acts."""
_Kind = Callable[[], _Hits]


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
            check: (threshold.count, threshold.window.total_seconds(), _kind(threshold))
            for check, threshold in thresholds.items()
        }
        self._limit = limit
        self._hits: OrderedDict[_Key, _Hits] = OrderedDict()
        self._changed: dict[_Key, None] | None = {} if tracked else None

    def __len__(self) -> int:
        return len(self._hits)

    def count(
        self, check: str, network: str, at: float, variant: bytes = b"", attempts: int = 1
    ) -> str | None:
        """Count one finding; None while there are too few for an offence.

        Args:
            check: slug of a check with a threshold.
            network: whom it is charged to (:func:`name_of`).
            at: event time, POSIX seconds.
            variant: the target or user, which counts once where the threshold asks for different ones; where it
                remembers acts, the act, or b"" where the line does not tell it.
            attempts: how many findings this one stands for; different ones count once anyway.

        Returns:
            The act of the offence that the finding completes: the same one for the same acts in any order and
            number; "" where the threshold remembers none, or one of them is unknown.
        """
        needed, window, kind = self._rules[check]
        key = (check, network)
        hits = self._hits.get(key)
        if hits is None:
            hits = self._begin(key, kind)
        else:
            self._hits.move_to_end(key)
        if self._changed is not None:
            self._changed[key] = None
        if isinstance(hits, dict):
            full = _count_variant(hits, variant, at, needed, window)
        elif isinstance(hits, _Acts):
            hit = (at, _named(variant) if variant else _UNKNOWN)
            full = _count_acts(hits, hit, min(attempts, needed), needed, window)
        else:
            full = _count_attempts(hits, at, min(attempts, needed), needed, window)
        if not full:
            return None
        del self._hits[key]
        return hits.identity() if isinstance(hits, _Acts) else ""

    def _begin(self, key: _Key, kind: _Kind) -> _Hits:
        hits = self._hits[key] = kind()
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
            needed, _, kind = rule
            taken, latest = self._begin(key, kind), hits[-2 * needed :]
            if isinstance(taken, dict):
                taken.update((variant, at) for at, variant in latest)
            elif isinstance(taken, _Acts):
                taken.extend(latest)
            else:
                taken.extend(at for at, _ in latest)


def _kind(threshold: Threshold) -> _Kind:
    if threshold.acts:
        return _Acts
    return dict if threshold.distinct else list


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
    name = _named(variant)
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


def _count_acts(hits: _Acts, hit: tuple[float, int], attempts: int, needed: int, window: float) -> bool:
    """Count a finding; when it completes an offence, only what counted is left."""
    for _ in range(attempts):
        insort(hits, hit)
    if len(hits) < needed:
        return False
    near = [other for other in hits if -window <= other[0] - hit[0] <= window]
    full = _is_full([moment for moment, _ in near], needed, window)
    if full or len(hits) >= 2 * needed:
        hits[:] = near
    return full


def _named(text: bytes) -> int:
    """Return the name of a target, user or act."""
    return int.from_bytes(blake2b(text, digest_size=_NAME.size).digest(), "little")


def _is_full(times: list[float], needed: int, window: float) -> bool:
    """Whether some window holds as many of these times as are needed."""
    return any(late - early <= window for early, late in zip(times, times[needed - 1 :], strict=False))


def _packed(hits: _Hits | None) -> bytes:
    if not hits:
        return b""
    pairs: Iterable[tuple[float, int]]
    if isinstance(hits, dict):
        pairs = ((at, name) for name, at in hits.items())
    elif isinstance(hits, _Acts):
        pairs = hits
    else:
        pairs = ((at, _UNKNOWN) for at in hits)
    return _VERSION + b"".join(_HIT.pack(at, name) for at, name in pairs)


def _unpacked(state: bytes) -> list[tuple[float, int]]:
    body = state[1:]
    if not state.startswith(_VERSION) or len(body) % _HIT.size:
        return []
    return sorted((at, name) for at, name in _HIT.iter_unpack(body) if isfinite(at))
