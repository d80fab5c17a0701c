"""What Postfix is to answer a client: the SMTP reply, or nothing."""

from dataclasses import dataclass

from pforte.bans.reference import contact_about
from pforte.clock import Clock, render_time
from pforte.gates.refusal import refusal_of
from pforte.gates.table.gate import TableGate
from pforte.gates.table.packed import Held

LONGEST_TEXT = 400
"""Characters after the codes. Postfix puts name and address of the client before them, and a reply has at most 512
(RFC 5321 s4.5.3.1.5)."""

PUT_OFF = "450 4.7.1 Try again in some minutes: it is not known yet who may come in"
"""While nothing is known of the bans and the gate is to be closed then. RFC 3463 s3.8: X.7.1 is not authorised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """Says what is answered to clients.

    Attributes:
        table: the bans in force.
        clock: tells the present moment.
        contact: the setting ``desk.contact``.
        closed: put clients off while nothing is known of the bans, instead of letting them in.
    """

    table: TableGate
    clock: Clock
    contact: str = ""
    closed: bool = False

    def to(self, address: str) -> str | None:
        """Return the reply that refuses a client, or None where it may come in.

        Args:
            address: as Postfix writes it; a text that is no address may come in.
        """
        if not self.table.loaded:
            return PUT_OFF if self.closed and self.table.may_shut_out(address) else None
        held = self.table.shut_out(address, self.clock.now().timestamp())
        return None if held is None else render_refusal(held, self.contact)


def render_refusal(held: Held, contact: str = "") -> str:
    """Render the reply for who is shut out: end, reference, reason, and whom to ask, in ASCII.

    RFC 5321 s4.2.1: 5yz is a permanent answer. The reason is shortened where all together would be too long.

    Args:
        held: the ban.
        contact: the setting ``desk.contact``.
    """
    refusal = refusal_of(held)
    reference = _plain(refusal.reference)[:40]
    begin = f"Refused until {render_time(refusal.ends)}, reference {reference}: "
    end = f" {_plain(about)}" if (about := contact_about(contact, reference)) else ""
    reason = _shortened(_plain(refusal.summary.en), LONGEST_TEXT - len(begin) - len(end))
    return f"554 5.7.1 {begin}{reason}{end}"


def _shortened(text: str, room: int) -> str:
    if len(text) <= room:
        return text
    return f"{text[: max(room - 3, 0)].rpartition(' ')[0]}..."


def _plain(text: str) -> str:
    """Return a text as printable ASCII: a reply is one line (RFC 5321 s4.2)."""
    return "".join(character if " " <= character <= "~" else "?" for character in text)
