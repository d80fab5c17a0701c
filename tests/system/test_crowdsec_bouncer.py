"""Debian's crowdsec-firewall-bouncer pulls the bans from us and drops real packets, in network namespaces."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        os.geteuid() != 0 or not all(map(shutil.which, ("nft", "ip", "ping", "crowdsec-firewall-bouncer"))),
        reason="needs root: apt-get install crowdsec-firewall-bouncer nftables libnftables1 iproute2 iputils-ping",
    ),
]

HOUSE, ATTACKER, PERSON = "10.79.0.1", "10.79.0.66", "10.79.0.10"
CONFIG = """\
[service]
state = "{folder}/state"
[exempt]
gateway = false
[gate.crowdsec]
enabled = true
"""
BOUNCER = """\
mode: nftables
pid_dir: {folder}
update_frequency: 1s
daemonize: false
log_mode: stdout
log_level: info
api_url: http://127.0.0.1:8083/
api_key: {key}
deny_action: DROP
supported_decisions_types: [ban]
blacklists_ipv4: crowdsec-blacklists
blacklists_ipv6: crowdsec6-blacklists
nftables:
  ipv4: {{enabled: true, set-only: false, table: crowdsec, chain: crowdsec-chain}}
  ipv6: {{enabled: true, set-only: false, table: crowdsec6, chain: crowdsec6-chain}}
prometheus: {{enabled: false, listen_addr: 127.0.0.1, listen_port: 60601}}
"""


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds; whoever waits longer has found a bug."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)


@dataclass
class Street:
    """A house in which Pforte and the bouncer run, and visitors in another namespace."""

    folder: Path
    house: str
    outside: str
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        inside = ["ip", "netns", "exec", self.house, *command]
        self.processes[name] = subprocess.Popen(inside, stdout=log, stderr=log)
        log.close()

    def start_service(self) -> None:
        self.start(
            "service", sys.executable, "-m", "pforte", "serve", "--config", str(self.folder / "pforte.toml")
        )

    def start_bouncer(self) -> None:
        self.start("bouncer", "crowdsec-firewall-bouncer", "-c", str(self.folder / "bouncer.yaml"))

    def stop(self, name: str) -> None:
        process = self.processes.pop(name)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)

    def pforte(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "pforte", "--config", str(self.folder / "pforte.toml"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def ban(self, network: str, span: str) -> None:
        self.pforte("ban", network, "--for", span, "--reason", "a test")

    def admits(self, address: str) -> bool:
        """Say whether a ping from a visitor's address is answered."""
        ping = ["ping", "-n", "-q", "-c", "1", "-W", "1", "-I", address, HOUSE]
        inside = ["ip", "netns", "exec", self.outside, *ping]
        return subprocess.run(inside, capture_output=True, check=False).returncode == 0

    def days_left(self, address: str) -> float:
        """Return how long the kernel goes on dropping an address; 0 where it does not."""
        listing = ["ip", "netns", "exec", self.house, "nft", "-j", "list", "set", "ip", "crowdsec"]
        told = subprocess.run([*listing, "crowdsec-blacklists"], capture_output=True, check=True).stdout
        (held,) = [each["set"] for each in json.loads(told)["nftables"] if "set" in each]
        found = [each["elem"] for each in held.get("elem", []) if each["elem"]["val"] == address]
        return found[0]["expires"] / 86_400 if found else 0

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path, f"pf-bh-{os.getpid()}", f"pf-bo-{os.getpid()}")
    try:
        for namespace in (made.house, made.outside):
            _ip("netns", "add", namespace)
            _ip("-n", namespace, "link", "set", "lo", "up")
        _ip("-n", made.house, "link", "add", "w", "type", "veth", "peer", "name", "w", "netns", made.outside)
        for namespace, addresses in ((made.house, [HOUSE]), (made.outside, [ATTACKER, PERSON])):
            _ip("-n", namespace, "link", "set", "w", "up")
            for address in addresses:
                _ip("-n", namespace, "addr", "add", f"{address}/24", "dev", "w")
        (tmp_path / "pforte.toml").write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
        key = made.pforte("bouncer", "add", "house").strip()
        (tmp_path / "bouncer.yaml").write_text(BOUNCER.format(folder=tmp_path, key=key), encoding="utf-8")
        made.start_service()
        until(lambda: "service.ready" in made.log("service"), 30)
        yield made
    finally:
        for name in tuple(made.processes):
            made.stop(name)
        for namespace in (made.house, made.outside):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)


def test_the_bouncer_blocks_extends_and_unblocks(street: Street) -> None:
    """What stood before its start, what comes after it, a longer ban, and a lift."""
    street.ban(PERSON, "1h")
    street.start_bouncer()
    until(lambda: not street.admits(PERSON))
    assert street.admits(ATTACKER)
    street.ban(ATTACKER, "1h")
    until(lambda: not street.admits(ATTACKER))
    assert street.days_left(ATTACKER) < 1
    street.ban(ATTACKER, "300d")
    until(lambda: street.days_left(ATTACKER) > 299)
    street.pforte("lift", PERSON, "--reason", "a test")
    until(lambda: street.admits(PERSON))
    assert not street.admits(ATTACKER)
    street.pforte("lift", ATTACKER, "--reason", "a test")
    until(lambda: street.admits(ATTACKER))
    listed = json.loads(street.pforte("bouncer", "list", "--json"))
    assert listed["pulls"][0]["agent"].startswith("crowdsec-firewall-bouncer/")
    assert "level=error" not in street.log("bouncer")


def test_what_was_decided_while_the_service_was_away_is_taken_over(street: Street) -> None:
    """The bouncer goes on with the last known bans, and hears of a longer one, a new one and a lift afterwards."""
    street.start_bouncer()
    street.ban(ATTACKER, "1h")
    street.ban("10.79.0.99", "2h")
    until(lambda: not street.admits(ATTACKER) and street.days_left("10.79.0.99") > 0)
    street.stop("service")
    assert not street.admits(ATTACKER)
    street.ban(ATTACKER, "90d")
    street.ban(PERSON, "2h")
    street.pforte("lift", "10.79.0.99", "--reason", "a test")
    street.start_service()
    until(lambda: not street.admits(PERSON), 40)
    until(lambda: street.days_left(ATTACKER) > 89 and street.days_left("10.79.0.99") == 0)
    assert street.processes["bouncer"].poll() is None


def test_networks_are_warned_of(street: Street) -> None:
    """This bouncer shuts out the first address of a network only, so the operator is told its name."""
    street.start_bouncer()
    street.ban("10.79.0.64/26", "1h")
    until(
        lambda: (
            '"bouncer.ignores-networks"' in street.log("service")
            or "ignores-networks" in street.log("service")
        )
    )
    assert "house" in street.log("service")
    assert street.admits(ATTACKER)


def test_a_removed_key_is_refused_at_once(street: Street) -> None:
    street.start_bouncer()
    until(
        lambda: "last" not in street.log("bouncer") and "pulls" in street.pforte("bouncer", "list", "--json")
    )
    street.pforte("bouncer", "remove", "house")
    until(lambda: "access forbidden" in street.log("bouncer"))
    assert "bouncer.refused" in street.log("service")
