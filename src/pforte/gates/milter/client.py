"""What the mail server tells of its SMTP client, made into facts, and how far the client has come."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address

from pforte.gates.milter.wire import WireError
from pforte.mail.reception import Answer, Reception
from pforte.mail.session import Session, Tls
from pforte.net.addresses import AddressError, parse_address

NOBODY = IPv4Address(0)
"""Stands for the address of a client that the server does not know."""

_FAMILIES = frozenset(b"46")
_LONGEST = 1_024
"""Octets of one text that are looked at."""
_LONGEST_NUMBER = 9
_MOST_PARAMETERS = 100

Macros = Mapping[str, str]


class Client:
    """One SMTP client.

    Neither CONNECT nor HELO is answered, so what they tell waits here until MAIL: then it is judged in its order.

    Args:
        reception: judges the client.
    """

    def __init__(self, reception: Reception) -> None:
        self.reception = reception
        self.unjudged = b""
        """What is answered to the rest of a mail that could not be judged; empty while it can be."""
        self._helo = ""
        self._tls: Tls | None = None
        self._is_connected = self._is_secured = self._is_greeted = False
        self._shut: Answer | None = None
        self._unwelcome: Answer | None = None

    def greet(self, helo: str, macros: Macros) -> None:
        """Take note of HELO or EHLO."""
        self._helo, self._is_greeted = helo, False
        self._note_tls(macros)

    async def give(self, sender: str, parameters: Sequence[bytes], macros: Macros) -> Answer | None:
        """Judge MAIL, and before it all that has not been judged yet; return the refusal, or None.

        After a failure the next call goes on where this one failed.
        """
        self._note_tls(macros)
        reception, user = self.reception, macros.get("auth_authen", "")
        if user:
            reception.authenticated(user)  # one of ours, wherever he is
        if not self._is_connected:
            self._shut = await reception.connected()
            self._is_connected = True
        if self._shut is not None and not user:
            return self._shut
        if self._tls is not None and not self._is_secured:
            reception.secured(self._tls)
            self._is_secured, self._is_greeted = True, False
        if not self._is_greeted:
            self._unwelcome = await reception.greeted(self._helo, extended=True)  # which of both is not told
            self._is_greeted = True
        if self._unwelcome is not None and not user:
            return self._unwelcome
        given = tuple(each.decode("utf-8", "surrogateescape") for each in parameters[:_MOST_PARAMETERS])
        return await reception.sender(sender, given)

    def _note_tls(self, macros: Macros) -> None:
        tls = tls_of(macros)
        if tls is not None and tls != self._tls:
            self._tls, self._is_secured = tls, False


def session_of(data: bytes, macros: Macros, *, tls_known: bool) -> Session:
    """Return the session that begins with CONNECT.

    The client's name counts as proven only where the server has seen that it points back to the address: then it
    names it, and ``{client_resolve}`` is ``OK``. Otherwise it names the address in brackets, which says nothing: the
    names may be in trouble, or the server may look none up. The policy then asks the DNS itself.

    Args:
        data: name, family, port and address of the client.
        macros: of CONNECT.
        tls_known: whether the server tells of encryption.

    Raises:
        WireError: it is no CONNECT.
    """
    name, end, rest = data.partition(b"\0")
    if not end or not rest:
        raise WireError(f"CONNECT without a client: {data[:40]!r}")
    receiver = macros.get("j", "")
    if rest[0] not in _FAMILIES:
        return Session(address=NOBODY, client_known=False, tls_known=tls_known, receiver=receiver)
    text = rest[3:].split(b"\0", 1)[0].decode("latin-1")
    if text[:5].lower() == "ipv6:":
        text = text[5:]
    try:
        address = parse_address(text)
    except AddressError as error:
        raise WireError(f"CONNECT: {error}") from error
    port = int.from_bytes(rest[1:3], "big")
    return Session(
        address=address,
        port=port,
        names=_proven(name, macros.get("client_resolve", "OK")),
        tls_known=tls_known,
        receiver=receiver,
    )


def tls_of(macros: Macros) -> Tls | None:
    """Return the encryption that macros tell of, or None."""
    version = macros.get("tls_version", "")
    if not version:
        return None
    bits = macros.get("cipher_bits", "")
    is_number = bits.isascii() and bits.isdigit() and len(bits) < _LONGEST_NUMBER
    return Tls(version, macros.get("cipher", ""), int(bits) if is_number else 0)


def path_of(raw: bytes) -> str:
    """Return a path of MAIL or RCPT without its angle brackets.

    >>> path_of(b"<user@example.org>")
    'user@example.org'
    """
    bare = raw[:_LONGEST].decode("utf-8", "surrogateescape")
    return bare[1:-1] if bare.startswith("<") and bare.endswith(">") else bare


def _proven(name: bytes, resolved: str) -> tuple[str, ...] | None:
    if resolved != "OK" or name.startswith(b"[") or name.lower() in (b"", b"unknown"):
        return None
    return (name[:_LONGEST].decode("latin-1").lower().removesuffix("."),)
