"""Many datagrams in one system call: up to 64 questions are taken from the kernel at once, and so are their answers.

Python's own socket calls let go of the interpreter for each datagram, and get it back only when the scan's threads let
go of it; a batch is answered without letting go. docs/decisions/0010-dnsbl-in-batches.md says what it gained.
"""

import ctypes
import errno
import socket
from collections.abc import Callable
from ctypes import addressof, byref, sizeof
from ipaddress import ip_address

from pforte.clock import Clock
from pforte.gates.dnsbl.limiter import Limiter, Share
from pforte.gates.dnsbl.wire import truncate
from pforte.gates.gate import GateError

BATCH = 64
LONGEST_QUESTION = 1_232
LONGEST_ANSWER = 1_232
TURNS = 4
"""Batches that are answered before others in the event loop get their turn."""
KERNEL_BUFFER = 4 << 20
"""Bytes of questions the kernel may keep for us; it grants less where net.core.rmem_max says so."""

_ADDRESS_V4, _ADDRESS_V6 = 16, 28  # struct sockaddr_in and sockaddr_in6
_INFORMATION = 64
"""Bytes for what the kernel tells beside a datagram: struct cmsghdr with in_pktinfo or in6_pktinfo."""
_IP_PKTINFO = 8  # ip(7); Python 3.11 does not name it
_INTERFACE_V4, _INTERFACE_V6 = 16, 32  # where these two hold the interface's number

Answer = Callable[[bytes, float], bytes | None]


class _Vector(ctypes.Structure):
    """``struct iovec``."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Message(ctypes.Structure):
    """``struct msghdr`` (recvmsg(2))."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Header(ctypes.Structure):
    """``struct mmsghdr`` (recvmmsg(2))."""

    _fields_ = (("message", _Message), ("length", ctypes.c_uint))


_HEADER, _WORD = sizeof(_Header), sizeof(ctypes.c_size_t)


class _Slot:
    """Where one datagram's parts are: its bytes, and fields of its header seen as numbers of an array.

    Attributes:
        begins: the first byte in the buffer.
        length: the bytes that came, among 32-bit numbers.
        name, control, control_length: fields of the message, among words.
        size: the length to send, among the words of the vectors.
    """

    __slots__ = ("begins", "control", "control_length", "length", "name", "size")

    def __init__(self, place: int, room: int) -> None:
        self.begins = place * room
        self.length = (place * _HEADER + _Header.length.offset) // 4
        self.name = (place * _HEADER + _Message.name.offset) // _WORD
        self.control = (place * _HEADER + _Message.control.offset) // _WORD
        self.control_length = (place * _HEADER + _Message.control_length.offset) // _WORD
        self.size = (place * sizeof(_Vector) + _Vector.length.offset) // _WORD


class _Slots:
    """Headers for one batch in one direction, each with room for one datagram.

    Fields of C structures are slow to reach one by one; seen as arrays of numbers they are not.

    Args:
        room: bytes for each datagram.
        name_length: bytes of a socket address.
    """

    def __init__(self, room: int, name_length: int) -> None:
        self.buffer = ctypes.create_string_buffer(BATCH * room)
        self.bytes = memoryview(self.buffer).cast("B")
        self.vectors = (_Vector * BATCH)()
        self.headers = (_Header * BATCH)()
        for place, (header, vector) in enumerate(zip(self.headers, self.vectors, strict=True)):
            vector.base = addressof(self.buffer) + place * room
            vector.length = room
            message = header.message
            message.name_length = name_length
            message.vectors = addressof(self.vectors) + place * sizeof(_Vector)
            message.vector_count = 1
        self.slots = [_Slot(place, room) for place in range(BATCH)]
        self.words = memoryview(self.headers).cast("B").cast("L")
        self.numbers = memoryview(self.headers).cast("B").cast("I")
        self.sizes = memoryview(self.vectors).cast("B").cast("L")


class Datagrams:
    """Answers what comes to a socket.

    Args:
        bound: a bound UDP socket of either family, which is read without waiting.
        answer: makes an answer of a message at a moment (POSIX seconds); None is silence.
        clock: tells the present moment.
        limiter: says how much of an answer a network still gets, or None where there is no limit.

    Raises:
        GateError: the C library has no such calls.
    """

    def __init__(
        self, bound: socket.socket, answer: Answer, clock: Clock, limiter: Limiter | None = None
    ) -> None:
        # PyDLL keeps the interpreter during the call, which never waits.
        library = ctypes.PyDLL(None, use_errno=True)
        if not hasattr(library, "recvmmsg"):
            raise GateError("gate.dnsbl: the C library has no recvmmsg(); switch gate.dnsbl.enabled off")
        self._receive, self._send = library.recvmmsg, library.sendmmsg
        self._socket, self._answer = bound, answer
        self._clock, self._limiter = clock, limiter
        bound.setblocking(False)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BUFFER)
        name_length = _ADDRESS_V4 if bound.family == socket.AF_INET else _ADDRESS_V6
        self._in, self._out = _Slots(LONGEST_QUESTION, name_length), _Slots(LONGEST_ANSWER, name_length)
        self._addresses = ctypes.create_string_buffer(BATCH * _ADDRESS_V6)
        self._names = memoryview(self._addresses).cast("B")
        self._information = ctypes.create_string_buffer(BATCH * _INFORMATION)
        self._destinations = memoryview(self._information).cast("B")
        self._wildcard = _ask_for_destinations(bound)
        for place, header in enumerate(self._in.headers):
            header.message.name = addressof(self._addresses) + place * _ADDRESS_V6
            if self._wildcard:
                header.message.control = addressof(self._information) + place * _INFORMATION
                header.message.control_length = _INFORMATION

    def serve(self) -> None:
        """Answer what has come; called when the socket can be read."""
        for _ in range(TURNS):
            if self._turn() < BATCH:
                return

    def _turn(self) -> int:
        """Answer one batch and return how many datagrams it had."""
        into, out, now = self._in, self._out, self._clock.now().timestamp()
        count: int = self._receive(
            self._socket.fileno(), byref(into.headers), BATCH, socket.MSG_DONTWAIT, None
        )
        answered = 0
        for place in range(count):
            slot = into.slots[place]
            raw = into.buffer[slot.begins : slot.begins + into.numbers[slot.length]]
            answer = self._answer(raw, now)  # type: ignore[arg-type]  # a slice of characters is bytes
            if answer is not None and self._limiter is not None:
                answer = self._limited(self._limiter, answer, place, now)
            if answer is not None:
                free = out.slots[answered]
                ends = free.begins + len(answer)
                out.bytes[free.begins : ends] = answer
                out.sizes[free.size] = ends - free.begins
                out.words[free.name] = into.words[slot.name]
                if self._wildcard:
                    self._come_from(place, slot, free)
                answered += 1
            if self._wildcard:
                into.words[slot.control_length] = _INFORMATION
        self._send_all(answered)
        return count

    def _limited(self, limiter: Limiter, answer: bytes, place: int, now: float) -> bytes | None:
        name = place * _ADDRESS_V6
        match limiter.share(bytes(self._names[name : name + _ADDRESS_V6]), now):
            case Share.WHOLE:
                return answer
            case Share.SHORT:
                return truncate(answer)
            case Share.NOTHING:
                return None

    def _come_from(self, place: int, slot: "_Slot", free: "_Slot") -> None:
        """Let an answer come from the address that its question went to."""
        into, out = self._in.words, self._out.words
        out[free.control] = into[slot.control]
        out[free.control_length] = into[slot.control_length]
        # The way back is the routing table's to choose, not the way it came by.
        v4 = self._socket.family == socket.AF_INET
        index = place * _INFORMATION + (_INTERFACE_V4 if v4 else _INTERFACE_V6)
        self._destinations[index : index + 4] = bytes(4)

    def _send_all(self, count: int) -> None:
        """Send the answers; those that the kernel has no room for are lost, as datagrams may be."""
        sent = 0
        while sent < count:
            first = byref(self._out.headers, sent * _HEADER)
            done = self._send(self._socket.fileno(), first, count - sent, socket.MSG_DONTWAIT)
            if done < 0 and ctypes.get_errno() == errno.EAGAIN:
                return
            sent += max(done, 1)  # one that cannot be sent, such as to port 0, must not keep back the others


def _ask_for_destinations(bound: socket.socket) -> bool:
    """Let the kernel tell the address that each datagram went to, where the socket has many; say whether it does."""
    if not ip_address(bound.getsockname()[0]).is_unspecified:
        return False
    if bound.family == socket.AF_INET:
        bound.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    else:
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    return True
