"""No bytes make a log format fail, and no pattern of theirs takes more than linear time."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.net.addresses import parse_address
from pforte.visits import formats
from pforte.visits.formats.catalogue import KNOWN, find_format
from pforte.visits.formats.detect import detect
from pforte.visits.formats.format import Format, FormatError
from pforte.visits.visit import LoginFailure, Visit

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "formats"
NOW = 1_774_000_000.0
LONGEST = 65_536
WRITTEN = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_user_agent" $upstream_addr x',
    '$remote_addr $msec $request_method $scheme://$host$request_uri "$http_referer"',
    '%h %l %u [%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t] "%r" %>s %O "%{User-Agent}i" %D',
    "%a %{usec}t %m %U%q %H %>s %{Host}i",
    "json:client=peer.ip,target=req.uri",
)
FORMATS: tuple[Format, ...] = (*(known.format for known in KNOWN), *map(find_format, WRITTEN))
LINES = [known.example.encode() for known in KNOWN] + [
    line
    for path in sorted(SAMPLES.glob("*.samples"))
    for line in path.read_bytes().splitlines()
    if line and not line.startswith((b"#", b"="))
]
PIECES = [
    b'"',
    b"\\",
    b" ",
    b"]",
    b"[",
    b" from ",
    b" port 22",
    b"\\x22",
    b"{",
    b"}",
    b":",
    b",",
    b"\xff",
    b"\0",
    b"192.0.2.66",
]


def check(log: Format, line: bytes) -> None:
    """Read a line in every way; whatever comes out is whole."""
    event = log.parse(line, UTC, NOW)
    log.time_of(line, UTC, NOW)
    client = log.client(line)
    if client is not None:
        parse_address(client)
    recognised = log.recognises(line)
    if event is None:
        return
    assert recognised
    parse_address(event.client)
    assert isinstance(event.at, float)
    if isinstance(event, Visit):
        assert 0 <= event.status <= 999
        assert event.method != b"" or event.protocol == b"" or log.name not in ("combined", "common")
    assert isinstance(event, Visit | LoginFailure)
    if isinstance(event, LoginFailure):
        assert event.attempts >= 1
        assert client == event.client
        assert any(re.search(mark, line) for mark in log.marks)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real line that lost, gained or swapped some pieces."""
    line = draw(st.sampled_from(LINES))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(line)))
        end = draw(st.integers(start, min(len(line), start + 20)))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=6), st.just(line[start:end] * 2)))
        line = line[:start] + piece + line[end:]
    return line


@given(st.binary(max_size=300))
def test_random_bytes(line):
    """Noise gives nothing, quietly."""
    for log in FORMATS:
        check(log, line)


@settings(max_examples=200)
@given(mutated())
def test_mutated_lines(line):
    """Nearly right lines are read or refused, quietly, by every format."""
    for log in FORMATS:
        check(log, line)


@given(st.lists(mutated(), max_size=8))
def test_detection(lines):
    """Detection says a format or says why not."""
    said = ""
    try:
        name = detect(b"\n".join(lines), NOW).name
    except FormatError as error:
        name, said = "", str(error)
    assert name or "pforte formats" in said or "is not text" in said


@given(st.text(max_size=120))
def test_written_formats(text):
    """A setting is a format or a mistake with a message."""
    said = ""
    try:
        name = find_format(text).name
    except FormatError as error:
        name, said = "", str(error)
    assert name or said


@given(
    st.lists(
        st.sampled_from(
            [
                *'$%"\\ {}[]:',
                "$remote_addr",
                "$msec",
                "$request",
                "%h",
                "%t",
                "%r",
                "%{",
                "}t",
                "log_format x '",
                "escape=json ",
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_nearly_written_formats(text):
    """The same with pieces of real formats; one that is accepted reads lines without failing."""
    try:
        log = find_format(text)
    except FormatError:
        return
    check(log, LINES[1])


@pytest.mark.parametrize("log", FORMATS, ids=lambda log: log.name[:40])
def test_long_hostile_lines(log):
    """Lines of 64 KiB made to be walked over and over; a quadratic reader would take minutes here."""
    fillers = [
        b" from 192.0.2.1 port 22",
        b' "',
        b'\\"',
        b" rhost=1",
        b"user=<",
        b", ",
        b" : ",
        b"[",
        b'{"a":',
        b"x(",
        b" " * 3,
        b"a",
    ]
    for line in LINES[:12]:
        for filler in fillers:
            middle = len(line) * 2 // 3
            check(log, (line[:middle] + filler * (LONGEST // len(filler)) + line[middle:])[:LONGEST])


def _patterns() -> Iterator[tuple[str, re.Pattern[bytes]]]:
    for module_info in pkgutil.iter_modules(formats.__path__):
        module = importlib.import_module(f"pforte.visits.formats.{module_info.name}")
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, bytes):
                yield f"{module_info.name}.{name}", value
    for text in WRITTEN[:4]:
        log = find_format(text)
        yield text, log.pattern  # type: ignore[attr-defined]


def _unbounded(tree: list, *, inside: bool = False) -> Iterator[bool]:
    """Yield for each repeat without limit that can give back whether another one stands around it."""
    for operator, argument in tree:
        name = str(operator)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            unbounded = argument[1] > 1000
            if unbounded:
                yield inside
            yield from _unbounded(list(argument[2]), inside=inside or unbounded)
        elif name == "POSSESSIVE_REPEAT":
            yield from _unbounded(list(argument[2]), inside=inside or argument[1] > 1000)
        elif name == "SUBPATTERN":
            yield from _unbounded(list(argument[3]), inside=inside)
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from _unbounded(list(branch), inside=inside)
        elif name in ("ATOMIC_GROUP", "ASSERT", "ASSERT_NOT"):
            inner = argument if name == "ATOMIC_GROUP" else argument[1]
            yield from _unbounded(list(inner), inside=inside)


@pytest.mark.parametrize(
    ("name", "pattern"), list(_patterns()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_patterns_are_linear(name, pattern):
    """At most one repeat without limit may give back what it took, and never inside another (reviewed by machine)."""
    tree = re._parser.parse(pattern.pattern, pattern.flags)  # type: ignore[attr-defined]
    giving_back = list(_unbounded(list(tree)))
    assert len(giving_back) <= 1, name
    assert not any(giving_back), name
