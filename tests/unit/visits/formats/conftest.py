"""Reads the sample lines of login services: a line of expectation before each."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pforte.visits.formats.syslog import SyslogFormat

FOLDER = Path(__file__).resolve().parents[3] / "samples" / "formats"
READ_AT = datetime(2026, 6, 1, tzinfo=UTC).timestamp()

Deviations = Callable[[SyslogFormat, str], list[str]]


def _samples(name: str) -> list[tuple[str, bytes]]:
    pairs = []
    expected = ""
    for line in (FOLDER / f"{name}.samples").read_bytes().splitlines():
        if line.startswith(b"= "):
            expected = line[2:].decode()
        elif line and not line.startswith(b"#"):
            pairs.append((expected, line))
            expected = ""
    return pairs


def _escape_nginx(raw: bytes) -> bytes:
    """Escape as ngx_http_log_escape does."""
    return b"".join(
        bytes((byte,)) if 0x20 <= byte < 0x7F and byte not in b'"\\' else b"\\x%02X" % byte for byte in raw
    )


def _escape_apache(raw: bytes) -> bytes:
    """Escape as ap_escape_logitem does."""
    named = {0x22: b'\\"', 0x5C: b"\\\\", 8: b"\\b", 10: b"\\n", 13: b"\\r", 9: b"\\t", 11: b"\\v"}
    return b"".join(
        named.get(byte) or (bytes((byte,)) if 0x20 <= byte < 0x7F else b"\\x%02x" % byte) for byte in raw
    )


Escape = Callable[[bytes], bytes]


@pytest.fixture(scope="session")
def escapes() -> tuple[Escape, Escape]:
    """Return how nginx and Apache escape what they log."""
    return _escape_nginx, _escape_apache


@pytest.fixture
def deviations() -> Deviations:
    """Return a function that compares a format with its samples and lists where they differ."""

    def compare(log: SyslogFormat, name: str) -> list[str]:
        wrong = []
        pairs = _samples(name)
        assert len(pairs) > 15
        for expected, line in pairs:
            failure = log.parse(line, UTC, READ_AT)
            said = "nothing"
            if failure is not None:
                said = f"{failure.client}|{failure.user.decode()}|{failure.what}|{failure.attempts}"
            if said != (expected if failure is not None else expected.partition(":")[0]):
                wrong.append(f"{line!r}: expected {expected}, got {said}")
        return wrong

    return compare
