"""What the ladder would have done: offences in, bans out, in event time and with enforcement simulated.

An offence that a ban would have kept out is counted under that ban and changes nothing, exactly as the
live service treats it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from pforte.bans.ban import Ban
from pforte.bans.escalation import covering_prefix, escalated_at, escalated_offence
from pforte.bans.history import History
from pforte.bans.ladder import Evidence, Extension, NewBan, Spared, judge
from pforte.bans.offence import Offence
from pforte.bans.regulation import Regulation
from pforte.net.addresses import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedBan:
    """One ban that would have been.

    Attributes:
        network: who would have been shut out.
        rung: 1 to the highest of the regulation.
        starts: event time of the first offence.
        ends: first moment at liberty.
        offences: offences charged to the ban, those inside it included.
        checks: the checks that saw them, in the order of the alphabet.
    """

    network: Network
    rung: int
    starts: datetime
    ends: datetime
    offences: int
    checks: tuple[str, ...]


def _nobody_exempt(_network: Network) -> str:
    return ""


def walk(
    offences: Iterable[Offence],
    regulation: Regulation,
    shared: Callable[[Network], bool],
    held: Callable[[Network], str] = _nobody_exempt,
) -> list[SimulatedBan]:
    """Walk the ladder from no history and return the bans in the order of their starts.

    Offences may come in any order, as several logs are read one after the other. Their evidence is
    let go at once, so that a long log of attacks fits into memory.

    Args:
        offences: what the checks saw; watching and exempt ones are passed over.
        regulation: the ladder to try.
        shared: tells whether a network is tagged as shared by many people.
        held: tells why a network holds somebody who is never banned, or "": a prefix that does is not shut out.
    """
    ordered = sorted((replace(offence, evidence=b"") for offence in offences), key=_when)
    simulation = _Simulation(regulation, shared, held)
    for offence in ordered:
        simulation.see(offence)
    return simulation.bans()


class _Simulation:
    def __init__(
        self,
        regulation: Regulation,
        shared: Callable[[Network], bool],
        held: Callable[[Network], str],
    ) -> None:
        self._regulation = regulation
        self._shared = shared
        self._held = held
        self._histories: dict[Network, History] = {}
        self._inside: dict[Network, list[Ban]] = {}
        self._bans: dict[str, Ban] = {}
        self._offences: dict[str, int] = {}
        self._checks: dict[str, set[str]] = {}

    def see(self, offence: Offence) -> None:
        if not isinstance(self._charge(offence), NewBan):
            return
        prefix = covering_prefix(offence.network, self._regulation)
        if prefix is None or self._held(prefix):
            return
        recent = self._recent(prefix, self._histories[offence.network].bans[0], offence.at)
        history = self._histories.get(prefix, History(prefix))
        moment = escalated_at(history, recent, self._regulation, offence.at)
        if moment is not None:
            self._charge(escalated_offence(offence, prefix, moment))

    def bans(self) -> list[SimulatedBan]:
        """Return what was seen so far; ties of time keep the order of judging."""
        ordered = sorted(self._bans.values(), key=lambda ban: ban.starts)
        return [
            SimulatedBan(
                network=ban.network,
                rung=ban.rung,
                starts=ban.starts,
                ends=ban.ends,
                offences=self._offences[ban.reference],
                checks=tuple(sorted(self._checks[ban.reference])),
            )
            for ban in ordered
        ]

    def _charge(self, offence: Offence) -> NewBan | Extension | Evidence | Spared:
        network = offence.network
        history = self._histories.get(network, History(network))
        judgement = judge(
            replace(history, around=self._around(network)),
            offence,
            self._regulation,
            offence.at,
            shared=self._shared(network),
        )
        if isinstance(judgement, Spared):
            return judgement
        # A reference is only a name here; the number of the ban serves.
        ban = judgement.ban(str(len(self._bans))) if isinstance(judgement, NewBan) else judgement.ban
        if not isinstance(judgement, Evidence):
            self._histories[network] = history.including(ban)
            self._bans[ban.reference] = ban
        self._offences[ban.reference] = self._offences.get(ban.reference, 0) + 1
        self._checks.setdefault(ban.reference, set()).add(offence.check)
        return judgement

    def _around(self, network: Network) -> tuple[Ban, ...]:
        prefix = covering_prefix(network, self._regulation)
        history = None if prefix is None else self._histories.get(prefix)
        return () if history is None else history.bans

    def _recent(self, prefix: Network, newest: Ban, at: datetime) -> list[Ban]:
        """Return the bans inside the prefix that may still count, the newest included."""
        escalation = self._regulation.escalation(prefix.version)
        inside = self._inside.setdefault(prefix, [])
        inside.append(newest)
        if escalation is not None and inside[0].starts < at - escalation.within:
            inside[:] = [ban for ban in inside if ban.starts >= at - escalation.within]
        return inside


def _when(offence: Offence) -> datetime:
    return offence.at
