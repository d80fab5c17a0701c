"""One site's robots.txt through time: what was in force when a visit took place.

RFC 9309 s2.4 lets a crawler use a copy that is up to 24 hours old. A visit at a moment ``at`` may therefore
follow any version that the site served between 24 hours before and ``at``, and it breaks the rules only if each
of these versions forbids it. From this follows all we need:

- a new rule counts once it has stood for 24 hours;
- a rule that was taken away counts no more at once, because a fresh copy no longer has it;
- a path that was allowed at any moment within the 24 hours is no offence;
- before the first version that we know, nothing is known, so nothing is forbidden: the first rule counts 24
  hours after we first read it, unless the operator says that the file has always been so.

A robots.txt that could not be read (server error, time-out) changes nothing: RFC 9309 s2.3.1.4 tells crawlers to
assume that everything is forbidden, but what our own fetch saw is no proof of what the crawler saw. One that
is absent (status 404 or 410) is a version that allows everything (s2.3.1.3).
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise

from pforte.robots.compiled import CompiledRobots
from pforte.robots.groups import parse_robots

CACHE_SECONDS = 24 * 3600.0
"""How old the copy may be that a crawler follows (RFC 9309 s2.4)."""

ALWAYS = float("-inf")
"""Moment at which a file came into force that has always been so."""

KEPT = 1000
"""Versions that are remembered; the oldest are forgotten first, which can only acquit."""


@dataclass(frozen=True, slots=True)
class Version:
    """One robots.txt and the moment from which the site served it.

    Attributes:
        since: POSIX seconds, or ``ALWAYS``.
        raw: the file's octets.
        lenient: read as Google reads it.
        strict: read by the grammar of RFC 9309 alone.
    """

    since: float
    raw: bytes
    lenient: CompiledRobots = field(compare=False, repr=False)
    strict: CompiledRobots = field(compare=False, repr=False)


def read_version(raw: bytes, since: float = ALWAYS) -> Version:
    """Parse a robots.txt that came into force at ``since`` (POSIX seconds)."""
    return Version(
        since, raw, CompiledRobots(parse_robots(raw)), CompiledRobots(parse_robots(raw, strict=True))
    )


class Versions:
    """The versions of one site's robots.txt, oldest first; a value that never changes.

    Args:
        versions: in the order in which they came into force.

    Raises:
        ValueError: two versions came into force at one moment or out of order.
    """

    __slots__ = ("_since", "_versions")

    def __init__(self, versions: tuple[Version, ...] = ()) -> None:
        since = [version.since for version in versions]
        if any(later <= earlier for earlier, later in pairwise(since)):
            raise ValueError("versions of a robots.txt must be given in the order of their times")
        self._versions = versions[-KEPT:]
        self._since = since[-KEPT:]

    @property
    def versions(self) -> tuple[Version, ...]:
        """Return the versions, oldest first."""
        return self._versions

    def followed_by(self, raw: bytes, since: float) -> "Versions":
        """Return the versions with what was read at ``since``; the same octets again change nothing.

        A reading that is not later than the last version replaces nothing and is dropped: clocks that were set
        back must not rewrite what was in force.
        """
        last = self._versions[-1] if self._versions else None
        if last is not None and (last.raw == raw or since <= last.since):
            return self
        return Versions((*self._versions, read_version(raw, since)))

    def in_force(self, at: float) -> tuple[Version, ...]:
        """Return every version that a crawler may have followed at ``at`` (POSIX seconds), oldest first.

        Empty means that nothing can be held against it: there was no robots.txt at some moment of the 24 hours,
        as far as we know.
        """
        since = self._since
        if not since:
            return ()
        if since[-1] <= at - CACHE_SECONDS:
            return self._versions[-1:]
        first = bisect_right(since, at - CACHE_SECONDS)
        if first == 0:
            return ()
        return self._versions[first - 1 : bisect_right(since, at)]
