"""What the program ``logger`` sends over every transport arrives as lines that the formats read."""

import asyncio
import os
import shutil
from contextlib import aclosing
from datetime import UTC
from pathlib import Path

import pytest

from pforte.clock import SystemClock
from pforte.sources.block import Limits
from pforte.sources.syslog import SyslogSource
from pforte.visits.formats.catalogue import find_format

LOGGER = shutil.which("logger")

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        LOGGER is None, reason="logger is absent: apt install bsdutils (Debian) or util-linux"
    ),
]

COUNT = 200
SENT = "".join(f"Failed password for user{number} from 192.0.2.7 port 22 ssh2\n" for number in range(COUNT))


def options(transport: str, address: str, shape: tuple[str, ...]) -> list[str]:
    if transport == "unix":
        return ["--socket", address, *shape]
    host, _, port = address.rpartition(":")
    return ["--server", host, "--port", port, f"--{transport}", *shape]


async def send(*arguments: str) -> None:
    assert LOGGER is not None
    process = await asyncio.create_subprocess_exec(
        LOGGER,
        "--tag",
        "sshd",
        "--id=77",
        "--priority",
        "auth.info",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        env={**os.environ, "TZ": "UTC"},
    )
    await process.communicate(SENT.encode())
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("transport", "shape"),
    [
        ("udp", ("--rfc3164",)),
        ("udp", ("--rfc5424",)),
        ("udp", ("--rfc5424=notime,nohost",)),
        ("tcp", ("--rfc3164",)),
        ("tcp", ("--rfc5424",)),
        ("tcp", ("--rfc3164", "--octet-count")),
        ("tcp", ("--rfc5424", "--octet-count")),
        ("unix", ()),
    ],
    ids=str,
)
def test_what_logger_sends_arrives_whole_and_is_read(
    tmp_path: Path, transport: str, shape: tuple[str, ...]
) -> None:
    clock = SystemClock()

    async def run() -> list[bytes]:
        source = SyslogSource("net", transport, "127.0.0.1:0", str(tmp_path / "log"), Limits(), clock)
        lines: list[bytes] = []
        async with aclosing(source.blocks()) as blocks, asyncio.timeout(60):
            block = asyncio.ensure_future(anext(blocks))
            while not source.address and not block.done():  # noqa: ASYNC110  the source tells no event
                await asyncio.sleep(0.001)
            sending = asyncio.ensure_future(send(*options(transport, source.address, shape)))
            while True:
                lines += (await block).data.splitlines()
                if len(lines) >= COUNT:
                    break
                block = asyncio.ensure_future(anext(blocks))
            await sending
        assert (source.figures().dropped, source.figures().cut) == (0, 0)
        return lines

    log = find_format("syslog", clock.now().timestamp())
    failures = [log.parse(line, UTC) for line in asyncio.run(run())]
    assert [(failure.client, failure.user) for failure in failures if failure] == [
        ("192.0.2.7", f"user{number}".encode()) for number in range(COUNT)
    ]
