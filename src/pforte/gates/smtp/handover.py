"""Handing a mail on within the dialogue: who takes it has it before its sender hears so."""

from dataclasses import dataclass
from typing import Protocol

from pforte.gates.smtp.commands import Path
from pforte.mail.reception import Answer
from pforte.mail.session import Tls
from pforte.net.addresses import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who gives a mail.

    Attributes:
        address: of the client.
        port: of the client.
        name: a name of the address that points back to it, or "".
        helo: what it calls itself by.
        extended: whether it said EHLO.
        tls: the encryption, or None.
    """

    address: Address
    port: int
    name: str
    helo: str
    extended: bool
    tls: Tls | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to hand on.

    Attributes:
        client: who gives it.
        path: sender and parameters.
        recipients: for whom, as they were accepted.
        queue: our name of it.
    """

    client: Client
    path: Path
    recipients: tuple[str, ...] = ()
    queue: str


class Carrier(Protocol):
    """Hands on the mails of one session, one after another."""

    async def address(self, letter: Letter, recipient: str) -> Answer | None:
        """Ask for one more recipient than ``letter`` has; return the refusal, or None."""
        ...

    async def deliver(self, letter: Letter, raw: bytes) -> Answer:
        """Hand a message on, lines ended by CR LF; it is safe when the answer says so (2yz)."""
        ...

    async def forget(self) -> None:
        """Give up the mail under way."""
        ...

    def close(self) -> None:
        """End, with the session."""
        ...
