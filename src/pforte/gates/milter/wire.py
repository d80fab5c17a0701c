"""The milter protocol as bytes: packets in, packets out.

A packet is a length of four octets, one octet that says what it is, and data. Texts in it end with an octet 0.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from pforte.mail.reception import Answer

MOST_PACKET = 1_048_576
"""Octets of one packet. Servers send 65,535 of a body at once; a header field of Postfix has 102,400 at most by default
(``header_size_limit``), and libmilter can be told to take 1 MiB."""

_LENGTH = struct.Struct(">I")


class WireError(Exception):
    """The other side does not speak the protocol; the message says what was wrong."""


class Command(IntEnum):
    """What the mail server says."""

    ABORT = ord("A")
    BODY = ord("B")
    CONNECT = ord("C")
    MACROS = ord("D")
    END_OF_MESSAGE = ord("E")
    HELO = ord("H")
    QUIT_NEW_CONNECTION = ord("K")
    HEADER = ord("L")
    MAIL = ord("M")
    END_OF_HEADER = ord("N")
    NEGOTIATE = ord("O")
    QUIT = ord("Q")
    RECIPIENT = ord("R")
    DATA = ord("T")
    UNKNOWN = ord("U")


@dataclass(slots=True)  # not frozen: that would take a third of the time to cut a stream
class Packet:
    """One packet.

    Attributes:
        command: what it is; not every number is a :class:`Command`.
        data: the rest.
    """

    command: int
    data: bytes


class Packets:
    """Cuts a stream into packets, however it arrives."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._wanted = 0

    def feed(self, arrived: bytes) -> list[Packet]:
        """Take bytes and return the packets that are complete with them.

        Raises:
            WireError: a packet is empty or too long; nothing that follows can be understood.
        """
        if self._rest:
            self._rest += arrived
            if len(self._rest) < self._wanted:
                return []
            arrived = bytes(self._rest)
            self._rest.clear()
        packets, at, end = [], 0, len(arrived)
        self._wanted = _LENGTH.size
        while end - at >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(arrived, at)
            if not 1 <= length <= MOST_PACKET:
                raise WireError(f"a packet of {length} octets, which must be 1 to {MOST_PACKET}")
            begin, next_at = at + _LENGTH.size, at + _LENGTH.size + length
            if next_at > end:
                self._wanted = next_at - at
                break
            packets.append(Packet(arrived[begin], arrived[begin + 1 : next_at]))
            at = next_at
        self._rest += arrived[at:]
        return packets

    @property
    def is_between(self) -> bool:
        """Say whether no packet has arrived in part."""
        return not self._rest


def packet(what: bytes, data: bytes = b"") -> bytes:
    """Return one packet; ``what`` is one octet."""
    return _LENGTH.pack(len(data) + 1) + what + data


def texts(data: bytes) -> list[bytes]:
    r"""Return the texts in a packet.

    >>> texts(b"<a@example.org>\0SIZE=7\0")
    [b'<a@example.org>', b'SIZE=7']

    Raises:
        WireError: the last one has no end.
    """
    if not data.endswith(b"\0"):
        raise WireError(f"{data[-40:]!r} has no octet 0 at its end")
    return data[:-1].split(b"\0")


def macros(data: bytes) -> tuple[int, dict[str, str]]:
    r"""Return the command that macros belong to, and their values by name without braces.

    >>> macros(b"R{rcpt_mailer}\0error\0i\0" + b"4Q\0")
    (82, {'rcpt_mailer': 'error', 'i': '4Q'})

    Raises:
        WireError: there is no command, or a name without a value.
    """
    if not data:
        raise WireError("macros of no command")
    said = [text.decode("utf-8", "surrogateescape") for text in texts(data[1:])] if len(data) > 1 else []
    if len(said) % 2:
        raise WireError(f"the macro {said[-1][:40]!r} has no value")
    return data[0], {name.strip("{}"): value for name, value in zip(said[::2], said[1::2], strict=True)}


CONTINUE = packet(b"c")
"""Go on; at the end of a message: take it."""
ACCEPT = packet(b"a")
"""Take this message and tell no more about it."""
SKIP = packet(b"s")
"""Send no more of this kind."""


def reply(answer: Answer) -> bytes:
    """Return the packet that lets the mail server give an answer word for word.

    The server takes the text for a format, so a percent sign is doubled.
    """
    *before, last = answer.texts or ("",)
    lines = [f"{answer.code}-{answer.enhanced} {text}" for text in before]
    lines.append(f"{answer.code} {answer.enhanced} {last}".rstrip())
    return packet(b"y", "\r\n".join(lines).replace("%", "%%").encode("ascii", "replace") + b"\0")


def insert_field(name: str, value: str, space: bytes) -> bytes:
    """Return the packet that puts a header field before all others.

    Args:
        name: of the field.
        value: folded by CRLF, without the last line end.
        space: what stands between colon and value, if the server does not put it there itself.
    """
    # A line of a folded field ends with LF alone in this protocol.
    folded = value.replace("\r\n", "\n").encode("utf-8", "surrogateescape")
    return packet(b"i", bytes(4) + name.encode("ascii") + b"\0" + space + folded + b"\0")


def remove_field(name: bytes, place: int) -> bytes:
    """Return the packet that takes out the header field that is the ``place``-th of its name, counted from 1."""
    return packet(b"m", place.to_bytes(4, "big") + name + b"\0\0")


def offer(version: int, actions: int, steps: int, lists: Iterable[tuple[int, str]] = ()) -> bytes:
    """Return the packet that says what is agreed on, with the macros that are wanted at some stages."""
    wanted = b"".join(stage.to_bytes(4, "big") + names.encode("ascii") + b"\0" for stage, names in lists)
    return packet(b"O", b"".join(each.to_bytes(4, "big") for each in (version, actions, steps)) + wanted)
