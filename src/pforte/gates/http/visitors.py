"""Who is meant by a question: the visitor, by the word of trusted proxies only."""

from collections.abc import Iterable
from dataclasses import dataclass

from pforte.gates.http.questions import Headers
from pforte.net.addresses import Network, parse_address
from pforte.net.proxies import TrustedProxies, read_forwarded, read_forwarded_for
from pforte.settings.gates import AddressHeader


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the other end of a connection.

    Attributes:
        address: its address, as text.
        trusted: whether its word is taken for the visitor's address.
        forwards: whether that word stands in X-Forwarded-For.
    """

    address: str
    trusted: bool
    forwards: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows who is meant.

    Attributes:
        trouble: why, for the operator.
    """

    trouble: str


class Visitors:
    """Tells who is meant.

    Args:
        trusted: networks of the proxies whose word is taken.
        header: the header field in which they say it; another one may be the visitor's own.
    """

    def __init__(self, trusted: Iterable[Network], header: AddressHeader) -> None:
        self._proxies = TrustedProxies(trusted)
        self._header = header.encode()
        self._read = read_forwarded if header == "forwarded" else read_forwarded_for
        self._is_plain = header != "forwarded"

    def asker(self, peer: str) -> Asker:
        """Return what is known of the other end of a connection."""
        address = parse_address(peer)
        trusted = self._proxies.trusts(address)
        return Asker(str(address), trusted, trusted and self._header == b"x-forwarded-for")

    def visitor(self, asker: Asker, headers: Headers) -> str | Unknown:
        """Return the visitor's address in its own spelling, without brackets, port and zone id.

        The rightmost address that is no trusted proxy is the visitor (:mod:`pforte.net.proxies`).
        """
        if not asker.trusted:
            return asker.address
        told = headers.get(self._header)
        if told is None:
            return Unknown(f"{asker.address} sent no {self._header.decode()}")
        found = self._proxies.visitor(parse_address(asker.address), self._read([told.decode("latin-1")]))
        return Unknown(found.trouble) if found.address is None else str(found.address)

    def hint(self, asker: Asker, headers: Headers) -> str:
        """Return the only node that a trusted proxy tells, which is then the visitor; "" where it is not so simple.

        It is the visitor whether it is trusted itself or not. What it says may be no address.
        """
        told = headers.get(self._header)
        if told is None or not asker.trusted or not self._is_plain or b"," in told:
            return ""
        return told.decode(
            "latin-1"
        )  # every octet has its character: a look-up finds out whether it is an address
