"""What is known of an SMTP session and of the mail that is given in it, before its content (RFC 5321 s3)."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

from pforte.dns.names import canonical_name


class Oddity(StrEnum):
    """What a client did on the wire that no standard allows; only an SMTP server of our own sees it."""

    EARLY_TALK = "early-talk"
    """It spoke before it was greeted (RFC 5321 s3.1)."""
    PIPELINING = "pipelining"
    """It sent commands together without leave (RFC 2920 s3.1)."""
    BARE_LINE_END = "bare-line-end"
    """A carriage return or a line feed stood alone (RFC 5321 s2.3.8)."""
    SMUGGLING = "smuggling"
    """An end of data that is none, with more behind it (RFC 5321 s4.1.1.4)."""
    NUL = "nul"
    """An octet 0 (RFC 5321 s2.3.8)."""
    LONG_COMMAND = "long-command"
    """A command line over 512 octets, or what an extension allows (RFC 5321 s4.5.3.1.4)."""


@dataclass(frozen=True, slots=True)
class Tls:
    """The encryption of a session.

    Attributes:
        version: such as ``TLSv1.3``.
        cipher: such as ``TLS_AES_256_GCM_SHA384``, or "".
        bits: strength of the cipher; 0 is unknown.
    """

    version: str
    cipher: str = ""
    bits: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """An oddity with the bytes that prove it.

    Attributes:
        oddity: which.
        observed: the bytes, bounded.
    """

    oddity: Oddity
    observed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One connection of a client.

    Attributes:
        address: who connected, never v4-mapped.
        port: from which port; 0 is unknown.
        names: names of the address that point back to it, where the MTA has proven them already; None where
            nobody has asked yet (the policy then asks the DNS itself).
        helo: what it called itself, or "" before it did.
        extended: whether it said EHLO.
        tls: the encryption; None is none.
        tls_known: whether whoever asks us can know of encryption at all.
        user: who it authenticated as, or "".
        oddities: what it did that no standard allows.
        receiver: host name of the server that received it, or "".
        client_known: whether whoever asks us knows the client at all; without it only the message is judged.
    """

    address: IPv4Address | IPv6Address
    port: int = 0
    names: tuple[str, ...] | None = None
    helo: str = ""
    extended: bool = True
    tls: Tls | None = None
    tls_known: bool = True
    user: str = ""
    oddities: tuple[Moved, ...] = ()
    receiver: str = ""
    client_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who gives a mail for whom.

    Attributes:
        sender: reverse path without angle brackets; "" is the null sender; None before MAIL.
        parameters: those of MAIL as given, such as ``SIZE=100`` and ``SMTPUTF8``.
        parameters_known: whether whoever asks us can know of them at all.
        recipients: forward paths that were accepted until now, in their order.
        queue: the MTA's name of the mail, or "".
    """

    sender: str | None = None
    parameters: tuple[str, ...] = ()
    parameters_known: bool = True
    recipients: tuple[str, ...] = ()
    queue: str = ""

    @property
    def international(self) -> bool:
        """Say whether SMTPUTF8 was asked for (RFC 6531 s3.4)."""
        return any(each.upper() == "SMTPUTF8" for each in self.parameters)

    @property
    def may_be_international(self) -> bool:
        """Say whether SMTPUTF8 was asked for, or may have been where nobody tells of parameters."""
        return self.international or not self.parameters_known

    @property
    def sender_domain(self) -> str:
        """Return the domain of the sender as domains are compared and looked up (ASCII, small letters), or ""."""
        _, at, domain = (self.sender or "").rpartition("@")
        return canonical_name(domain) if at else ""
