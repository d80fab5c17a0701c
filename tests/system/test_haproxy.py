"""A real HAProxy denies who is in the map, from the first second of its life, and admits who was lifted."""

import http.client
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pforte.bans.ban import Action, Ban, Decision
from pforte.clock import SystemClock
from pforte.gates.gate import GateError
from pforte.gates.haproxy.gate import HaproxyGate
from pforte.gates.haproxy.runtime import RuntimeSocket
from pforte.net.addresses import parse_network

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(not shutil.which("haproxy"), reason="needs HAProxy: apt-get install haproxy"),
]

CLOCK = SystemClock()
BANNED, FREE = "192.0.2.77", "198.51.100.7"
SIX = "2001:db8:0:7::9"
CONFIG = """\
{guide}
    bind 127.0.0.1:{port}
    mode http
    timeout client 5s
    # Stands in for visitors from many places.
    http-request return status 200 content-type text/plain string hello
"""
SETTINGS = """\
[service]
state = "{folder}/state"
[gate.haproxy]
enabled = true
socket = "{folder}/admin.sock"
map = "{folder}/haproxy.map"
"""


def until(holds: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something holds; whoever waits longer has found a bug."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.02)


class Door:
    """An HAProxy with the configuration of the guide; visitors name their address in a header."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.map, self.socket = folder / "haproxy.map", folder / "admin.sock"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        guide = (Path(__file__).parents[2] / "docs" / "guides" / "haproxy.md").read_text()
        found = re.search(r"```\n(global\n.*?)```", guide, re.DOTALL)
        assert found
        text = found[1].replace("/var/lib/pforte", str(folder)).replace("/run/haproxy", str(folder))
        behind = "    http-request set-src hdr_ip(x-forwarded-for,-1) if { src 127.0.0.1 }\n    http-request return"
        config = CONFIG.format(guide=text.replace("    http-request return", behind), port=self.port)
        (folder / "haproxy.cfg").write_text(config)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = (self.folder / "haproxy.log").open("ab")
        command = ["haproxy", "-W", "-f", str(self.folder / "haproxy.cfg")]
        self._process = subprocess.Popen(command, stdout=log, stderr=log)
        log.close()
        until(lambda: self.visit(FREE))

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=20)
            self._process = None

    def reload(self) -> None:
        """Let another process take over; the master does not hear a signal that comes early in its life."""
        before = self._worker()

        def another() -> bool:
            assert self._process is not None
            if self._worker() == before:
                self._process.send_signal(signal.SIGUSR2)
                time.sleep(0.5)
            return self._worker() not in ("", before)

        until(another)

    def _worker(self) -> str:
        """Return what HAProxy says of its process, or "" while it says nothing."""
        try:
            info = RuntimeSocket(self.socket).ask("show info")
        except GateError:
            return ""
        return next(line for line in info.splitlines() if line.startswith("Pid:"))

    def visit(self, address: str) -> int:
        """Return the status that a visitor from an address gets, 0 where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/", headers={"X-Forwarded-For": address})
            answer = connection.getresponse()
            self.said = answer.read().decode()
        except OSError:
            return 0
        finally:
            connection.close()
        return answer.status


@pytest.fixture
def door() -> Iterator[Door]:
    # A path of pytest's own folders would be too long for a socket.
    with TemporaryDirectory(prefix="pf-haproxy-") as folder:
        Path(folder).chmod(0o755)
        made = Door(Path(folder))
        yield made
        made.stop()


def ban_of(network: str, **values: object) -> Ban:
    now = CLOCK.now()
    return Ban(
        network=parse_network(network),
        rung=1,
        starts=now,
        ends=now + timedelta(hours=1),
        reference="PF-7K3M-Q2XD",
        reason="visit.xss",
        **values,  # type: ignore[arg-type]
    )


def gate_of(door: Door, *exempt: str) -> HaproxyGate:
    return HaproxyGate(door.map, RuntimeSocket(door.socket), map(parse_network, exempt))


def begin(door: Door, *bans: Ban, exempt: tuple[str, ...] = ()) -> HaproxyGate:
    """Start an HAProxy with an empty map and load it."""
    door.map.touch()
    door.start()
    gate = gate_of(door, *exempt)
    gate.load(bans, CLOCK.now())
    return gate


def decide(gate: HaproxyGate, ban: Ban) -> None:
    now = CLOCK.now()
    gate.apply([Decision(sequence=1, action=Action.BEGIN, ban=ban, decided=now)], now)


def test_the_service_bans_and_lifts(door: Door) -> None:
    """The whole way: settings and configuration of the guide, a ban by hand, a denied visit, the lift."""
    (door.folder / "pforte.toml").write_text(SETTINGS.format(folder=door.folder))
    pforte = [sys.executable, "-m", "pforte", "--config", str(door.folder / "pforte.toml")]
    log = (door.folder / "pforte.log").open("wb")
    service = subprocess.Popen([*pforte, "serve"], stdout=log, stderr=log)
    log.close()
    try:
        until(door.map.exists)
        door.start()
        subprocess.run(
            [*pforte, "ban", BANNED, "--for", "1h", "--reason", "test"], check=True, capture_output=True
        )
        until(lambda: door.visit(BANNED) == 403)
        assert re.search(r"Refused, reference PF-\w{4}-\w{4}", door.said)
        assert door.visit(FREE) == 200
        told = subprocess.run([*pforte, "gates", "verify"], check=True, capture_output=True, text=True).stdout
        assert re.search(r"haproxy +\S+/haproxy\.map +1 .* the register says the same", told)
        door.stop()
        door.start()
        until(lambda: door.visit(BANNED) == 403)
        subprocess.run([*pforte, "lift", BANNED, "--reason", "test"], check=True, capture_output=True)
        until(lambda: door.visit(BANNED) == 200)
        subprocess.run(
            [*pforte, "ban", BANNED, "--for", "1h", "--reason", "x"], check=True, capture_output=True
        )
        until(lambda: door.visit(BANNED) == 403)
        subprocess.run([*pforte, "panic"], check=True, capture_output=True)
        assert door.visit(BANNED) == 200
        door.stop()
        door.start()
        assert door.visit(BANNED) == 200
        subprocess.run([*pforte, "panic", "--end"], check=True, capture_output=True)
        until(lambda: door.visit(BANNED) == 403)
    finally:
        service.send_signal(signal.SIGTERM)
        assert service.wait(timeout=30) == 0


def test_single_changes_and_prefixes(door: Door) -> None:
    gate = begin(door, ban_of("192.0.2.0/24"), ban_of(SIX), exempt=("192.0.2.78/32",))
    assert [door.visit(each) for each in (BANNED, "192.0.2.78", "2001:db8:0:7::1", "2001:db8:0:8::1")] == [
        403,
        200,
        403,
        200,
    ]
    decide(gate, ban_of(FREE))
    assert door.visit(FREE) == 403
    decide(gate, ban_of(FREE, lifted=CLOCK.now()))
    assert door.visit(FREE) == 200
    assert gate.compare([ban_of("192.0.2.0/24"), ban_of(SIX)], CLOCK.now()).agrees()


@pytest.mark.parametrize("way", ["restart", "reload"])
def test_an_haproxy_that_begins_anew_knows_the_bans(door: Door, way: str) -> None:
    """It begins with the file, and what the file does not say yet comes at the next look."""
    gate = begin(door, ban_of(BANNED))
    now = CLOCK.now()
    gate.tend(now)
    decide(gate, ban_of(SIX))
    if way == "restart":
        door.stop()
        door.start()
        assert door.visit(BANNED) == 403
        assert door.visit(SIX) == 200, "the file was written too early for this test to say anything"
        gate.tend(now)
    else:
        door.reload()
        gate.tend(now)
    assert [door.visit(each) for each in (BANNED, SIX)] == [403, 403]


def test_a_map_that_somebody_emptied_is_filled_again(door: Door) -> None:
    gate = begin(door, ban_of(BANNED))
    RuntimeSocket(door.socket).ask(f"clear map {door.map}")
    assert door.visit(BANNED) == 200
    gate.tend(CLOCK.now())
    assert door.visit(BANNED) == 403


def test_a_hundred_thousand_bans(door: Door) -> None:
    bans = [ban_of(BANNED)]
    pattern = bans[0]
    home = int(ip_network("10.0.0.0/8").network_address)
    bans += [
        Ban(
            network=ip_network((home + number * 5, 32)),
            rung=1,
            starts=pattern.starts,
            ends=pattern.ends,
            reference=f"PF-{number}",
            reason="x",
        )
        for number in range(100_000)
    ]
    gate = begin(door, *bans)
    assert [door.visit(each) for each in (BANNED, "10.0.0.5", "10.0.0.6")] == [403, 403, 200]
    decide(gate, ban_of(FREE))
    assert door.visit(FREE) == 403
    assert gate.compare([*bans, ban_of(FREE)], CLOCK.now()).agrees()


def test_a_map_that_haproxy_does_not_use_is_told(door: Door) -> None:
    door.map.touch()
    door.start()
    gate = HaproxyGate(door.folder / "other.map", RuntimeSocket(door.socket))
    with pytest.raises(GateError, match="HAProxy knows no map"):
        gate.load([], CLOCK.now())
    with pytest.raises(GateError, match="does not answer"):
        HaproxyGate(door.map, RuntimeSocket(door.folder / "no.sock")).load([], CLOCK.now())
