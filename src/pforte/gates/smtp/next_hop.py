"""The mail server behind us: where it is, and one connection to it, by SMTP or LMTP (RFC 5321, RFC 2033)."""

import asyncio
import re
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from pforte.gates.listening import split_place
from pforte.gates.smtp.wire import Wire

Encryption = Literal["off", "offered", "verified"]

_LONGEST_LINE = 4_096
_MOST_LINES = 200
_REPLY = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?")
_ENHANCED = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?: +|\Z)")


class NextHopError(Exception):
    """The next hop cannot be used now; the message says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next hop is.

    Attributes:
        is_local: whether it speaks LMTP; SMTP otherwise.
        host: its name or address; "" for a UNIX socket.
        port: of TCP.
        socket: path of a UNIX socket, or "".
    """

    is_local: bool
    host: str = ""
    port: int = 0
    socket: str = ""


def read_place(text: str) -> Place:
    """Read the setting ``gate.smtp.next_hop``, which is well-formed.

    >>> read_place("lmtp:[::1]:24"), read_place("lmtp:/run/lmtp").socket
    (Place(is_local=True, host='::1', port=24, socket=''), '/run/lmtp')
    """
    protocol, _, rest = text.partition(":")
    if rest.startswith("/"):
        return Place(protocol == "lmtp", socket=rest)
    return Place(protocol == "lmtp", *split_place(rest))


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply of the next hop.

    Attributes:
        code: SMTP code.
        enhanced: enhanced status code, or "".
        texts: its lines without both.
    """

    code: int
    enhanced: str
    texts: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Say whether it grants what was asked."""
        return 200 <= self.code < 300

    @property
    def said(self) -> str:
        """Return the reply in one line, for the log."""
        return f"{self.code} {self.enhanced} {' '.join(self.texts)}"[:300]


class Channel:
    """One connection to the next hop, greeted.

    Args:
        place: where it is.
        wire: the connection.
    """

    def __init__(self, place: Place, wire: Wire) -> None:
        self.place = place
        self._wire = wire
        self._waiting = bytearray()
        self.offers: Mapping[str, str] = {}

    @classmethod
    async def open(cls, place: Place) -> "Channel":
        """Connect and hear the greeting.

        Raises:
            NextHopError: it does not want to.
            OSError: it cannot be reached.
        """
        loop = asyncio.get_running_loop()
        if place.socket:
            _, wire = await loop.create_unix_connection(Wire, place.socket)
        else:
            _, wire = await loop.create_connection(Wire, place.host, place.port)
        channel = cls(place, wire)
        try:
            channel.want(await channel.hear(), 220)
        except BaseException:
            channel.close()
            raise
        return channel

    async def greet(self, name: str) -> None:
        """Say EHLO or LHLO, and HELO where that is not understood.

        Raises:
            NextHopError: it does not want to.
            OSError: it is gone.
        """
        heard = await self.ask(f"{'LHLO' if self.place.is_local else 'EHLO'} {name}")
        if not heard.is_good and heard.code >= 500 and not self.place.is_local:
            self.offers = {}
            self.want(await self.ask(f"HELO {name}"), 250)
            return
        self.want(heard, 250)
        words = (line.partition(" ") for line in heard.texts[1:])
        self.offers = {word.upper(): rest.strip() for word, _, rest in words}

    async def secure(self, encryption: Encryption) -> None:
        """Encrypt the connection; the greeting has to be said again (RFC 3207 s4.2).

        Raises:
            NextHopError: it does not want to.
            OSError: the handshake failed.
        """
        self.want(await self.ask("STARTTLS"), 220)
        self._wire.hold()
        if self._waiting or self._wire.take():
            raise NextHopError("it says more behind its answer to STARTTLS than it may")
        context = ssl.create_default_context()
        if encryption != "verified":
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        await self._wire.secure(context, is_server=False, host=self.place.host or None)

    async def ask(self, command: str) -> Heard:
        """Say a command and return the reply.

        Raises:
            NextHopError: what it says is no SMTP.
            OSError: it is gone.
        """
        await self.say(f"{command}\r\n".encode("utf-8", "surrogateescape"))
        return await self.hear()

    async def say(self, octets: bytes) -> None:
        """Say octets as they are."""
        await self._wire.write(octets)

    async def hear(self) -> Heard:
        """Return the next reply.

        Raises:
            NextHopError: what it says is no SMTP.
            OSError: it is gone.
        """
        texts: list[str] = []
        while True:
            found = _REPLY.fullmatch(await self._line())
            if found is None or len(texts) >= _MOST_LINES:
                raise NextHopError("what it says is no SMTP")
            texts.append((found[3] or b"").decode("utf-8", "replace"))
            if found[2] != b"-":
                break
        code = int(found[1])
        enhanced = _ENHANCED.match(texts[-1]) if code != 220 else None
        if enhanced is None:
            return Heard(code, "", tuple(texts))
        return Heard(code, enhanced[1], tuple(_ENHANCED.sub("", text, count=1) for text in texts))

    @staticmethod
    def want(heard: Heard, code: int) -> None:
        """Take a reply for refused unless it has a code.

        Raises:
            NextHopError: it has another.
        """
        if heard.code != code:
            raise NextHopError(heard.said)

    def close(self) -> None:
        """End the connection, politely where it still stands."""
        with suppress(OSError, RuntimeError):
            if not self._wire.transport.is_closing():
                self._wire.transport.write(b"QUIT\r\n")
        self._wire.close()

    @property
    def is_gone(self) -> bool:
        """Say whether the next hop has ended the connection."""
        return self._wire.is_ended

    async def _line(self) -> bytes:
        while (end := self._waiting.find(b"\n")) < 0:
            if len(self._waiting) > _LONGEST_LINE:
                raise NextHopError("a line of its reply is too long")
            piece = await self._wire.read()
            if not piece and self._wire.is_ended:
                raise NextHopError("it has ended the connection")
            self._waiting += piece
        line = bytes(self._waiting[:end]).rstrip(b"\r")
        del self._waiting[: end + 1]
        return line
