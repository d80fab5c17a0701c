"""Syslog arrives over every transport, bounded in every way."""

import asyncio
import socket
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
import structlog
import uvloop

from pforte.clock import SetClock, SystemClock
from pforte.sources.block import Limits, SourceError
from pforte.sources.syslog import LULL_SECONDS, Bounds, SyslogSource

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LIMITS = Limits(block=1000, line=50)
HEAD = b"Mar  1 12:00:00 h a: "


class Small(SyslogSource):
    """With bounds that a test can reach."""

    bounds = Bounds(queue=200, connections=2, idle=0.05)


def make(transport, path="", *, kind=SyslogSource, clock=None, listen="127.0.0.1:0"):
    return kind("net", transport, listen, path, LIMITS, clock or SetClock(NOW))


@pytest.fixture(
    params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"], autouse=True
)
def _loop(request, monkeypatch):
    """Every test holds in each kind of loop that the service may have."""

    def run(coroutine):
        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(coroutine)

    monkeypatch.setattr(asyncio, "run", run)


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "log")


@asynccontextmanager
async def receiving(source):
    """Let the source listen, and give its blocks."""
    async with aclosing(source.blocks()) as blocks, asyncio.timeout(30):
        assert (await anext(blocks)).data == b""
        assert source.address

        async def take():
            return await anext(blocks)

        yield take


def target(source):
    host, _, port = source.address.rpartition(":")
    return host, int(port)


async def until(claim):
    while not claim():  # noqa: ASYNC110  the kernel tells no event of ours
        await asyncio.sleep(0)


def connect(source):
    sender = socket.create_connection(target(source), timeout=30)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    return sender


async def ends(sender):
    """Tell whether the other side closed the connection."""
    try:
        return await asyncio.to_thread(sender.recv, 10) == b""
    except ConnectionError:
        return True


def send(source, transport, *messages):
    if transport == "unix":
        family, kind, place = socket.AF_UNIX, socket.SOCK_DGRAM, source.address
    else:
        family, place = socket.AF_INET, target(source)
        kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    with socket.socket(family, kind) as sender:
        sender.connect(place)
        for message in messages:
            sender.sendall(message)


@pytest.mark.parametrize("transport", ["udp", "tcp", "unix"])
def test_a_message_becomes_a_line_with_its_moment(transport, path):
    async def run():
        source = make(transport, path)
        async with receiving(source) as take:
            send(source, transport, b"<34>" + HEAD + b"refused\n")
            return await take()

    block = asyncio.run(run())
    assert block.data == HEAD + b"refused\n"
    assert (block.received, block.first_line, block.position, block.file) == (NOW, None, "", "")


def test_many_messages_share_a_block():
    async def run():
        source = make("udp")
        async with receiving(source) as take:
            send(source, "udp", *[b"<34>" + HEAD + b"%d" % number for number in range(100)])
            blocks = []
            while sum(block.data.count(b"\n") for block in blocks) < 100:
                blocks.append(await take())
            return blocks

    blocks = asyncio.run(run())
    lines = b"".join(block.data for block in blocks).splitlines()
    assert lines == [HEAD + b"%d" % number for number in range(100)]
    assert len(blocks) < 50


def test_a_connection_counts_frames_cuts_and_breaks():
    async def run():
        source = make("tcp")
        async with receiving(source) as take:
            send(
                source,
                "tcp",
                b"%d <34>%sone" % (len(HEAD) + 7, HEAD),
                b"<34>" + HEAD + b"x" * 90 + b"\n",
                b"99 <34>" + HEAD + b"broken",
            )
            got = b""
            while got.count(b"\n") < 2 or not source.figures().dropped:
                got += (await take()).data if got.count(b"\n") < 2 else b""
                await asyncio.sleep(0)
            return got, source.figures()

    got, figures = asyncio.run(run())
    assert got == HEAD + b"one\n" + (HEAD + b"x" * 90)[:50] + b"\n"
    assert (figures.cut, figures.dropped) == (1, 1)


def test_a_message_without_a_header_is_known_by_its_sender():
    async def run():
        source = make("tcp")
        async with receiving(source) as take:
            send(source, "tcp", b"hello\n")
            return await take()

    assert asyncio.run(run()).data == b"2026-03-01T12:00:00+00:00 127.0.0.1 hello\n"


def test_connections_beyond_the_bound_are_refused_and_told():
    async def run():
        source = make("tcp", kind=Small)
        async with receiving(source) as take:
            opened = [connect(source) for _ in range(2)]
            for each in opened:
                each.sendall(HEAD + b"x\n")
            await until(lambda: source.figures().waiting == 2 * (len(HEAD) + 2))
            refused = connect(source)
            assert await ends(refused)
            assert (await take()).data == (HEAD + b"x\n") * 2
            for each in [*opened, refused]:
                each.close()

    with structlog.testing.capture_logs() as logs:
        asyncio.run(run())
    assert "source.connection-refused" in [entry["event"] for entry in logs]


def test_a_silent_connection_is_closed():
    clock = SetClock(NOW)

    async def run():
        source = make("tcp", kind=Small, clock=clock)
        async with receiving(source):
            with connect(source) as sender:
                await until(lambda: source._connections)
                clock.move(timedelta(seconds=1))
                assert await ends(sender)

    asyncio.run(run())


def test_a_connection_that_we_let_wait_is_not_silent():
    """While it waits, its messages lie unread in the kernel; closing it would lose them."""
    clock = SetClock(NOW)
    early = [HEAD + b"early %03d\n" % number for number in range(100)]
    late = [HEAD + b"late %03d\n" % number for number in range(100)]

    async def run():
        source = make("tcp", kind=Small, clock=clock)
        got = []
        async with receiving(source) as take:
            with connect(source) as sender:
                sender.sendall(b"".join(early))
                await until(lambda: any(each.paused for each in source._connections))
                sender.sendall(b"".join(late))
                clock.move(timedelta(seconds=1))
                source._sweep.cancel()
                source._close_idle()
                while len(got) < len(early + late):
                    got += (await take()).data.splitlines(keepends=True)
        return got

    assert asyncio.run(run()) == early + late


def test_a_full_queue_drops_datagrams_and_says_so():
    async def run():
        source = make("udp", kind=Small)
        async with receiving(source) as take:
            for number in range(60):
                source.receive(HEAD + b"%d" % number, "h", may_drop=True)
            figures = source.figures()
            first = await take()
        return first, figures

    with structlog.testing.capture_logs() as logs:
        first, figures = asyncio.run(run())
    assert first.data.startswith(HEAD + b"0\n")
    assert figures.waiting < 200 + 50
    assert figures.dropped > 40
    assert [entry["count"] for entry in logs if entry["event"] == "source.dropped"][:3] == [1, 2, 4]


def test_a_full_queue_makes_connections_wait():
    """TCP tells its sender to slow down; nothing is lost."""
    sent = [HEAD + b"%05d\n" % number for number in range(3000)]

    async def run():
        source = make("tcp", kind=Small)
        got = []
        async with receiving(source) as take:
            with connect(source) as sender:
                sending = asyncio.ensure_future(asyncio.to_thread(sender.sendall, b"".join(sent)))
                while len(got) < len(sent):
                    got += (await take()).data.splitlines(keepends=True)
                await sending
            return got, source.figures().dropped

    assert asyncio.run(run()) == (sent, 0)


def test_closing_yields_what_is_here_and_ends_the_connections():
    async def run():
        source = make("tcp")

        async def consume():
            return [block async for block in source.blocks()]

        task = asyncio.ensure_future(consume())
        await until(lambda: source.address)
        with connect(source) as sender:
            sender.sendall(HEAD + b"one\n" + HEAD + b"two")
            await until(lambda: source.figures().waiting)
            source.close()
            source.close()
            async with asyncio.timeout(30):
                blocks = await task
                assert await ends(sender)
        return b"".join(block.data for block in blocks)

    assert asyncio.run(run()).startswith(HEAD + b"one\n")


@pytest.mark.parametrize("transport", ["udp", "unix", "tcp"])
def test_closing_takes_in_what_was_sent_before(transport, path):
    """The sender was told that it arrived; it may still lie in the kernel."""
    sent = [HEAD + b"%d" % number for number in range(8)]  # a UNIX socket holds 10 datagrams

    async def run():
        source = make(transport, path)

        async def consume():
            return [block async for block in source.blocks()]

        task = asyncio.ensure_future(consume())
        await until(lambda: source.address)
        if transport == "tcp":
            with connect(source) as sender:
                sender.sendall(b"".join(line + b"\n" for line in sent))
                source.close()
                async with asyncio.timeout(30):
                    blocks = await task
        else:
            send(source, transport, *sent)
            source.close()
            async with asyncio.timeout(30):
                blocks = await task
        return b"".join(block.data for block in blocks).splitlines()

    assert asyncio.run(run()) == sent


def test_closing_waits_until_nothing_more_comes(path, monkeypatch):
    """A lull in which something came is followed by another; what comes in that one is taken in too."""
    sent = [HEAD + b"%d" % number for number in range(3)]
    unsent, sleep = sent[:], asyncio.sleep

    async def run():
        source = make("unix", path)

        async def sleep_while_more_comes(seconds):
            if seconds == LULL_SECONDS and unsent:
                send(source, "unix", unsent.pop(0))
                await until(lambda: source.figures().waiting)
            else:
                await sleep(seconds)

        async def consume():
            return [block async for block in source.blocks()]

        task = asyncio.ensure_future(consume())
        await until(lambda: source.address)
        monkeypatch.setattr(asyncio, "sleep", sleep_while_more_comes)
        source.close()
        async with asyncio.timeout(30):
            blocks = await task
        return b"".join(block.data for block in blocks).splitlines()

    assert asyncio.run(run()) == sent


def test_a_sender_that_never_stops_does_not_hold_up_the_end(path, monkeypatch):
    monkeypatch.setattr("pforte.sources.syslog.DRAIN_SECONDS", 0.1)

    async def run():
        source = make("unix", path, clock=SystemClock())
        ended = asyncio.Event()

        async def consume():
            async for _ in source.blocks():
                pass
            ended.set()

        task = asyncio.ensure_future(consume())
        await until(lambda: source.address)
        place = source.address
        source.close()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            async with asyncio.timeout(30):
                while not ended.is_set():
                    with suppress(OSError):  # the socket is gone at the end
                        sender.sendto(HEAD + b"again", socket.MSG_DONTWAIT, place)
                    await asyncio.sleep(0)
        await task

    asyncio.run(run())


def test_a_source_closed_before_it_began_never_listens():
    async def run():
        source = make("udp")
        source.close()
        assert [block async for block in source.blocks()] == []
        assert source.address == ""

    asyncio.run(run())


def test_an_address_that_cannot_be_used_ends_the_source():
    async def run():
        async with aclosing(make("udp", listen="nowhere").blocks()) as blocks:
            await anext(blocks)

    with pytest.raises(SourceError, match="is not an address and port"):
        asyncio.run(run())


def test_a_receiving_error_is_told_and_survived(monkeypatch):
    class Failing:
        def recvfrom_into(self, buffer):
            raise ConnectionRefusedError(111, "Connection refused")

    async def run():
        make("tcp")._read_datagrams(Failing())

    with structlog.testing.capture_logs() as logs:
        asyncio.run(run())
    assert [(entry["event"], entry["text"]) for entry in logs] == [
        ("source.receive-failed", "Connection refused")
    ]


def test_what_the_kernel_drops_counts_too(monkeypatch):
    monkeypatch.setattr("pforte.sources.syslog.count_kernel_drops", lambda opened: 7)

    async def run():
        source = make("udp")
        async with receiving(source):
            return source.figures().dropped, source.figures().dropped

    assert asyncio.run(run()) == (7, 7)
