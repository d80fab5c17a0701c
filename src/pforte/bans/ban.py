"""A network shut out from one moment to another, and the decisions that gates follow."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pforte.net.addresses import Network


class Origin(StrEnum):
    """Who set a ban."""

    LADDER = "ladder"
    OPERATOR = "operator"
    IMPORT = "import"


class Action(StrEnum):
    """What a decision does to a ban."""

    BEGIN = "begin"
    EXTEND = "extend"
    LIFT = "lift"


class Reach(StrEnum):
    """Where a ban may be enforced: everywhere, or only above the network layer (shared addresses)."""

    EVERYWHERE = "everywhere"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """One ban.

    Attributes:
        network: who is shut out.
        rung: 1 to 4.
        starts: first moment of the ban, UTC.
        ends: first moment at liberty, UTC.
        reference: public code such as ``PF-7K3M-Q2XD``.
        reason: the check's slug, or the operator's words.
        origin: the ladder, an operator or an import.
        reach: ``application`` for shared addresses: refused by HTTP and SMTP, not by the firewall.
        lifted: when it was lifted before its end, or None.
        amnesty: a lift that also forgives the history before it.
        act: the ``Offence.act`` that led to it, or "".
    """

    network: Network
    rung: int
    starts: datetime
    ends: datetime
    reference: str
    reason: str
    origin: Origin = Origin.LADDER
    reach: Reach = Reach.EVERYWHERE
    lifted: datetime | None = None
    amnesty: bool = False
    act: str = ""

    def effective_end(self) -> datetime:
        """Return the moment at which the network is at liberty again, a lift counted."""
        return self.ends if self.lifted is None else min(self.ends, self.lifted)

    def in_force(self, moment: datetime) -> bool:
        """Say whether the network is shut out at ``moment`` by this ban."""
        return self.starts <= moment < self.effective_end()

    def stands(self, moment: datetime) -> bool:
        """Say whether who hears of this ban at ``moment`` has to shut the network out: it has not ended, nor been lifted.

        Its start and the moment of a lift do not count: the clock they were read from may be ahead of the hearer's.
        """
        return self.lifted is None and moment < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One line of the register's journal: what a gate has to do.

    Attributes:
        sequence: position in the journal, strictly rising, never reused.
        action: begin, extend or lift.
        ban: the ban as it stands after the decision.
        decided: when it was decided, UTC.
    """

    sequence: int
    action: Action
    ban: Ban
    decided: datetime
