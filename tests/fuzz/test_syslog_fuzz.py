"""No bytes on a syslog socket make the receiver stumble, grow or think for long."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.sources.control_bytes import show_control_bytes
from pforte.sources.cut import take_lines
from pforte.sources.framing import Framer
from pforte.sources.syslog_line import write_line

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LIMIT = 300
PIECES = st.sampled_from(
    [
        b"<34>", b"<999>", b"<165>1 ", b"1 - - - - - ", b"-", b"\xef\xbb\xbf", b"\n", b"\0", b"\r\n", b"12 <", b"999999999 <",
        b"Oct 11 22:14:15 ", b"2026-03-01T12:00:00Z ", b"host ", b"sshd[77]: ", b'[a@1 b="\\"]', b"[", b"]", b"\\", b'"',
        b"\xff\xfe", b"x" * 310, b" ", b"#012", b"\x1b[31m", b"0", b"7",
    ]
)  # fmt: skip
STREAMS = st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=25).map(b"".join)


@given(STREAMS)
@settings(max_examples=300, deadline=None)
def test_any_message_is_at_most_one_line(message):
    line, cut = write_line(message, LIMIT, NOW, "192.0.2.1")
    assert len(line) <= LIMIT + 1
    assert line.count(b"\n") == line.endswith(b"\n") == bool(line)
    assert isinstance(cut, bool)


@given(stream=STREAMS, sizes=st.lists(st.integers(1, 400), max_size=10))
@settings(max_examples=200, deadline=None)
def test_any_stream_is_taken_apart_in_bounded_memory(stream, sizes):
    framer, at = Framer(LIMIT), 0
    for size in [*sizes, len(stream)]:
        for message in framer.feed(stream[at : at + size]):
            assert 0 < len(message) <= LIMIT
        at += size
        assert len(framer._buffer) <= LIMIT + 12
    framer.end()


@pytest.mark.parametrize(
    "unit",
    [
        b"x",
        b"<",
        b"1",
        b"[",
        b'[a b="',
        b"\\",
        b'"]',
        b" ",
        b"\n",
        b"\xef\xbb\xbf",
        b"\x1b",
        b"<1>1 - ",
        b"9 <",
    ],
    ids=repr,
)
def test_work_grows_with_the_length_only(unit):
    """Eight times the input may cost eight times the work, with room for a busy machine, not sixty-four times."""

    def work(size):
        data = unit * (size // len(unit))
        best = float("inf")
        for _ in range(5):
            start = time.perf_counter()
            write_line(b"<34>" + data, size, NOW, "h")
            write_line(b"<165>1 2026-03-01T12:00:00Z h a p i " + data, size, NOW, "h")
            Framer(size).feed(data)
            show_control_bytes(data)
            take_lines(data, 100)
            best = min(best, time.perf_counter() - start)
        return best

    assert work(64_000) < 40 * work(8_000) + 0.01
