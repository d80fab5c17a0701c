"""kill -9 at random moments loses no offence and doubles none, while a writer appends and rotates."""

import random
import shutil
import signal
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
KEPT = 60
MANY = 1_000_000
"""Rotated files that stay; what a rotation deletes while nobody reads is lost to everybody."""
INNOCENT = '203.0.113.10 - - [{at}] "GET /items?id={n} HTTP/1.1" 200 7211 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"\n'
ATTACK = (
    '{ip} - - [{at}] "GET /wp-content/..%2f..%2f..%2fetc%2fpasswd?n={n} HTTP/1.1" 404 153 "-" "curl/8.5.0"\n'
)
FAILURE = "{iso} gate sshd[4711]: Failed password for root from {ip} port {port} ssh2\n"

CONFIG = """\
[service]
state = "{state}"
[exempt]
own = false
gateway = false
resolvers = false
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
"""


class Writer(threading.Thread):
    """Appends attacks from ever new addresses, innocents between them, and rotates in both ways."""

    def __init__(self, logs: Path, seed: int) -> None:
        super().__init__(name="writer")
        self.logs = logs
        self.random = random.Random(seed)
        self.attackers: list[str] = []
        self.guessers: list[str] = []
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


def _counts(state: Path) -> "Counter[tuple[str, str]]":
    with Register.open(state, SystemClock()) as register:
        assert register.check() == []
        return Counter(
            (str(filed.offence.address), filed.offence.check) for filed in register.offences(limit=MANY)
        )


@pytest.mark.system
def test_no_offence_is_lost_or_doubled(tmp_path: Path) -> None:
    """Law 2: nothing acknowledged is lost, and reading again doubles nothing."""
    logs, state, err = tmp_path / "logs", tmp_path / "state", tmp_path / "err.txt"
    logs.mkdir()
    for name in ("access.log", "auth.log"):
        (logs / name).touch()
    config = tmp_path / "pforte.toml"
    config.write_text(CONFIG.format(state=state, logs=logs))
    process = _start(config, err)
    _wait_until_it_knows_its_files(process, state, err)
    writer = Writer(logs, seed=11)
    writer.start()
    process.kill()
    process.wait()
    moments = random.Random(5)
    for _ in range(KILLS):
        process = _start(config, err)
        time.sleep(0.5 + moments.random() * 2.0)
        assert process.poll() is None, err.read_text()[-2000:]
        process.kill()
        process.wait()
    writer.stop.set()
    writer.join()
    wanted = Counter((address, "visit.path-traversal") for address in writer.attackers)
    wanted.update((address, "visit.ssh-password") for address in writer.guessers)
    process = _start(config, err)
    deadline = time.monotonic() + 60
    seen: Counter[tuple[str, str]] = Counter()
    while time.monotonic() < deadline and seen != wanted:
        time.sleep(1)
        seen = _counts(state)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0, err.read_text()[-2000:]
    seen = _counts(state)
    assert writer.rotations > 10
    assert seen - wanted == Counter(), "doubled"
    assert wanted - seen == Counter(), "lost"
