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
from typing import NamedTuple

from pforte.net.addresses import Network, parse_network
from pforte.settings.durations import render_duration
from pforte.visits.checks.declaration import Threshold
from pforte.visits.things import Things, thing_of, unnamed, unpack_things

_VERSION = b"\x02"
_WITHOUT_THINGS = b"\x01"
"""The form of states that were kept before counts named what they counted."""
_SIZE = Struct("<I")
_HIT = Struct("<dQ")
_NAME = Struct("<Q")
_UNKNOWN = 0
"""Name of an act that its line does not tell."""


class _Acts(list[tuple[float, int]]):
    """Times of findings in their order, each with the name of its act."""

    __slots__ = ()

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
_Count = tuple[_Hits, Things]
_Span = tuple[float, float]
"""First and last moment of a window that is full."""


class Counted(NamedTuple):
    """The offence that a count led to.

    Attributes:
        act: the same one for the same acts in any order and number; "" where the threshold remembers none, or one
            of them is unknown.
        observed: what was counted, such as ``3 in 1h: /wp-login.php, /administrator, /admin.php``.
    """

    act: str
    observed: str


class Sighting(NamedTuple):
    """One finding as it is counted.

    Attributes:
        at: event time, POSIX seconds.
        variant: the target or user, which counts once where the threshold asks for different ones; where it
            remembers acts, the act, or b"" where the line does not tell it.
        observed: what the check saw, for people.
        attempts: how many findings this one stands for; different ones count once anyway.
    """

    at: float
    variant: bytes = b""
    observed: bytes = b""
    attempts: int = 1


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
        self._rules = {check: _rule(threshold) for check, threshold in thresholds.items()}
        self._limit = limit
        self._counts: OrderedDict[_Key, _Count] = OrderedDict()
        self._changed: dict[_Key, None] | None = {} if tracked else None

    def __len__(self) -> int:
        return len(self._counts)

    def count(self, check: str, network: str, seen: Sighting) -> Counted | None:
        """Count one finding; None while there are too few for an offence.

        Args:
            check: slug of a check with a threshold.
            network: whom it is charged to (:func:`name_of`).
            seen: the finding.
        """
        rule = self._rules[check]
        key = (check, network)
        count = self._counts.get(key)
        if count is None:
            count = self._begin(key, (rule.kind(), Things()))
        else:
            self._counts.move_to_end(key)
        if self._changed is not None:
            self._changed[key] = None
        hits, things = count
        things.note(thing_of(seen.observed), seen.at, rule.window)
        full = _full(hits, seen, rule)
        if full is None:
            return None
        del self._counts[key]
        act = hits.identity() if isinstance(hits, _Acts) else ""
        return Counted(act, _told(rule, things.within(*full)))

    def _begin(self, key: _Key, count: _Count) -> _Count:
        self._counts[key] = count
        if len(self._counts) > self._limit:
            gone, _ = self._counts.popitem(last=False)
            if self._changed is not None:
                self._changed[gone] = None
        return count

    def changes(self) -> tuple[TallyState, ...]:
        """Return every count that changed since the last call, with b"" for those that ended, and forget them."""
        if not self._changed:
            return ()
        changed, self._changed = self._changed, {}
        return tuple(
            TallyState(key[0], parse_network(key[1]), _packed(self._counts.get(key))) for key in changed
        )

    def states(self) -> Iterator[TallyState]:
        """Yield every count, the least recently touched first."""
        for (check, name), count in self._counts.items():
            yield TallyState(check, parse_network(name), _packed(count))

    def load(self, states: Iterable[TallyState]) -> None:
        """Take over counts that were kept, oldest first; those of unknown checks and forms are left out."""
        for kept in states:
            rule = self._rules.get(kept.check)
            hits, things = _unpacked(kept.state)
            if rule is None or not hits:
                continue
            key = (kept.check, name_of(kept.network))
            self._counts.pop(key, None)
            (taken, _), latest = self._begin(key, (rule.kind(), things)), hits[-2 * rule.needed :]
            if isinstance(taken, dict):
                taken.update((variant, at) for at, variant in latest)
            elif isinstance(taken, _Acts):
                taken.extend(latest)
            else:
                taken.extend(at for at, _ in latest)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A threshold made ready: findings needed, the window in seconds and in words, and how hits are kept."""

    needed: int
    window: float
    words: str
    kind: _Kind


def _rule(threshold: Threshold) -> _Rule:
    window = threshold.window
    return _Rule(threshold.count, window.total_seconds(), render_duration(window), _kind(threshold))


def _kind(threshold: Threshold) -> _Kind:
    if threshold.acts:
        return _Acts
    return dict if threshold.distinct else list


def _full(hits: _Hits, seen: Sighting, rule: _Rule) -> _Span | None:
    """Add a finding to the hits and return the window that it fills, or None."""
    attempts = min(seen.attempts, rule.needed)
    if isinstance(hits, dict):
        return _count_variant(hits, seen, rule)
    if isinstance(hits, _Acts):
        return _count_acts(
            hits, (seen.at, _named(seen.variant) if seen.variant else _UNKNOWN), attempts, rule
        )
    return _count_attempts(hits, seen.at, attempts, rule)


def _count_attempts(hits: list[float], at: float, attempts: int, rule: _Rule) -> _Span | None:
    for _ in range(attempts):
        insort(hits, at)
    if len(hits) < rule.needed:
        return None
    near = hits[bisect_left(hits, at - rule.window) : bisect_right(hits, at + rule.window)]
    full = _window(near, rule)
    if full is None and len(hits) >= 2 * rule.needed:
        hits[:] = near
    return full


def _count_variant(hits: dict[int, float], seen: Sighting, rule: _Rule) -> _Span | None:
    name, at, window = _named(seen.variant), seen.at, rule.window
    before = hits.get(name, at)
    hits[name] = before if at < before <= at + window else at
    if len(hits) < rule.needed:
        return None
    near = {other: moment for other, moment in hits.items() if -window <= moment - at <= window}
    full = _window(sorted(near.values()), rule)
    if full is None and len(hits) >= 2 * rule.needed:
        hits.clear()
        hits.update(near)
    return full


def _count_acts(hits: _Acts, hit: tuple[float, int], attempts: int, rule: _Rule) -> _Span | None:
    """Count a finding; when it completes an offence, only what counted is left."""
    for _ in range(attempts):
        insort(hits, hit)
    if len(hits) < rule.needed:
        return None
    near = [other for other in hits if -rule.window <= other[0] - hit[0] <= rule.window]
    full = _window([moment for moment, _ in near], rule)
    if full is not None or len(hits) >= 2 * rule.needed:
        hits[:] = near
    return full


def _named(text: bytes) -> int:
    """Return the name of a target, user or act."""
    return int.from_bytes(blake2b(text, digest_size=_NAME.size).digest(), "little")


def _window(times: list[float], rule: _Rule) -> _Span | None:
    """Return the first window that holds as many of these times as are needed, or None."""
    windows = zip(times, times[rule.needed - 1 :], strict=False)
    return next(((early, late) for early, late in windows if late - early <= rule.window), None)


def _told(rule: _Rule, things: str) -> str:
    if rule.needed == 1:
        return ""
    return f"{rule.needed} in {rule.words}" + (f": {things}" if things.strip(".") else "")


def _packed(count: _Count | None) -> bytes:
    if not count or not count[0]:
        return b""
    hits, things = count
    pairs: Iterable[tuple[float, int]]
    if isinstance(hits, dict):
        pairs = ((at, name) for name, at in hits.items())
    elif isinstance(hits, _Acts):
        pairs = hits
    else:
        pairs = ((at, _UNKNOWN) for at in hits)
    body = b"".join(_HIT.pack(at, name) for at, name in pairs)
    return _VERSION + _SIZE.pack(len(body)) + body + things.packed()


def _unpacked(state: bytes) -> tuple[list[tuple[float, int]], Things]:
    """Return the hits of a kept state by their times, and its things; nothing where it is of another form."""
    if state.startswith(_WITHOUT_THINGS):
        hits = _hits_of(state[1:])
        return hits, unnamed(hits[-1][0]) if hits else Things()
    begin = 1 + _SIZE.size
    if not state.startswith(_VERSION) or len(state) < begin:
        return [], Things()
    end = begin + _SIZE.unpack_from(state, 1)[0]
    return _hits_of(state[begin:end]), unpack_things(state[end:])


def _hits_of(body: bytes) -> list[tuple[float, int]]:
    if len(body) % _HIT.size:
        return []
    return sorted((at, name) for at, name in _HIT.iter_unpack(body) if isfinite(at))
