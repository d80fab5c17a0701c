"""What Postfix is to answer a client: the SMTP reply, or nothing."""

from dataclasses import dataclass

from pforte.clock import Clock
from pforte.gates.refusal import refusal_line
from pforte.gates.table.gate import TableGate

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

    def hold(self, address: str) -> str | None:
        """Return what puts a client off while nothing is known of the bans, or None."""
        unknown = not self.table.loaded and self.closed and self.table.may_shut_out(address)
        return PUT_OFF if unknown else None

    def to(self, address: str) -> str | None:
        """Return the reply that refuses a client, or None where it may come in.

        Args:
            address: as Postfix writes it; a text that is no address may come in.
        """
        if not self.table.loaded:
            return self.hold(address)
        held = self.table.shut_out(address, self.clock.now().timestamp())
        # RFC 5321 s4.2.1: 5yz is a permanent answer.
        return None if held is None else f"554 5.7.1 {refusal_line(held, self.contact)}"
