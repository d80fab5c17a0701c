"""A gate listens where its settings say, and leaves nothing behind."""

import asyncio
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import uvloop

from pforte.gates.gate import GateError
from pforte.gates.listening import open_door

LOOPS = pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])


class Echo(asyncio.Protocol):
    """Says what it hears."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)  # type: ignore[attr-defined]
        self.transport.close()


@pytest.fixture
def path() -> Iterator[str]:
    # A path of pytest's own folders could be too long.
    with TemporaryDirectory(prefix="pf-door-") as folder:
        yield f"{folder}/gate"


@LOOPS
@pytest.mark.parametrize("prefix", ["", "unix:"])
def test_a_unix_socket_is_listened_at_and_taken_away(path, prefix, loop):
    async def run() -> None:
        door = await open_door(f"{prefix}{path}", "gate.http.listen", Echo)
        modes.append(mode())
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b"hello")
        assert await reader.read() == b"hello"
        writer.close()
        door.close()
        modes.append(mode())

    def mode() -> int | None:
        return stat.S_IMODE(Path(path).stat().st_mode) if Path(path).exists() else None

    modes: list[int | None] = []
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(run())
    assert modes == [0o660, None]


@LOOPS
def test_a_port_is_listened_at(loop):
    async def run() -> None:
        door = await open_door("127.0.0.1:0", "gate.http.listen", Echo)
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(b"hello")
        assert await reader.read() == b"hello"
        writer.close()
        door.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(run())


def test_a_place_that_cannot_be_used_is_named_with_its_setting(path):
    async def run(place: str) -> None:
        with pytest.raises(GateError, match=rf"gate\.http\.listen: .*{place}"):
            await open_door(place, "gate.http.listen", Echo)

    with socket.create_server(("127.0.0.1", 0)) as used:
        asyncio.run(run(f"127.0.0.1:{used.getsockname()[1]}"))
    Path(path).write_bytes(b"precious")
    asyncio.run(run(path))
    assert Path(path).read_bytes() == b"precious"
