"""The whole journey with real peers: a request to nginx, its log line, the ban, the dropped packet, the lift."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        os.geteuid() != 0 or not all(map(shutil.which, ("nft", "ip", "nginx", "curl"))),
        reason="needs root, nft, ip, nginx and curl: apt-get install nftables libnftables1 iproute2 nginx-light curl",
    ),
]

HOUSE, ATTACKER, PERSON = "10.78.0.1", "10.78.0.66", "10.78.0.10"
NGINX = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{ access_log {folder}/access.log combined; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 10.78.0.1:80; location / {{ return 200 "hello"; }} }} }}
"""
CONFIG = """\
[service]
state = "{folder}/state"
[exempt]
gateway = false
[[source]]
path = "{folder}/access.log"
[gate.nftables]
enabled = true
"""


@dataclass
class Street:
    """A house with nginx and Pforte, and a wire to visitors in another namespace."""

    folder: Path
    house: str
    outside: str
    processes: list["subprocess.Popen[bytes]"]

    def start(self, namespace: str, *command: str) -> "subprocess.Popen[bytes]":
        log = (self.folder / "processes.log").open("ab")
        process = subprocess.Popen(["ip", "netns", "exec", namespace, *command], stdout=log, stderr=log)
        log.close()
        self.processes.append(process)
        return process

    def visit(self, address: str, path: str) -> bool:
        """Ask the house for a path from one address; say whether it answered within a second."""
        command = ["curl", "-s", "-m", "1", "--path-as-is", "--interface", address, f"http://{HOUSE}{path}"]
        done = subprocess.run(
            ["ip", "netns", "exec", self.outside, *command], capture_output=True, check=False
        )
        return done.returncode == 0 and done.stdout == b"hello"

    def pforte(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "pforte", "--config", str(self.folder / "pforte.toml"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def said(self, event: str) -> bool:
        return f'"event": "{event}"' in (self.folder / "processes.log").read_text()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path, f"pf-h-{os.getpid()}", f"pf-o-{os.getpid()}", [])
    try:
        for namespace in (made.house, made.outside):
            _ip("netns", "add", namespace)
            _ip("-n", namespace, "link", "set", "lo", "up")
        _ip("-n", made.house, "link", "add", "w", "type", "veth", "peer", "name", "w", "netns", made.outside)
        for namespace, addresses in ((made.house, [HOUSE]), (made.outside, [ATTACKER, PERSON])):
            _ip("-n", namespace, "link", "set", "w", "up")
            for address in addresses:
                _ip("-n", namespace, "addr", "add", f"{address}/24", "dev", "w")
        (tmp_path / "nginx.conf").write_text(NGINX.format(folder=tmp_path))
        (tmp_path / "pforte.toml").write_text(CONFIG.format(folder=tmp_path))
        (tmp_path / "access.log").touch()
        tmp_path.chmod(0o755)
        made.start(made.house, "nginx", "-c", str(tmp_path / "nginx.conf"))
        made.start(
            made.house, sys.executable, "-m", "pforte", "serve", "--config", str(tmp_path / "pforte.toml")
        )
        until(lambda: made.said("service.ready") and made.said("gate.loaded") and made.visit(PERSON, "/"), 30)
        yield made
    finally:
        for process in reversed(made.processes):
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
        for namespace in (made.house, made.outside):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def until(holds: "object", seconds: float) -> None:
    """Wait until something holds; whoever waits longer has found a bug."""
    deadline = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)


def test_an_attack_is_shut_out_and_a_person_is_not(street: Street) -> None:
    """One traversal, and the network's next packet is dropped; the neighbour browses on; a lift opens again."""
    assert street.visit(ATTACKER, "/")
    street.visit(ATTACKER, "/static/..%2f..%2f..%2fetc%2fpasswd")
    until(lambda: not street.visit(ATTACKER, "/"), 10)
    assert street.visit(PERSON, "/items?q=O%27Brien")
    status = json.loads(street.pforte("status", "--json", ATTACKER))
    assert status["banned"] is True
    assert status["rung"] == 1
    told = street.pforte("explain", status["reference"])
    assert "visit.path-traversal" in told
    assert "passwd" in told
    street.pforte("lift", ATTACKER, "--reason", "a test")
    until(lambda: street.visit(ATTACKER, "/"), 10)
    assert json.loads(street.pforte("status", "--json", ATTACKER))["banned"] is False


def test_bans_survive_a_restart_of_the_service(street: Street) -> None:
    """The firewall is loaded from the register before the first line is read."""
    street.visit(ATTACKER, "/.git/config")
    until(lambda: not street.visit(ATTACKER, "/"), 10)
    service = street.processes.pop()
    service.send_signal(signal.SIGTERM)
    assert service.wait(timeout=30) == 0
    assert not street.visit(ATTACKER, "/")
    subprocess.run(
        ["ip", "netns", "exec", street.house, "nft", "delete", "table", "inet", "pforte"], check=True
    )
    assert street.visit(ATTACKER, "/")
    config = str(street.folder / "pforte.toml")
    street.start(street.house, sys.executable, "-m", "pforte", "serve", "--config", config)
    until(lambda: not street.visit(ATTACKER, "/"), 20)
    assert street.visit(PERSON, "/")


def test_a_panic_opens_the_firewall_over_restarts(street: Street) -> None:
    """One command lets everybody in, a new service keeps it so, and the end shuts out again who is banned."""

    def inside(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "pforte", "--config", str(street.folder / "pforte.toml"), *arguments]
        netns = ["ip", "netns", "exec", street.house, *command]
        return subprocess.run(netns, capture_output=True, text=True, check=False)

    street.visit(ATTACKER, "/.git/config")
    until(lambda: not street.visit(ATTACKER, "/"), 10)
    verified = inside("gates", "verify")
    assert (verified.returncode, "the register says the same" in verified.stdout) == (0, True), verified
    assert json.loads(inside("gates", "--json").stdout.splitlines()[0])["refused"] > 0
    said = inside("panic", "--reason", "a test")
    assert said.returncode == 0, said
    assert street.visit(ATTACKER, "/")
    service = street.processes.pop()
    service.send_signal(signal.SIGTERM)
    assert service.wait(timeout=30) == 0
    config = str(street.folder / "pforte.toml")
    street.start(street.house, sys.executable, "-m", "pforte", "serve", "--config", config)
    log = street.folder / "processes.log"
    until(lambda: log.read_text().count('"event": "gate.stands-open"') == 2, 20)
    assert street.visit(ATTACKER, "/")
    assert inside("gates", "verify").returncode == 0
    assert "PANIC" in inside("gates").stderr
    assert inside("panic", "--end").returncode == 0
    until(lambda: not street.visit(ATTACKER, "/"), 10)
    assert street.visit(PERSON, "/")
