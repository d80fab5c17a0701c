"""A clean stop and a reload lose nothing that a syslog sender was told had arrived; a real process, real sockets."""

import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pforte.clock import SystemClock
from pforte.register.store import Register

MANY = 1_000_000
LINE = '<190>{at} web nginx: {ip} - - [{clf}] "GET /static/..%2f..%2fetc%2fpasswd HTTP/1.1" 404 153 "-" "curl/8.5.0"'
CONFIG = """\
[service]
state = "{folder}/state"
[exempt]
own = false
gateway = false
resolvers = false
[check."visit.path-traversal"]
mode = "enforce"
[[source]]
name = "unix"
kind = "syslog"
transport = "unix"
path = "{folder}/socket"
format = "syslog:combined"
timezone = "{zone}"
[[source]]
name = "tcp"
kind = "syslog"
transport = "tcp"
listen = "127.0.0.1:{port}"
format = "syslog:combined"
timezone = "{zone}"
"""


class House:
    """A service in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.err = folder / "err.txt"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.configure("UTC")

    def configure(self, zone: str) -> None:
        config = CONFIG.format(folder=self.folder, port=self.port, zone=zone)
        (self.folder / "pforte.toml").write_text(config)

    @contextmanager
    def running(self) -> "Iterator[subprocess.Popen[bytes]]":
        with self.err.open("ab") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "pforte", "serve", "--config", str(self.folder / "pforte.toml")],
                stdout=err,
                stderr=err,
            )
        try:
            self.wait(lambda: self.said("service.ready") or process.poll() is not None)
            yield process
        finally:
            process.kill()
            process.wait()

    def said(self, event: str) -> int:
        return self.err.read_text().count(f'"{event}"')

    def wait(self, holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < deadline, self.err.read_text()[-2000:]
            time.sleep(0.02)

    def offenders(self) -> Counter[str]:
        with Register.open(self.folder / "state", SystemClock()) as register:
            assert register.check() == []
            return Counter(str(filed.offence.address) for filed in register.offences(limit=MANY))


def message(address: str) -> bytes:
    now = SystemClock().now()
    return LINE.format(
        at=now.strftime("%b %e %H:%M:%S"), clf=now.strftime("%d/%b/%Y:%H:%M:%S +0000"), ip=address
    ).encode()


def _listens(family: int, kind: int, place: object) -> bool:
    with socket.socket(family, kind) as probe:
        return probe.connect_ex(place) == 0


def send(house: House, numbers: range) -> Counter[str]:
    """Send an attack of each number over both transports; return as soon as the kernel has them."""
    # A source that is opened again listens a moment after the log says so.
    house.wait(lambda: _listens(socket.AF_UNIX, socket.SOCK_DGRAM, str(house.folder / "socket")))
    house.wait(lambda: _listens(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", house.port)))
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as unix,
        socket.create_connection(("127.0.0.1", house.port)) as tcp,
    ):
        unix.connect(str(house.folder / "socket"))
        for number in numbers:
            unix.send(message(f"198.18.{number // 250}.{number % 250}"))
            tcp.sendall(message(f"198.19.{number // 250}.{number % 250}") + b"\n")
    return Counter(f"198.{net}.{number // 250}.{number % 250}" for net in (18, 19) for number in numbers)


@pytest.mark.system
def test_a_clean_stop_records_what_was_accepted(tmp_path: Path) -> None:
    house = House(tmp_path)
    with house.running() as process:
        sent = send(house, range(2000))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0, house.err.read_text()[-2000:]
    assert house.offenders() == sent


@pytest.mark.system
def test_reloads_that_change_a_source_lose_nothing_sent_before(tmp_path: Path) -> None:
    house = House(tmp_path)
    sent: Counter[str] = Counter()
    with house.running() as process:
        for turn in range(5):
            sent += send(house, range(turn * 300, turn * 300 + 300))
            house.configure("Europe/Berlin" if turn % 2 == 0 else "UTC")
            process.send_signal(signal.SIGHUP)
            house.wait(lambda turn=turn: house.said("settings.taken-over") > turn)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0, house.err.read_text()[-2000:]
    assert house.offenders() == sent
