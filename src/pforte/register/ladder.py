"""The ladder as the register is given it: the pure functions of ``bans`` with the regulation in force."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pforte.bans.ban import Ban
from pforte.bans.escalation import covering_prefix, escalated_at, escalated_offence
from pforte.bans.history import History
from pforte.bans.ladder import Judgement, judge
from pforte.bans.offence import Offence
from pforte.bans.regulation import Regulation
from pforte.net.addresses import Network


def _nobody_shares(_network: Network) -> bool:
    return False


def _nobody_exempt(_network: Network) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """What decides about offences; the register itself holds no policy.

    Attributes:
        regulation: the visit regulation in force.
        shared: says whether a network stands for many people (R10).
        exempt: says why a network holds somebody who is never banned, or ""; a prefix with such a network in
            it is not shut out as a whole.
    """

    regulation: Regulation = field(default_factory=Regulation)
    shared: Callable[[Network], bool] = _nobody_shares
    exempt: Callable[[Network], str] = _nobody_exempt

    def judge(self, history: History, offence: Offence, now: datetime) -> Judgement:
        """Judge one offence."""
        return judge(history, offence, self.regulation, now, shared=self.shared(offence.network))

    def prefix(self, network: Network) -> Network | None:
        """Return the prefix that may become a subject now that ``network`` was banned, or None."""
        prefix = covering_prefix(network, self.regulation)
        return None if prefix is None or self.exempt(prefix) else prefix

    def counted_since(self, prefix: Network, at: datetime) -> datetime:
        """Return from when on bans inside the prefix count together with one at ``at``."""
        escalation = self.regulation.escalation(prefix.version)
        return at - (escalation.within if escalation is not None else timedelta(0))

    def escalate(
        self, prefix: History, recent: Iterable[Ban], offence: Offence, at: datetime
    ) -> Offence | None:
        """Return the offence that stands for the whole prefix, or None when it is no subject."""
        moment = escalated_at(prefix, recent, self.regulation, at)
        return None if moment is None else escalated_offence(offence, prefix.network, moment)
