"""A gate listens where its settings say, and leaves nothing behind."""

import asyncio
import errno
import socket
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import uvloop

from pforte.gates.gate import GateError
from pforte.gates.listening import bind, open_door, split_place

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


@pytest.mark.parametrize(
    ("listen", "place"),
    [("127.0.0.1:8081", ("127.0.0.1", 8081)), ("[::1]:53", ("::1", 53)), ("[::]:0", ("::", 0))],
)
def test_address_and_port(listen, place):
    assert split_place(listen) == place


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_bound_socket_never_blocks(kind):
    with closing(bind("gate.http.listen", "127.0.0.1:0", kind)) as bound:
        assert (bound.type, bound.getblocking(), bound.getsockname()[0]) == (kind, False, "127.0.0.1")


def test_the_unspecified_address_takes_both_families():
    with closing(bind("gate.http.listen", "[::]:0")) as bound:
        bound.listen()
        for address in ("127.0.0.1", "::1"):
            with socket.create_connection((address, bound.getsockname()[1]), timeout=5):
                pass


def test_another_port_may_be_asked_for():
    """The block list has the same port of UDP and TCP, whichever the system gave the first of them."""
    with closing(bind("gate.dnsbl.listen", "127.0.0.1:0")) as first:
        port = first.getsockname()[1]
        with closing(bind("gate.dnsbl.listen", "127.0.0.1:0", socket.SOCK_DGRAM, port=port)) as second:
            assert second.getsockname()[1] == port


def test_a_port_that_is_taken_is_named_with_its_setting():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(GateError, match=rf"^gate\.http\.listen: cannot listen on {listen} \(Address already in use\); stop .* set gate\.http\.listen$"):  # fmt: skip
            bind("gate.http.listen", listen)


def test_a_foreign_address_is_named_with_its_setting():
    with pytest.raises(GateError, match=r"^gate\.http\.listen: .*; set gate\.http\.listen to an address"):
        bind("gate.http.listen", "192.0.2.1:0")


def test_a_port_that_needs_a_right_names_the_right(monkeypatch):
    class Refusing(socket.socket):
        def bind(self, address):
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pforte.gates.listening.socket.socket", Refusing)
    with pytest.raises(GateError, match=r"CAP_NET_BIND_SERVICE, or set gate\.dnsbl\.listen$"):
        bind("gate.dnsbl.listen", "127.0.0.1:53")
