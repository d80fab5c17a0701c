"""Every format keeps the promises of the protocol."""

import re
from datetime import UTC

import hyperscan
import pytest
import re2

from pforte.visits.formats.catalogue import KNOWN, find_format
from pforte.visits.formats.format import Format
from pforte.visits.visit import LoginFailure, Visit

NOW = 1_774_000_000.0
WRITTEN = (
    (
        '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer"',
        '192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5120 "-"',
    ),
    ('%h %l %u %t "%r" %>s', '192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200'),
    ("json:client=peer", '{"peer":"192.0.2.7","ts":1772366400.5,"uri":"/","status":200}'),
)
CASES = [(known.format, known.example.encode()) for known in KNOWN] + [
    (find_format(text), example.encode()) for text, example in WRITTEN
]
all_formats = pytest.mark.parametrize(("log", "line"), CASES, ids=[log.name for log, _ in CASES])


def _finds(patterns: tuple[bytes, ...], line: bytes) -> list[bool]:
    """Ask all three engines, which must agree, on a line between two others."""
    block = b"before\n" + line + b"\nafter\n"
    answers = []
    for pattern in patterns:
        hits: list[int] = []
        database = hyperscan.Database()
        database.compile(expressions=[pattern], flags=[hyperscan.HS_FLAG_SINGLEMATCH])
        database.scan(block, match_event_handler=lambda *_, hits=hits: hits.append(1))
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        found = {
            bool(hits),
            re2.compile(pattern, options).search(block) is not None,
            re.search(pattern, block) is not None,
        }
        assert len(found) == 1, pattern
        answers.append(found.pop())
    return answers


@all_formats
def test_the_example_is_read(log: Format, line: bytes):
    """What the list shows works, and its kind is that of the family."""
    event = log.parse(line, UTC, NOW)
    assert isinstance(event, Visit if log.family == "http" else LoginFailure)
    assert event.client == "192.0.2.7"
    assert int(event.at) == 1_772_366_400
    assert log.recognises(line)


@all_formats
def test_cheap_answers_equal_the_whole(log: Format, line: bytes):
    """Client and time alone are those of the event."""
    event = log.parse(line, UTC, NOW)
    assert event is not None
    assert log.client(line) == event.client
    assert log.time_of(line, UTC, NOW) == event.at


@all_formats
def test_status_patterns(log: Format, line: bytes):
    """The line is found by its own status and not by another, in every engine."""
    if log.family == "login":
        assert log.status_marks((200,)) == ()
        return
    assert _finds(log.status_marks((200, 404)), line) == [True]
    assert _finds(log.status_marks((401, 404)), line) == [False]


@all_formats
def test_marks(log: Format, line: bytes):
    """A login line has a mark; formats of web servers have none of their own."""
    assert (log.family == "login") == bool(log.marks)
    if log.marks:
        assert any(_finds(log.marks, line))


@all_formats
def test_escape_marks(log: Format, line: bytes):
    """A line without escapes has no such mark; one with an escaped quote in its target has."""
    assert log.escaped == bool(log.escape_marks)
    assert not any(_finds(log.escape_marks, line))
    if log.escaped:
        start, slash, end = line.rpartition(b"GET /") if b"GET /" in line else line.rpartition(b':"/')
        quote = b"#22" if "haproxy" in log.name else b'\\"'
        assert any(_finds(log.escape_marks, start + slash + quote + end))


@all_formats
def test_other_lines(log: Format, line: bytes):
    """An empty line and a foreign one give nothing."""
    for foreign in (b"", b"hello", line[: len(line) // 3]):
        assert log.parse(foreign, UTC, NOW) is None
        assert log.client(foreign) is None or not log.recognises(foreign)
