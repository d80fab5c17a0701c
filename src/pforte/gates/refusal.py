"""What somebody who is shut out is told, whichever gate refuses: the same reference, reason, end and remedy."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pforte.bans.offence import Kind
from pforte.bans.reference import contact_about
from pforte.checks import CHECKS, Check
from pforte.clock import render_time
from pforte.gates.table.packed import Held
from pforte.languages import Text

LONGEST_LINE = 400
"""Characters of a refusal in one line. A mail server puts codes, name and address of the client before it, and a reply
has at most 512 (RFC 5321 s4.5.3.1.5)."""

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


def refusal_line(held: Held, contact: str = "") -> str:
    """Say in one line of printable ASCII until when somebody is shut out, with reference, reason, and whom to ask.

    The reason is shortened where all together would be too long.

    Args:
        held: the ban.
        contact: the setting ``desk.contact``.
    """
    refusal = refusal_of(held)
    reference = _plain(refusal.reference)[:40]
    begin = f"Refused until {render_time(refusal.ends)}, reference {reference}: "
    end = f" {_plain(about)}" if (about := contact_about(contact, reference)) else ""
    return begin + _shortened(_plain(refusal.summary.en), LONGEST_LINE - len(begin) - len(end)) + end


def kind_of(reason: str) -> Kind | None:
    """Return the kind of the offences that a check sees; None where the reason is no check's slug."""
    check = check_of(reason)
    return check.kind if check else None


def check_of(reason: str) -> Check | None:
    """Return the check of a slug; None where the reason is no check's slug."""
    return CHECKS.get(reason)


def _shortened(text: str, room: int) -> str:
    if len(text) <= room:
        return text
    return f"{text[: max(room - 3, 0)].rpartition(' ')[0]}..."


def _plain(text: str) -> str:
    """Return a text as printable ASCII: protocols of lines end with them (RFC 5321 s4.2, RFC 9051 s7.1)."""
    return "".join(character if " " <= character <= "~" else "?" for character in text)
