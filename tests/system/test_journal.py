"""Entries of a journal that systemd wrote become lines that the format ``syslog`` reads."""

import asyncio
import subprocess
from contextlib import aclosing
from datetime import UTC
from pathlib import Path

import pytest

from pforte.sources.journal import JournalSource
from pforte.visits.formats.catalogue import find_format
from pforte.visits.visit import LoginFailure

REMOTE = Path("/lib/systemd/systemd-journal-remote")
NOW = 1_772_366_400

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        not REMOTE.exists(), reason="systemd-journal-remote is absent: apt install systemd-journal-remote"
    ),
]

REFUSED = b"Failed password for caf\xe9 from 192.0.2.7 port 40022 ssh2"
USUAL = {"_HOSTNAME": b"web1", "SYSLOG_IDENTIFIER": b"sshd", "_PID": b"77", "_SYSTEMD_UNIT": b"ssh.service"}


def write(folder: Path, *entries: dict[str, bytes]) -> None:
    """Let systemd write entries, one a second, from its export format with every value in binary form."""
    written = b""
    for number, fields in enumerate(entries):
        written += (
            b"__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=0123456789abcdef0123456789abcdef\n"
            % ((NOW + number) * 1_000_000, number + 1)
        )
        for name, value in {**USUAL, **fields}.items():
            written += name.encode() + b"\n" + len(value).to_bytes(8, "little") + value + b"\n"
        written += b"\n"
    subprocess.run(
        [REMOTE, "-o", folder / "system.journal", "-"], input=written, check=True, capture_output=True
    )


def read(
    folder: Path, count: int, units: tuple[str, ...] = (), position: str = '{"cursor": ""}'
) -> list[bytes]:
    """Read lines until there are as many."""

    async def run() -> list[bytes]:
        source = JournalSource("journal", units, position=position, folder=folder)
        lines: list[bytes] = []
        async with aclosing(source.blocks()) as blocks, asyncio.timeout(60):
            while len(lines) < count:
                lines += (await anext(blocks)).data.splitlines()
        return lines

    return asyncio.run(run())


def test_bytes_that_are_not_utf8_reach_the_format(tmp_path: Path) -> None:
    write(tmp_path, {"MESSAGE": REFUSED})
    (line,) = read(tmp_path, 1)
    assert line == b"2026-03-01T12:00:00Z web1 sshd[77]: " + REFUSED
    assert find_format("syslog").parse(line, UTC) == LoginFailure(
        "192.0.2.7", NOW, "ssh", b"caf\xe9", "password"
    )


@pytest.mark.parametrize("units", [("ssh",), ("ssh.service",), ("s?h",)])
def test_only_the_units_asked_for_are_read(tmp_path: Path, units: tuple[str, ...]) -> None:
    """The entry of the other unit stands before the last one, so it would have come."""
    write(
        tmp_path,
        {"MESSAGE": b"first"},
        {"MESSAGE": b"other", "_SYSTEMD_UNIT": b"cron.service"},
        {"MESSAGE": b"last"},
    )
    assert [line.rpartition(b" ")[2] for line in read(tmp_path, 2, units)] == [b"first", b"last"]


def test_control_bytes_are_made_visible(tmp_path: Path) -> None:
    write(tmp_path, {"MESSAGE": b"a\nb\rc\0d\x1b[31me\tf\r\n"})
    assert read(tmp_path, 1) == [b"2026-03-01T12:00:00Z web1 sshd[77]: a#012b#015c#000d#033[31me\tf"]


@pytest.mark.parametrize(
    ("fields", "head"),
    [
        ({"_HOSTNAME": b"my host"}, b"my_host sshd[77]"),
        ({"_HOSTNAME": b"my\nhost"}, b"my#012host sshd[77]"),
        ({"SYSLOG_IDENTIFIER": b"sshd session"}, b"web1 sshd_session[77]"),
        ({"SYSLOG_PID": b"7 8"}, b"web1 sshd[7_8]"),
    ],
)
def test_a_space_in_a_field_shifts_none(tmp_path: Path, fields: dict[str, bytes], head: bytes) -> None:
    write(tmp_path, {"MESSAGE": REFUSED, **fields})
    (line,) = read(tmp_path, 1)
    assert line == b"2026-03-01T12:00:00Z " + head + b": " + REFUSED


def test_a_host_name_with_a_space_leaves_the_program_readable(tmp_path: Path) -> None:
    write(tmp_path, {"MESSAGE": REFUSED, "_HOSTNAME": b"my own host"})
    (line,) = read(tmp_path, 1)
    assert find_format("syslog").client(line) == "192.0.2.7"
