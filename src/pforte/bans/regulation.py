"""The published ladder as values: how long, how soon again, and what else bends it."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Literal

from pforte.net.addresses import IPV6_PREFIX
from pforte.settings.table import RegulationSettings

ZERO = timedelta(0)


class RegulationError(ValueError):
    """A regulation contradicts itself; the message names the setting and what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """When a prefix becomes a subject of its own (REGULATION R11).

    Attributes:
        prefix: length of the prefix that is shut out.
        count: different networks in it that must have been banned.
        within: the time in which those bans began.
    """

    prefix: int
    count: int
    within: timedelta = timedelta(hours=24)


ESCALATION_IPV6 = Escalation(prefix=56, count=4)
ESCALATION_IPV4 = Escalation(prefix=24, count=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulation:
    """The visit regulation.

    Attributes:
        durations: length of a ban on each rung, rung 1 first, each longer than the one before.
        windows: for each rung, the time at liberty within which a new offence climbs (inclusive).
        grace: offences this long after the start of a ban are the same incident, even if it was lifted.
        during_ban: ``evidence`` records an offence inside a ban, ``extend`` starts the ban anew on its rung.
        anchor: ``release`` counts windows from the end of the last ban, ``violation`` from its start.
        reset: after the window ``full`` begins on rung 1, ``step_down`` one rung below the last.
        future: a line further ahead of now than this is recorded as written now.
        shared_rung: highest rung for networks that many people share.
        retries: how long after an act the same one is an automatic retry and does not climb (RFC 5321 s4.5.4.1).
        ipv6_prefix: prefix length that IPv6 addresses are charged to.
        escalation_ipv6: when an IPv6 prefix becomes a subject, or None for never.
        escalation_ipv4: the same for IPv4.

    Raises:
        RegulationError: when the values contradict each other.
    """

    durations: tuple[timedelta, ...] = (
        timedelta(hours=1),
        timedelta(days=7),
        timedelta(days=30),
        timedelta(days=365),
    )
    windows: tuple[timedelta, ...] = (
        timedelta(hours=24),
        timedelta(days=7),
        timedelta(days=30),
        timedelta(days=30),
    )
    grace: timedelta = timedelta(seconds=60)
    during_ban: Literal["evidence", "extend"] = "evidence"
    anchor: Literal["release", "violation"] = "release"
    reset: Literal["full", "step_down"] = "full"
    future: timedelta = timedelta(seconds=60)
    shared_rung: int = 2
    retries: timedelta = timedelta(days=5)
    ipv6_prefix: int = IPV6_PREFIX
    escalation_ipv6: Escalation | None = ESCALATION_IPV6
    escalation_ipv4: Escalation | None = None

    def __post_init__(self) -> None:
        _check(self)

    @property
    def top(self) -> int:
        """The highest rung."""
        return len(self.durations)

    def duration(self, rung: int) -> timedelta:
        """Return how long a ban on ``rung`` lasts.

        Raises:
            RegulationError: there is no such rung.
        """
        if not 1 <= rung <= self.top:
            raise RegulationError(f"there is no rung {rung}; the regulation has rungs 1 to {self.top}")
        return self.durations[rung - 1]

    def window(self, rung: int) -> timedelta:
        """Return how long after a ban on ``rung`` a new offence climbs, the last moment included."""
        # A history may hold a rung of an older regulation that had more of them.
        return self.windows[min(rung, self.top) - 1]

    def escalation(self, version: int) -> Escalation | None:
        """Return when a prefix of IP ``version`` 4 or 6 becomes a subject, or None."""
        return self.escalation_ipv4 if version == 4 else self.escalation_ipv6


def regulation_of(settings: RegulationSettings) -> Regulation:
    """Make the regulation that the section ``[regulation]`` describes.

    Raises:
        RegulationError: when its values contradict each other.
    """
    return Regulation(
        durations=settings.durations,
        windows=settings.windows,
        grace=settings.grace,
        during_ban=settings.during_ban,
        anchor=settings.anchor,
        reset=settings.reset,
        future=settings.future,
        shared_rung=settings.shared_rung,
        retries=settings.retries,
        ipv6_prefix=settings.ipv6_prefix,
        escalation_ipv6=ESCALATION_IPV6 if settings.escalate_ipv6 else None,
        escalation_ipv4=ESCALATION_IPV4 if settings.escalate_ipv4 else None,
    )


def _check(regulation: Regulation) -> None:
    durations, windows = regulation.durations, regulation.windows
    if not durations or durations[0] <= ZERO:
        raise RegulationError("regulation.durations: give at least one rung, each longer than nothing")
    if any(later <= earlier for earlier, later in pairwise(durations)):
        raise RegulationError("regulation.durations: each rung must last longer than the one before")
    if len(windows) != len(durations):
        raise RegulationError(
            f"regulation.windows: give one window for each of the {len(durations)} durations, not {len(windows)}"
        )
    if min(windows) < ZERO:
        raise RegulationError("regulation.windows: a window cannot be negative")
    if not ZERO <= regulation.grace <= durations[0]:
        raise RegulationError("regulation.grace: give 0s up to the length of the first rung")
    if regulation.future < ZERO:
        raise RegulationError("regulation.future: it cannot be negative")
    if regulation.retries < ZERO:
        raise RegulationError("regulation.retries: it cannot be negative")
    if not 1 <= regulation.shared_rung <= len(durations):
        raise RegulationError(f"regulation.shared_rung: give a rung from 1 to {len(durations)}")
    if not 48 <= regulation.ipv6_prefix <= 128:
        raise RegulationError("regulation.ipv6_prefix: give a prefix length from 48 to 128")
