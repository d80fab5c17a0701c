"""kill -9 at random moments loses no offence and doubles none, while a writer appends and rotates.

Between the kills come reloads that change a source, clean stops, claims that wait for a proof, and syslog.
"""

import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from pforte.clock import SystemClock
from pforte.register.store import Register

KILLS = 50
CLEAN = 5
"""After each so many kills one clean stop."""
KEPT = 60
MANY = 1_000_000
"""Rotated files that stay; what a rotation deletes while nobody reads is lost to everybody."""
INNOCENT = '203.0.113.10 - - [{at}] "GET /items?id={n} HTTP/1.1" 200 7211 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"\n'
ATTACK = (
    '{ip} - - [{at}] "GET /wp-content/..%2f..%2f..%2fetc%2fpasswd?n={n} HTTP/1.1" 404 153 "-" "curl/8.5.0"\n'
)
CLAIM = (
    '{ip} - - [{at}] "GET {target}?n={n} HTTP/1.1" 404 153 "-" '
    '"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"\n'
)
TARGETS = ("/items", "/wp-content/..%2f..%2f..%2fetc%2fpasswd")
"""What who claims to be a crawler asks for: the first is an offence of the claim only, the second of its own."""
MESSAGE = (
    '<190>{stamp} web nginx: {ip} - - [{at}] "GET /static/..%2f..%2fetc%2fpasswd HTTP/1.1" 404 153 "-" "-"\n'
)
FAILURE = "{iso} gate sshd[4711]: Failed password for root from {ip} port {port} ssh2\n"

CONFIG = """\
[service]
state = "{state}"
[exempt]
own = false
gateway = false
resolvers = false
[dns]
servers = ["127.0.0.1"]
port = 9
timeout = "1s"
[check."visit.path-traversal"]
mode = "enforce"
[check."visit.ssh-password"]
mode = "enforce"
count = 5
window = "1h"
[[source]]
path = "{logs}/access.log"
format = "combined"
start = "beginning"
[[source]]
path = "{logs}/auth.log"
format = "syslog"
start = "beginning"
timezone = "{zone}"
[[source]]
name = "net"
kind = "syslog"
transport = "tcp"
listen = "127.0.0.1:{port}"
format = "syslog:combined"
timezone = "{zone}"
"""


class Writer(threading.Thread):
    """Appends attacks from ever new addresses, some that claim to be a crawler, innocents, and rotates in both ways."""

    def __init__(self, logs: Path, seed: int) -> None:
        super().__init__(name="writer")
        self.logs = logs
        self.random = random.Random(seed)
        self.attackers: list[str] = []
        self.guessers: list[str] = []
        self.claimants: list[str] = []
        self.stop = threading.Event()
        self.rotations = 0

    def run(self) -> None:
        while not self.stop.is_set():
            self._write()
            if self.random.random() < 0.005:
                self._rotate(self.random.choice(("access.log", "auth.log")))
            time.sleep(self.random.random() * 0.02)

    def _write(self) -> None:
        now = SystemClock().now()
        clf = now.strftime("%d/%b/%Y:%H:%M:%S +0000")
        with (self.logs / "access.log").open("a") as log:
            for _ in range(self.random.randrange(1, 4)):
                n = len(self.attackers)
                log.write(INNOCENT.format(at=clf, n=n))
                address = f"198.18.{n // 250}.{n % 250 + 1}"
                self.attackers.append(address)
                log.write(ATTACK.format(ip=address, at=clf, n=n))
            if self.random.random() < 0.2:
                n = len(self.claimants)
                address = f"198.51.{n // 250}.{n % 250 + 1}"
                self.claimants.append(address)
                log.write(CLAIM.format(ip=address, at=clf, n=n, target=TARGETS[n % 2]))
        address = f"198.19.{len(self.guessers) // 250}.{len(self.guessers) % 250 + 1}"
        self.guessers.append(address)
        for port in range(5):
            with (self.logs / "auth.log").open("a") as log:
                log.write(
                    FAILURE.format(iso=now.isoformat(timespec="microseconds"), ip=address, port=40000 + port)
                )

    def _rotate(self, name: str) -> None:
        self.rotations += 1
        log = self.logs / name
        for number in range(KEPT, 0, -1):
            old = self.logs / f"{name}.{number}"
            if old.exists():
                old.rename(self.logs / f"{name}.{number + 1}")
        if self.random.random() < 0.5:
            log.rename(self.logs / f"{name}.1")
            log.touch()
        else:
            shutil.copy2(log, self.logs / f"{name}.1")
            with log.open("r+") as opened:
                opened.truncate(0)


def _start(config: Path, err: Path) -> "subprocess.Popen[bytes]":
    with err.open("ab") as stderr:
        return subprocess.Popen(
            [sys.executable, "-m", "pforte", "serve", "--config", str(config)], stdout=stderr, stderr=stderr
        )


def _wait_until_it_knows_its_files(process: "subprocess.Popen[bytes]", state: Path, err: Path) -> None:
    """From its first recorded position on the service finds every file again; before it, it knows of none."""
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, err.read_text()[-2000:]
        assert time.monotonic() < deadline, err.read_text()[-2000:]
        if (state / "register.sqlite").exists() and b"service.ready" in err.read_bytes():
            with Register.open(state, SystemClock()) as register:
                if len(register.positions()) == 2:
                    return
        time.sleep(0.05)


def _keeps_hangups(process: int) -> bool:
    """Say whether SIGHUP (signal 1, the lowest bit) is caught, or it alone is held back.

    The C library holds back every signal for the moment in which it makes a thread.
    """
    status = dict(
        line.split(":\t", 1)
        for line in Path(f"/proc/{process}/status").read_text().splitlines()
        if ":\t" in line
    )
    return int(status["SigBlk"], 16) == 1 or bool(int(status["SigCgt"], 16) & 1)


class House:
    """The service in a process of its own, its settings, and a sender of syslog."""

    def __init__(self, folder: Path) -> None:
        self.logs, self.state, self.err = folder / "logs", folder / "state", folder / "err.txt"
        self.logs.mkdir()
        for name in ("access.log", "auth.log"):
            (self.logs / name).touch()
        self.config = folder / "pforte.toml"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.sent: list[str] = []
        self.zone = "UTC"
        self.configure()

    def configure(self) -> None:
        text = CONFIG.format(state=self.state, logs=self.logs, zone=self.zone, port=self.port)
        self.config.write_text(text)

    def start(self) -> "subprocess.Popen[bytes]":
        return _start(self.config, self.err)

    def reload(self, process: "subprocess.Popen[bytes]") -> None:
        """Change two sources and say so as soon as it does not end the program, mostly long before it is ready."""
        deadline = time.monotonic() + 60
        while not _keeps_hangups(process.pid):
            assert time.monotonic() < deadline, self.err.read_text()[-2000:]
            time.sleep(0.01)
        self.zone = "Europe/Berlin" if self.zone == "UTC" else "UTC"
        self.configure()
        process.send_signal(signal.SIGHUP)

    def send(self) -> None:
        """Send attacks by syslog."""
        now = SystemClock().now()
        with socket.create_connection(("127.0.0.1", self.port)) as sender:
            for _ in range(50):
                address = f"198.20.{len(self.sent) // 250}.{len(self.sent) % 250 + 1}"
                self.sent.append(address)
                sender.sendall(
                    MESSAGE.format(
                        stamp=now.strftime("%b %e %H:%M:%S"),
                        at=now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
                        ip=address,
                    ).encode()
                )

    def stop_cleanly(self, process: "subprocess.Popen[bytes]") -> None:
        """Send by syslog as soon as it listens, and end it at once: a kill would lose what only we knew."""
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None, self.err.read_text()[-2000:]
            assert time.monotonic() < deadline, self.err.read_text()[-2000:]
            try:
                self.send()
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0, self.err.read_text()[-2000:]

    def counts(self) -> "Counter[tuple[str, str]]":
        """Return how often each address was recorded for each check, claims that wait for their proof included."""
        with Register.open(self.state, SystemClock()) as register:
            assert register.check() == []
            waiting = [claim.offence for claim in register.pending_claims(1_000_000)]
            recorded = [filed.offence for filed in register.offences(limit=MANY)]
        return Counter((str(offence.address), offence.check) for offence in (*recorded, *waiting))


@pytest.mark.system
def test_no_offence_is_lost_or_doubled(tmp_path: Path) -> None:
    """Law 2: nothing acknowledged is lost, and reading again doubles nothing."""
    house = House(tmp_path)
    process = house.start()
    _wait_until_it_knows_its_files(process, house.state, house.err)
    writer = Writer(house.logs, seed=11)
    writer.start()
    process.kill()
    process.wait()
    moments = random.Random(5)
    for turn in range(KILLS):
        process = house.start()
        time.sleep(moments.random())
        house.reload(process)
        time.sleep(0.5 + moments.random())
        assert process.poll() is None, house.err.read_text()[-2000:]
        if turn % CLEAN == 0:
            house.stop_cleanly(process)
        process.kill()
        process.wait()
    writer.stop.set()
    writer.join()
    wanted = Counter((address, "visit.path-traversal") for address in (*writer.attackers, *house.sent))
    wanted.update((address, "visit.impersonated-crawler") for address in writer.claimants[::2])
    wanted.update((address, "visit.path-traversal") for address in writer.claimants[1::2])
    wanted.update((address, "visit.ssh-password") for address in writer.guessers)
    process = house.start()
    deadline = time.monotonic() + 60
    seen: Counter[tuple[str, str]] = Counter()
    while time.monotonic() < deadline and seen != wanted:
        time.sleep(1)
        seen = house.counts()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0, house.err.read_text()[-2000:]
    seen = house.counts()
    assert writer.rotations > 10
    assert len(writer.claimants) > 10
    assert seen - wanted == Counter(), "doubled"
    assert wanted - seen == Counter(), "lost"
