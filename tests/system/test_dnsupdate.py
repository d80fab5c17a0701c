"""A real Knot takes our updates as hidden primary, and a real NSD follows it: both list what the register bans."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rcode
import pytest

from pforte.gates.dnsupdate.content import NOTHING
from pforte.gates.dnsupdate.primary import Access, Primary
from pforte.gates.gate import GateError

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        not all(shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin") for name in ("knotd", "nsd")),
        reason="needs Knot and NSD: apt-get install knot nsd",
    ),
]

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "dnsbl.md").read_text(encoding="utf-8")
ZONE = "dnsbl.example.net"
SETTINGS = """\
[service]
state = "{folder}/state"
[exempt]
own = false
gateway = false
resolvers = false
networks = ["198.51.100.200"]
[gate.dnsbl]
zone = "dnsbl.example.net"
{guide}
"""


def snippet(first_line: str) -> str:
    """Return the block of the guide that begins with a line."""
    found = re.search(rf"```[a-z]*\n({re.escape(first_line)}\n.*?)```", GUIDE, re.DOTALL)
    assert found, first_line
    return found.group(1)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def until(holds: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something holds; whoever waits longer has found a bug."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)


@dataclass
class House:
    """Knot, NSD and the service, with what the guide tells to write into their files."""

    folder: Path
    primary: int
    secondary: int
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def fitted(self, text: str) -> str:
        changes = {
            "5300": str(self.primary), "5301": str(self.secondary), "/var/lib/knot": str(self.folder / "knot"),
            "/var/lib/nsd": str(self.folder / "nsd"), "/etc/pforte": str(self.folder),
        }  # fmt: skip
        for written, here in changes.items():
            text = text.replace(written, here)
        return text

    def start(self, name: str, *command: str) -> None:
        program = shutil.which(command[0], path=os.environ["PATH"] + ":/usr/sbin")
        assert program
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen([program, *command[1:]], stdout=log, stderr=log)

    def stop(self, name: str) -> None:
        process = self.processes.pop(name)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)

    def start_knot(self) -> None:
        self.start("knot", "knotd", "-c", str(self.folder / "knot.conf"))

    def pforte(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "pforte", "--config", str(self.folder / "pforte.toml"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def codes(self, address: str, port: int) -> list[str] | None:
        """Return the A records of an address, or None while the server is not there."""
        name = ".".join(reversed(address.split("."))) if ":" not in address else ".".join(
            reversed(socket.inet_pton(socket.AF_INET6, address).hex())
        )  # fmt: skip
        try:
            answer = dns.query.udp(dns.message.make_query(f"{name}.{ZONE}", "A"), "127.0.0.1", 1, port)
        except (OSError, dns.exception.Timeout):
            return None
        if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return None
        return sorted(record.to_text() for rrset in answer.answer for record in rrset)

    def both(self, address: str, codes: list[str]) -> bool:
        return self.codes(address, self.primary) == self.codes(address, self.secondary) == codes


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("dnsupdate")
    made = House(folder, free_port(), free_port())
    for name in ("knot", "nsd"):
        (folder / name).mkdir()
    (folder / "knot" / f"{ZONE}.zone").write_text(snippet(f"; /var/lib/knot/{ZONE}.zone"))
    (folder / "knot.conf").write_text(
        made.fitted(snippet("# knot.conf"))
        + f"database:\n    storage: {folder}/knot\nlog:\n  - target: stderr\n    any: info\n"
        + f"control:\n    listen: {folder}/knot.sock\n"
    )
    run = made.folder / "knot.conf"
    run.write_text(run.read_text().replace("server:\n", f"server:\n    rundir: {folder}\n", 1))
    (folder / "nsd.conf").write_text(
        made.fitted(snippet("# nsd.conf")).replace(
            "server:\n",
            f'server:\n    username: ""\n    zonesdir: ""\n    database: ""\n    pidfile: ""\n    xfrdir: {folder}/nsd\n'
            f"    xfrdfile: {folder}/nsd/xfrd.state\n    zonelistfile: {folder}/nsd/zones\n",
            1,
        )
        + "remote-control:\n    control-enable: no\n"
    )
    secret = re.search(r"secret: (\S+)", snippet("# knot.conf"))
    assert secret
    (folder / "dnsupdate.key").write_text(secret.group(1) + "\n")
    (folder / "pforte.toml").write_text(
        SETTINGS.format(folder=folder, guide=made.fitted(snippet("[gate.dnsupdate]")))
    )
    try:
        made.start_knot()
        made.start("nsd", "nsd", "-d", "-c", str(folder / "nsd.conf"))
        made.start("pforte", sys.executable, "-m", "pforte", "--config", str(folder / "pforte.toml"), "serve")
        until(lambda: made.both("127.0.0.2", ["127.0.0.2"]))
        yield made
    finally:
        for name in list(made.processes):
            made.stop(name)


def test_a_ban_and_a_lift_arrive_at_both(house: House) -> None:
    for network, address in (("192.0.2.77", "192.0.2.77"), ("2001:db8:0:7::/64", "2001:db8:0:7::25")):
        house.pforte("ban", network, "--for", "1h", "--reason", "test")
        until(lambda address=address: house.both(address, ["127.0.0.2"]))  # type: ignore[misc]
        house.pforte("lift", network, "--reason", "test")
        until(lambda address=address: house.both(address, []))  # type: ignore[misc]


def test_a_prefix_lists_all_but_the_exempt_address(house: House) -> None:
    house.pforte("ban", "198.51.100.0/24", "--for", "1h", "--reason", "test")
    until(lambda: house.both("198.51.100.7", ["127.0.0.2"]))
    assert house.both("198.51.100.255", ["127.0.0.2"])
    assert house.both("198.51.100.200", [])
    assert house.both("198.51.101.7", [])
    house.pforte("ban", "198.51.100.9", "--for", "2h", "--reason", "test")
    house.pforte("lift", "198.51.100.0/24", "--reason", "test")
    until(lambda: house.both("198.51.100.7", []))
    assert house.both("198.51.100.9", ["127.0.0.2"])


def test_a_primary_that_was_away_is_brought_up_to_date(house: House) -> None:
    """The gate says what troubles it, and compares the zone once the server is back."""
    house.pforte("ban", "203.0.113.1", "--for", "1h", "--reason", "test")
    until(lambda: house.both("203.0.113.1", ["127.0.0.2"]))
    house.stop("knot")
    house.pforte("ban", "203.0.113.2", "--for", "1h", "--reason", "test")
    house.pforte("lift", "203.0.113.1", "--reason", "test")
    until(lambda: "see that the server runs" in house.pforte("gates"))
    house.start_knot()
    until(lambda: house.both("203.0.113.2", ["127.0.0.2"]) and house.both("203.0.113.1", []))
    until(lambda: "see that the server runs" not in house.pforte("gates"))


def test_a_wrong_key_changes_nothing(house: House) -> None:
    stranger = Primary(
        Access(
            address="127.0.0.1",
            port=house.primary,
            key="pforte",
            algorithm="hmac-sha256",
            secret=b"x" * 32,
            timeout=5,
        )
    )
    with pytest.raises(GateError, match="cannot be changed"):
        stranger.change(ZONE, {"2.0.0.127": NOTHING}, 60)
    with pytest.raises(GateError, match="cannot be read"):
        stranger.read(ZONE)
    assert house.both("127.0.0.2", ["127.0.0.2"])
