"""What somebody who is shut out is told, whichever gate refuses: the same reference, reason, end and remedy."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pforte.bans.offence import Kind
from pforte.checks import CHECKS, Check
from pforte.gates.table.packed import Held
from pforte.languages import Text

_BY_HAND = Text(
    en="The operator has shut out this network by hand.",
    de="Der Betreiber hat dieses Netz von Hand gesperrt.",
)
_ASK = Text(
    en="Write to the operator and name the reference.",
    de="Schreiben Sie dem Betreiber und nennen Sie die Referenz.",
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is said of one ban.

    Attributes:
        reference: public code, to be named in any question about it.
        reason: the check's slug, or "" for a ban by hand, whose words are the operator's own and are not shown.
        kind: kind of the offence; None for a ban by hand.
        summary: what was seen, in English and German.
        remedy: what the other side can do, in English and German.
        standard: the clause or RFC that was broken, or "".
        ends: first moment at liberty, UTC.
    """

    reference: str
    reason: str
    kind: Kind | None
    summary: Text
    remedy: Text
    standard: str
    ends: datetime


def refusal_of(held: Held) -> Refusal:
    """Say what is told of a ban."""
    check = check_of(held.reason)
    return Refusal(
        reference=held.reference,
        reason=check.id if check else "",
        kind=check.kind if check else None,
        summary=check.summary if check else _BY_HAND,
        remedy=check.remedy if check else _ASK,
        standard=check.standard if check else "",
        ends=datetime.fromtimestamp(held.ends, UTC),
    )


def kind_of(reason: str) -> Kind | None:
    """Return the kind of the offences that a check sees; None where the reason is no check's slug."""
    check = check_of(reason)
    return check.kind if check else None


def check_of(reason: str) -> Check | None:
    """Return the check of a slug; None where the reason is no check's slug."""
    return CHECKS.get(reason)
