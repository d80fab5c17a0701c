"""Questions off the wire, in any pieces; whatever cannot be read is refused, never answered with an error."""

import asyncio
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.http.connection import IDLE_SECONDS, MOST_AGAIN, MOST_BYTES, QUESTION_SECONDS, Connection
from pforte.gates.http.questions import Headers
from pforte.gates.http.visitors import Asker

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
LONG_ANSWER = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nbody"
QUESTION = b"GET /nginx HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\nx-original-uri: /%27\xc3\xa4\r\nCookie: b\r\n\r\n"


class Wire:
    """What a transport is to a connection."""

    def __init__(self) -> None:
        self.written = b""
        self.reading = True
        self.closed = self.aborted = False

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def get_extra_info(self, name: str) -> object:
        return ("127.0.0.1", 4711) if name == "peername" else None


class Hall:
    """Where connections are known, the porter that answers, and the turn.

    Args:
        answer: what the porter answers.
        lasts: whether the turn lasts until it is settled; else each piece is settled as it comes.
    """

    def __init__(self, answer: bytes = ANSWER, *, lasts: bool = False) -> None:
        self.now = 100.0
        self.inside: list[Connection] = []
        self.asked: list[tuple[str, bytes, bytes, dict[bytes, bytes]]] = []
        self.bodies: list[bytes] = []
        self.wire = Wire()
        self._says = answer
        self.welcome: set[bytes] = set()
        self.usual: set[bytes] = set()
        self.lasts = lasts
        self.taken: list[bytes] = []
        self.connection = Connection(self, self, self)
        self.connection.connection_made(cast("asyncio.Transport", self.wire))

    def asker(self, peer: str) -> Asker:
        return Asker(peer, trusted=True, forwards=True)

    def take(self, connection: Connection, data: bytes) -> None:
        self.taken.append(data)
        if not self.lasts:
            self.settle()

    def settle(self) -> None:
        taken, self.taken = self.taken, []
        for data in taken:
            self.connection.settle(data, welcome=data in self.usual)

    def is_welcome(self, asker: Asker, target: bytes, headers: Headers) -> bool:
        return target in self.welcome

    def answer(self, asker: Asker, method: bytes, target: bytes, headers: Headers) -> bytes:
        self.asked.append((asker.address, method, target, dict(headers)))
        return self._says

    def answer_log_in(self, asker: Asker, body: bytes) -> bytes:
        self.bodies.append(body)
        return LONG_ANSWER

    def enter(self, connection: Connection) -> None:
        self.inside.append(connection)

    def leave(self, connection: Connection) -> None:
        self.inside.remove(connection)


READ = {b"host": b"a", b"x-forwarded-for": b"192.0.2.7", b"x-original-uri": b"/%27\xc3\xa4"}


USUAL = b"GET /nginx HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n"


def test_what_begins_as_nginx_does_waits_for_the_end_of_the_turn():
    hall = Hall(LONG_ANSWER, lasts=True)
    hall.usual = {USUAL}
    hall.connection.data_received(USUAL)
    assert hall.wire.written == b""
    hall.settle()
    hall.connection.data_received(USUAL)
    hall.settle()
    assert hall.wire.written == ANSWER * 2
    assert hall.asked == []


def test_what_the_turn_does_not_know_is_read_as_if_it_had_not_waited():
    hall = Hall(lasts=True)
    for piece in (USUAL[:30], USUAL[30:], USUAL + USUAL):
        hall.connection.data_received(piece)
        hall.settle()
    assert hall.wire.written == ANSWER * 3
    assert len(hall.asked) == 3


def test_answers_keep_the_order_of_the_questions():
    """The loop may deliver twice in one turn what a proxy sends at once."""
    hall = Hall(LONG_ANSWER, lasts=True)
    hall.usual = {USUAL}
    hall.connection.data_received(USUAL)
    hall.connection.data_received(QUESTION.replace(b"/nginx", b"/other"))
    assert hall.wire.written == ANSWER + LONG_ANSWER
    hall.connection.data_received(USUAL)
    hall.connection.data_received(USUAL)
    hall.settle()
    assert hall.wire.written == ANSWER + LONG_ANSWER + ANSWER * 2


def test_a_question_whose_first_octets_came_before_is_not_taken_for_a_new_one():
    hall = Hall(lasts=True)
    hall.usual = {USUAL}
    hall.connection.data_received(b"GE")
    hall.connection.data_received(USUAL)
    hall.settle()
    assert hall.wire.written.startswith(b"HTTP/1.1 403 Forbidden\r\nX-Pforte-Reason: unreadable\r\n")
    assert hall.wire.closed


def test_what_waits_is_not_answered_any_more_where_the_connection_is_gone():
    hall = Hall(lasts=True)
    hall.usual = {USUAL}
    hall.connection.data_received(USUAL)
    hall.connection.connection_lost(None)
    hall.settle()
    assert hall.wire.written == b""
    hall = Hall(lasts=True)
    hall.usual = {USUAL}
    hall.connection.data_received(USUAL)
    hall.connection.close()
    hall.settle()
    assert hall.wire.written == b""


def test_a_question_is_answered_and_the_connection_kept():
    hall = Hall()
    hall.connection.data_received(QUESTION)
    assert hall.asked == [("127.0.0.1", b"GET", b"/nginx", READ)]
    assert hall.wire.written == ANSWER
    assert not hall.wire.closed


def test_who_is_welcome_after_a_glance_comes_in_unasked():
    hall = Hall(LONG_ANSWER)
    hall.welcome = {b"/nginx"}
    hall.connection.data_received(QUESTION + b"GET /forward HTTP/1.1\r\n\r\n")
    assert hall.wire.written == b"HTTP/1.1 204 No Content\r\n\r\n" + LONG_ANSWER
    assert [target for _, _, target, _ in hall.asked] == [b"/forward"]


@given(st.lists(st.integers(0, 3 * len(QUESTION)), max_size=12), st.integers(1, 3))
def test_pieces_make_no_difference(cuts, questions):
    hall, data = Hall(), QUESTION * questions
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, end in pairwise(places):
        hall.connection.data_received(data[start:end])
    assert hall.asked == [("127.0.0.1", b"GET", b"/nginx", READ)] * questions
    assert hall.wire.written == ANSWER * questions


@pytest.mark.standard("9110:5.3")
def test_lines_of_one_name_are_joined():
    """A visitor's own X-Forwarded-For stands before the proxy's."""
    hall = Hall()
    hall.connection.data_received(
        b"GET / HTTP/1.1\r\nX-Forwarded-For: 198.51.100.1\r\nx-forwarded-for: 192.0.2.7\r\n\r\n"
    )
    assert hall.asked[0][3][b"x-forwarded-for"] == b"198.51.100.1, 192.0.2.7"


def test_a_body_is_passed_over_and_its_trailer_is_no_header_of_the_next():
    hall = Hall()
    chunked = b"POST /envoy/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nGET\r\n0\r\nX-Forwarded-For: 198.51.100.1\r\n\r\n"
    hall.connection.data_received(
        chunked + b"POST /envoy/b HTTP/1.1\r\nContent-Length: 7\r\n\r\nGET / H" + QUESTION
    )
    assert [(method, target) for _, method, target, _ in hall.asked] == [
        (b"POST", b"/envoy/a"),
        (b"POST", b"/envoy/b"),
        (b"GET", b"/nginx"),
    ]
    assert hall.asked[1][3] == {}
    assert hall.asked[2][3] == READ


def test_many_lines_of_one_name_are_read_up_to_a_limit_for_each_question():
    """Joining them costs ever more, and no proxy writes hundreds."""
    hall = Hall()
    question = b"GET / HTTP/1.1\r\n" + b"Accept: b\r\n" * (MOST_AGAIN + 1) + b"\r\n"
    hall.connection.data_received(question * 3)
    assert [asked[3][b"accept"].count(b"b") for asked in hall.asked] == [MOST_AGAIN + 1] * 3


@pytest.mark.standard("9110:9.3.2")
def test_head_gets_no_body():
    hall = Hall(LONG_ANSWER)
    hall.connection.data_received(b"HEAD /page HTTP/1.1\r\n\r\n")
    assert hall.wire.written == LONG_ANSWER[:-4]


@pytest.mark.standard("9112:9.3")
@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    ],
)
def test_who_wants_no_more_is_closed_after_the_answer(head):
    hall = Hall()
    hall.connection.data_received(head)
    assert hall.wire.written == ANSWER
    assert hall.wire.closed


def test_the_wish_for_another_protocol_is_passed_over():
    """Proxies pass on what a visitor's web socket asks for."""
    hall = Hall()
    upgrade = b"GET /a HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    hall.connection.data_received(upgrade + QUESTION)
    hall.connection.data_received(QUESTION)
    assert [target for _, _, target, _ in hall.asked] == [b"/a", b"/nginx", b"/nginx"]
    assert hall.wire.written == ANSWER * 3
    hall.connection.data_received(upgrade * 3_000)
    assert hall.wire.written == ANSWER * 3_003
    assert not hall.wire.closed


@pytest.mark.parametrize(
    "data",
    [
        b"GET /nginx HTTP/1.1\r\nUser-Agent: \x01\r\n\r\n",  # nginx passes such on
        b"GET /nginx HTTP/1.1\r\nUser-Agent: a\x00b\r\n\r\n",
        b"GET /nginx HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /ngi nx HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/1.1\r\nA: " + b"a" * MOST_BYTES,
        b"GET /" + b"a" * MOST_BYTES,
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * (MOST_BYTES // 5),
        b"GET / HTTP/1.1\r\n" + b"Accept: b\r\n" * (MOST_AGAIN + 2) + b"\r\n",
    ],
)
def test_what_cannot_be_read_is_refused_and_never_an_error(data):
    """Nginx would take an error for the gate's absence, and let the visitor in where that is the operator's wish."""
    hall = Hall()
    for start in range(0, len(data), 65_536):
        hall.connection.data_received(data[start : start + 65_536])
    assert hall.wire.written.startswith(b"HTTP/1.1 403 Forbidden\r\nX-Pforte-Reason: unreadable\r\n")
    assert hall.wire.closed
    assert hall.asked == []


def test_what_follows_an_answered_question_and_cannot_be_read_ends_it():
    hall = Hall()
    hall.connection.data_received(QUESTION + b"\x00\x01")
    assert hall.wire.written.startswith(ANSWER)
    assert hall.wire.closed


def test_the_longest_question_that_nginx_may_pass_on_is_read():
    """Four buffers of 8 KiB, and the target once more in a field of its own."""
    hall = Hall()
    cookie = b"Cookie: " + b"c" * 8_000 + b"\r\n"
    hall.connection.data_received(
        b"GET /nginx HTTP/1.1\r\nX-Original-URI: /" + b"u" * 8_100 + b"\r\n" + cookie * 4 + b"\r\n"
    )
    assert len(hall.asked[0][3][b"x-original-uri"]) == 8_101


def test_who_does_not_read_is_not_read():
    hall = Hall()
    hall.connection.pause_writing()
    assert not hall.wire.reading
    hall.connection.resume_writing()
    assert hall.wire.reading


def test_slow_and_idle_connections_are_late():
    hall = Hall()
    assert not hall.connection.is_late(100 + IDLE_SECONDS)
    assert hall.connection.is_late(101 + IDLE_SECONDS)
    hall.connection.data_received(b"GE")
    hall.now = 105.0
    hall.connection.data_received(b"T / HTTP/1.1\r\n")  # a byte now and then buys no time
    assert not hall.connection.is_late(100 + QUESTION_SECONDS)
    assert hall.connection.is_late(101 + QUESTION_SECONDS)
    hall.connection.data_received(b"\r\n")
    assert not hall.connection.is_late(101 + QUESTION_SECONDS)


def test_a_body_that_never_ends_is_late():
    hall = Hall()
    hall.connection.data_received(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
    assert hall.wire.written == ANSWER
    assert hall.connection.is_late(101 + QUESTION_SECONDS)


def test_it_enters_and_leaves():
    hall = Hall()
    assert hall.inside == [hall.connection]
    hall.connection.connection_lost(None)
    assert hall.inside == []
    hall.connection.data_received(QUESTION)  # what the loop still delivers is not answered
    assert hall.wire.written == b""


@given(st.lists(st.one_of(st.binary(max_size=80), st.sampled_from([QUESTION, b"\r\n", b"GET / HTTP/1.1\r\n"])), max_size=8))  # fmt: skip
def test_no_octets_make_it_fail(pieces):
    hall = Hall()
    for piece in pieces:
        if not hall.wire.closed:
            hall.connection.data_received(piece)
    assert hall.wire.written.count(b"HTTP/1.1 ") >= len(hall.asked)


LOG_IN = b'POST /dovecot?command=allow HTTP/1.1\r\nContent-Length: 22\r\n\r\n{"remote":"192.0.2.7"}'
CHUNKED_LOG_IN = (
    b"POST /dovecot HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n1\r\n \r\n0\r\nHost: b\r\n\r\n"
)


@given(st.lists(st.integers(0, 400), max_size=12))
def test_a_question_in_a_body_is_answered_once_it_is_there(cuts):
    hall, data = Hall(), LOG_IN + QUESTION + CHUNKED_LOG_IN + LOG_IN
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, end in pairwise(places):
        hall.connection.data_received(data[start:end])
    assert hall.bodies == [b'{"remote":"192.0.2.7"}', b"{} ", b'{"remote":"192.0.2.7"}']
    assert hall.asked == [("127.0.0.1", b"GET", b"/nginx", READ)]
    assert hall.wire.written == LONG_ANSWER + ANSWER + LONG_ANSWER * 2
    assert hall.connection.is_idle


def test_a_question_in_a_body_has_its_limits():
    hall = Hall()
    hall.connection.data_received(b"POST /dovecot HTTP/1.1\r\nContent-Length: 999999\r\n\r\n")
    hall.connection.data_received(b" " * MOST_BYTES)
    assert hall.bodies == []
    assert hall.wire.written.startswith(b"HTTP/1.1 403 ")
    assert hall.wire.closed
    hall = Hall()
    hall.connection.data_received(LOG_IN[:-1])
    assert not hall.connection.is_late(hall.now + QUESTION_SECONDS)
    assert hall.connection.is_late(hall.now + QUESTION_SECONDS + 1)


def test_a_question_in_a_body_that_is_not_to_be_kept_is_the_last():
    hall = Hall()
    hall.connection.data_received(LOG_IN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + QUESTION)
    assert hall.wire.written == LONG_ANSWER
    assert hall.wire.closed
