"""Questioners: each asks one gate, as the software would for which the gate is, whether a network is refused."""

import http.client
import json
import re
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Protocol

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.reversename
from namespaces import inside

from pforte.net.addresses import Network

PATIENCE = 2.0
"""Seconds after which a gate that is up has not answered."""

ZONE = "dnsbl.example.net"
KEY = "0123456789abcdef0123456789abcdef"
KNOCK_PORT = 80
_FREEBIND_V4, _FREEBIND_V6 = (socket.IPPROTO_IP, 15), (socket.IPPROTO_IPV6, 78)


class UnansweredError(Exception):
    """A gate gave no answer that says yes or no."""


class Questioner(Protocol):
    """Asks one gate. Used by one thread at a time."""

    def refuses(self, network: Network) -> bool:
        """Say whether a network is refused.

        Raises:
            UnansweredError: nobody answered, or nothing that says yes or no.
        """
        ...

    def close(self) -> None:
        """Let go of its connection."""
        ...


class Dialogue:
    """Asks over a connection that stays, and makes a new one after trouble."""

    def __init__(self, house: str, port: int) -> None:
        self._house, self._port = house, port
        self._socket: socket.socket | None = None

    def refuses(self, network: Network) -> bool:
        try:
            if self._socket is None:
                with inside(self._house):
                    self._socket = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
                    self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(self.question(network))
            answer = b""
            while not self.is_whole(answer):
                part = self._socket.recv(65_536)
                if not part:
                    raise ConnectionResetError("it hung up")
                answer += part
        except OSError as error:
            self.close()
            raise UnansweredError(f"{type(error).__name__}: {error}") from error
        verdict = self.verdict(answer)
        if verdict is None:
            raise UnansweredError(repr(answer[:200]))
        return verdict

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def question(self, network: Network) -> bytes:
        raise NotImplementedError

    def is_whole(self, answer: bytes) -> bool:
        raise NotImplementedError

    def verdict(self, answer: bytes) -> bool | None:
        raise NotImplementedError


class Web(Dialogue):
    """Asks for a page, in a visitor's name."""

    def __init__(self, house: str, port: int, target: str) -> None:
        super().__init__(house, port)
        self._target = target

    def question(self, network: Network) -> bytes:
        fields = f"Host: example.net\r\nX-Forwarded-For: {_visitor(network)}\r\n"
        return f"GET {self._target} HTTP/1.1\r\n{fields}\r\n".encode()

    def is_whole(self, answer: bytes) -> bool:
        head, end, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        return bool(end) and len(body) >= (int(length[1]) if length else 0)

    def verdict(self, answer: bytes) -> bool | None:
        return {b"200": False, b"204": False, b"403": True}.get(answer[9:12])


class Policy(Dialogue):
    """Asks as smtpd does at RCPT."""

    def question(self, network: Network) -> bytes:
        return (
            f"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address={_visitor(network)}\n"
            "recipient=user@example.net\n\n"
        ).encode()

    def is_whole(self, answer: bytes) -> bool:
        return answer.endswith(b"\n\n")

    def verdict(self, answer: bytes) -> bool | None:
        return {b"DUNNO": False, b"554": True}.get(answer.removeprefix(b"action=").split()[0])


class Socketmap(Dialogue):
    """Looks a client up as smtpd does."""

    def question(self, network: Network) -> bytes:
        key = f"pforte {_visitor(network)}"
        return f"{len(key)}:{key},".encode()

    def is_whole(self, answer: bytes) -> bool:
        length, colon, rest = answer.partition(b":")
        return bool(colon) and len(rest) > int(length)

    def verdict(self, answer: bytes) -> bool | None:
        word = answer.partition(b":")[2].partition(b" ")[0]
        return {b"NOTFOUND": False, b"OK": True}.get(word)


class BlockList:
    """Asks the block list as a mail server does."""

    def __init__(self, house: str, kind: dns.rdatatype.RdataType, *, tcp: bool) -> None:
        self._house, self._kind = house, kind
        self._ask: Callable[..., dns.message.Message] = dns.query.tcp if tcp else dns.query.udp

    def refuses(self, network: Network) -> bool:
        reverse = dns.reversename.from_address(_visitor(network))
        name = reverse.relativize(dns.name.from_text("ip6.arpa" if network.version == 6 else "in-addr.arpa"))
        question = dns.message.make_query(name.concatenate(dns.name.from_text(ZONE)), self._kind)
        try:
            with inside(self._house):
                answer = self._ask(question, "127.0.0.1", PATIENCE, port=5354)
        except (OSError, EOFError, dns.exception.DNSException) as error:
            raise UnansweredError(f"{type(error).__name__}: {error}") from error
        if answer.rcode() == dns.rcode.NXDOMAIN:
            return False
        if answer.rcode() == dns.rcode.NOERROR and answer.answer:
            return True
        raise UnansweredError(answer.to_text()[:200])

    def close(self) -> None:
        """Do nothing: each question has a socket of its own."""


class Bouncer:
    """Pulls the stream as CrowdSec's bouncers do, and enforces what it was told until its end."""

    def __init__(self, house: str) -> None:
        self._house = house
        self._held: dict[Network, float] | None = None
        self._connection: http.client.HTTPConnection | None = None

    def refuses(self, network: Network) -> bool:
        try:
            self._pull()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise UnansweredError(f"{type(error).__name__}: {error}") from error
        assert self._held is not None
        return self._held.get(network, 0.0) > time.monotonic()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _pull(self) -> None:
        if self._connection is None:
            with inside(self._house):
                self._connection = http.client.HTTPConnection("127.0.0.1", 8083, timeout=PATIENCE)
                self._connection.connect()
        startup = "true" if self._held is None else "false"
        headers = {"X-Api-Key": KEY, "User-Agent": "crowdsec-firewall-bouncer/v0.0.34"}
        self._connection.request("GET", f"/v1/decisions/stream?startup={startup}", headers=headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise UnansweredError(f"{answer.status} {body[:200]!r}")
        told, now = json.loads(body), time.monotonic()
        held = {} if self._held is None else self._held
        for decision in told["deleted"] or ():
            held.pop(ip_network(decision["value"]), None)
        for decision in told["new"] or ():
            held[ip_network(decision["value"])] = now + _seconds(decision["duration"])
        self._held = held


class LiveBouncer(Dialogue):
    """Asks about one address as a bouncer in live mode does."""

    def question(self, network: Network) -> bytes:
        target = f"/v1/decisions?ip={_visitor(network)}"
        return f"GET {target} HTTP/1.1\r\nHost: example.net\r\nX-Api-Key: {KEY}\r\n\r\n".encode()

    is_whole = Web.is_whole

    def verdict(self, answer: bytes) -> bool | None:
        if not answer.startswith(b"HTTP/1.1 200 "):
            return None
        return answer.partition(b"\r\n\r\n")[2].strip() != b"null"


class Packets:
    """Knocks at the firewall from a visitor's own address.

    Args:
        outside: the namespace of the visitors.
        house: the house's address of each IP version.
    """

    def __init__(self, outside: str, house: dict[int, str]) -> None:
        self._outside, self._house = outside, house

    def refuses(self, network: Network) -> bool:
        six = network.version == 6
        with inside(self._outside):
            visitor = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_STREAM)
        with visitor:
            visitor.setsockopt(*(_FREEBIND_V6 if six else _FREEBIND_V4), 1)
            visitor.settimeout(PATIENCE)
            try:
                visitor.bind((_visitor(network), 0))
                visitor.connect((self._house[network.version], KNOCK_PORT))
            except (ConnectionRefusedError, ConnectionResetError):  # the latter in the moment of the ban
                return True
            except OSError as error:
                raise UnansweredError(f"{type(error).__name__}: {error}") from error
            # A reset in place of a farewell keeps ports free and the listener's queue short.
            visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        return False

    def close(self) -> None:
        """Do nothing: each visitor comes by itself."""


class FileReader:
    """Looks for a network in a file as it stands at that moment."""

    def __init__(self, path: Path, form: Callable[[Network], str]) -> None:
        self._path, self._form = path, form
        self._seen: tuple[int, int] | None = None
        self._text = ""

    def refuses(self, network: Network) -> bool:
        try:
            status = self._path.stat()
            if (status.st_ino, status.st_mtime_ns) != self._seen:
                self._text = "\n" + self._path.read_text(encoding="utf-8")
                self._seen = (status.st_ino, status.st_mtime_ns)
        except OSError as error:
            raise UnansweredError(f"{type(error).__name__}: {error}") from error
        return f"\n{self._form(network)}" in self._text

    def close(self) -> None:
        """Do nothing: the file is opened for each look."""


def _shortest(network: Network) -> str:
    return str(network[0]) if network.num_addresses == 1 else str(network)


def _policy_zone_owner(network: Network) -> str:
    text = str(network[0])
    parts = text.split(".") if network.version == 4 else text.replace("::", ":zz:").strip(":").split(":")
    return ".".join((str(network.prefixlen), *reversed(parts)))


FORMS: dict[str, tuple[str, Callable[[Network], str]]] = {
    "plain": ("banned.txt", lambda network: f"{_shortest(network)}\n"),
    "nginx-geo": ("nginx-geo.conf", lambda network: f"{network} "),
    "nginx-deny": ("nginx-deny.conf", lambda network: f"deny {_shortest(network)};"),
    "apache": ("apache.conf", lambda network: f"{_shortest(network)} "),
    "haproxy": ("haproxy.map", lambda network: f"{network} "),
    "postfix": ("postfix.cidr", lambda network: f"{network} 554 "),
    "json": ("bans.json", lambda network: f'{{"network": "{network}"'),
    "rbldnsd": ("rbldnsd.combined", lambda network: f"{network} :"),
    "rpz": ("rpz.zone", lambda network: f"{_policy_zone_owner(network)}.rpz-ip "),
    "rpz-client": ("rpz-client.zone", lambda network: f"{_policy_zone_owner(network)}.rpz-client-ip "),
}
"""Name of each file, and what a line of it begins with."""


def _visitor(network: Network) -> str:
    """Return an address of the network: not its first, where it has more."""
    return str(network[1 % network.num_addresses])


def _seconds(duration: str) -> float:
    """Return the seconds of a duration of Go, such as ``3h59m59s``."""
    found = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(\d+)s", duration)
    assert found, duration
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds()
