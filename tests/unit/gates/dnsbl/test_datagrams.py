"""Datagrams in and out in batches: none is mixed up with another, whatever is answered to which."""

import errno
import socket
from datetime import UTC, datetime

import pytest

from pforte.clock import SetClock
from pforte.gates.dnsbl import datagrams
from pforte.gates.dnsbl.datagrams import BATCH, LONGEST_ANSWER, LONGEST_QUESTION, Datagrams
from pforte.gates.dnsbl.limiter import Limiter
from pforte.gates.gate import GateError

CLOCK = SetClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
HEADER = bytes(12)


def echo(raw: bytes, now: float) -> bytes | None:
    assert now == CLOCK.now().timestamp()
    return None if b"silence" in raw else b"re: " + raw


def bound(address: str = "127.0.0.1") -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    if ":" in address:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    made.bind((address, 0))
    return made


def asker(port: int, host: str = "127.0.0.1") -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    made.connect((host, port))
    made.settimeout(5)
    return made


def test_each_asker_gets_its_own_answers():
    with bound() as served:
        carrier = Datagrams(served, echo, CLOCK)
        askers = [asker(served.getsockname()[1]) for _ in range(3)]
        for number in range(2 * BATCH):
            askers[number % 3].send(b"silence" if number % 5 == 0 else b"question %d" % number)
        carrier.serve()
        for number in range(2 * BATCH):
            if number % 5:
                assert askers[number % 3].recv(100) == b"re: question %d" % number
        for one in askers:
            one.setblocking(False)
            with pytest.raises(BlockingIOError):
                one.recv(100)
            one.close()


def test_nothing_to_read_is_no_trouble():
    with bound() as served:
        Datagrams(served, echo, CLOCK).serve()


def test_the_longest_question_and_answer():
    with bound() as served, asker(served.getsockname()[1]) as one:
        seen = []
        carrier = Datagrams(served, lambda raw, _: seen.append(raw) or bytes(LONGEST_ANSWER), CLOCK)
        one.send(b"x" * (LONGEST_QUESTION + 50))
        one.send(b"")
        carrier.serve()
        assert seen == [b"x" * LONGEST_QUESTION, b""]
        assert one.recv(9999) == one.recv(9999) == bytes(LONGEST_ANSWER)


@pytest.mark.parametrize(
    ("listen", "asked"), [("0.0.0.0", "127.0.0.7"), ("::", "127.0.0.7"), ("::", "::1"), ("::1", "::1")]
)
def test_an_answer_comes_from_the_address_that_was_asked(listen, asked):
    """A connected socket takes answers from nowhere else, and neither does a resolver."""
    with bound(listen) as served, asker(served.getsockname()[1], asked) as one:
        carrier = Datagrams(served, echo, CLOCK)
        for text in (b"first", b"silence", b"second"):
            one.send(text)
        carrier.serve()
        assert one.recv(100) == b"re: first"
        assert one.recv(100) == b"re: second"
        one.send(b"third")
        carrier.serve()
        assert one.recv(100) == b"re: third"


def test_an_answer_that_cannot_be_sent_keeps_no_other_back(monkeypatch):
    with bound() as served, asker(served.getsockname()[1]) as one:
        carrier = Datagrams(served, echo, CLOCK)
        send, calls = carrier._send, []

        def refused(handle: int, first: object, count: int, flags: int) -> int:
            calls.append(count)
            if len(calls) == 1:
                datagrams.ctypes.set_errno(errno.EPERM)
                return -1
            return send(handle, first, count, flags)

        monkeypatch.setattr(carrier, "_send", refused)
        for text in (b"first", b"second", b"third"):
            one.send(text)
        carrier.serve()
        assert calls == [3, 2]
        assert one.recv(100) == b"re: second"
        assert one.recv(100) == b"re: third"


def test_a_full_kernel_loses_answers_and_holds_up_nobody(monkeypatch):
    with bound() as served, asker(served.getsockname()[1]) as one:
        carrier = Datagrams(served, echo, CLOCK)
        calls = []

        def full(*given: object) -> int:
            calls.append(given)
            datagrams.ctypes.set_errno(errno.EAGAIN)
            return -1

        monkeypatch.setattr(carrier, "_send", full)
        one.send(b"question")
        one.send(b"question")
        carrier.serve()
        assert len(calls) == 1


def test_over_the_limit_answers_are_cut_or_left_out():
    answer = HEADER[:4] + b"\0\0\0\1" + HEADER[8:] + b"record"
    with bound() as served, asker(served.getsockname()[1]) as one:
        carrier = Datagrams(served, lambda *_: answer, CLOCK, Limiter(1))
        for _ in range(3):
            one.send(b"question")
        carrier.serve()
        assert one.recv(100) == answer
        cut = HEADER[:2] + b"\2\0" + HEADER[4:]
        assert one.recv(100) == cut
        one.setblocking(False)
        with pytest.raises(BlockingIOError):
            one.recv(100)


def test_a_library_without_the_calls_is_named(monkeypatch):
    monkeypatch.setattr(datagrams.ctypes, "PyDLL", lambda *_, **__: object())
    with bound() as served, pytest.raises(GateError, match="recvmmsg"):
        Datagrams(served, echo, CLOCK)
