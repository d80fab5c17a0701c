"""Every gate of one service, each asked the same: is this network refused?

The house is a network namespace with the service and a real HAProxy in it; its firewall is asked by real packets from
another namespace, where every address of two large networks can be a visitor's. :data:`GATES` names all that can be
asked, and :meth:`House.questioner` makes what asks one of them, as the software would for which the gate is.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path

import dns.rdatatype
from namespaces import inside, ip
from questioners import (
    FORMS,
    KEY,
    KNOCK_PORT,
    ZONE,
    BlockList,
    Bouncer,
    FileReader,
    LiveBouncer,
    Packets,
    Policy,
    Questioner,
    Socketmap,
    UnansweredError,
    Web,
)

from pforte.clock import SystemClock
from pforte.net.addresses import Network
from pforte.register.store import Register

HERE = os.geteuid() == 0 and all(map(shutil.which, ("nft", "ip", "haproxy")))
NEEDS = "needs root, nft, ip and haproxy: apt-get install nftables libnftables1 iproute2 haproxy"

VISITORS_V4, VISITORS_V6 = ip_network("198.18.0.0/15"), ip_network("2001:db8::/32")
"""Where visitors come from: every address of these can be banned and can knock at the firewall."""

DOOR_PORT = 8000
_HOUSE, _STREET = ("10.78.0.1", "10.78.0.2"), ("fd78::1", "fd78::2")

SETTINGS = f"""\
[service]
state = "{{folder}}/state"
[log]
format = "json"
[exempt]
own = false
gateway = false
resolvers = false
[[source]]
path = "{{folder}}/access.log"
format = "combined"
start = "beginning"
[gate.nftables]
enabled = true
action = "reject"
[gate.files]
enabled = true
folder = "{{folder}}/files"
kinds = {json.dumps(list(FORMS))}
[gate.haproxy]
enabled = true
socket = "{{folder}}/admin.sock"
map = "{{folder}}/haproxy.map"
[gate.http]
enabled = true
[gate.postfix]
enabled = true
[gate.dnsbl]
enabled = true
zone = "{ZONE}"
servers = ["ns.example.org"]
mailbox = "hostmaster.example.org"
[gate.crowdsec]
enabled = true
"""
ATTACK = '{address} - - [{at}] "GET /static/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1" 404 153 "-" "curl/8.5.0"\n'


class House:
    """The namespaces, the service and the HAProxy.

    Args:
        folder: short enough for the path of a socket.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.log = folder / "access.log"
        self.err = folder / "service.log"
        self.config = folder / "pforte.toml"
        self._inside, self._outside = f"pf-all-{os.getpid()}", f"pf-street-{os.getpid()}"
        self.service: subprocess.Popen[bytes] | None = None
        self._door: subprocess.Popen[bytes] | None = None
        self._listeners: list[socket.socket] = []

    def build(self) -> None:
        """Make the namespaces and start everything."""
        self._lay_wire()
        self.folder.chmod(0o755)
        self.log.touch()
        self.config.write_text(SETTINGS.format(folder=self.folder), encoding="utf-8")
        self.pforte("bouncer", "add", "edge", "--key", "-", given=KEY)
        self.start()
        until((self.folder / "haproxy.map").exists, "the map is written")
        self._start_door()
        free = ip_network("198.18.0.1/32")
        for name in GATES:
            questioner = self.questioner(name)
            until(lambda asked=questioner: _answers(asked, free), f"{name} answers")
            questioner.close()
        until(lambda: "HAProxy" not in self.pforte("gates"), "HAProxy's map is loaded")

    def tear_down(self) -> None:
        """End everything."""
        for process in (self.service, self._door):
            if process is not None and process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        for listener in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)  # which ends who waits for visitors
            listener.close()
        for namespace in (self._inside, self._outside):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)

    def start(self) -> None:
        """Start the service and wait until it says that it is ready."""
        before = self.times_said("service.ready")
        command = [sys.executable, "-m", "pforte", "serve", "--config", str(self.config)]
        with self.err.open("ab") as err, inside(self._inside):
            self.service = subprocess.Popen(command, stdout=err, stderr=err)
        until(lambda: self._is_up() and self.times_said("service.ready") > before, "pforte is ready")

    def kill(self) -> None:
        """End the service as a crash would."""
        assert self.service is not None
        self.service.kill()
        self.service.wait()

    def times_said(self, event: str) -> int:
        """Return how often the service's log names an event."""
        return self.err.read_text().count(f'"event": "{event}"') if self.err.exists() else 0

    def pforte(self, *arguments: str, given: str = "") -> str:
        """Run a command of pforte and return what it prints."""
        command = [sys.executable, "-m", "pforte", "--config", str(self.config), *arguments]
        with inside(self._inside):
            done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"pforte {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def offend(self, *addresses: str, at: str) -> None:
        """Append an attack of each address to the log that the service follows.

        Args:
            addresses: who attacks.
            at: the moment in the form of the log.
        """
        with self.log.open("a", encoding="utf-8") as log:
            log.write("".join(ATTACK.format(address=address, at=at) for address in addresses))

    def last_decision(self) -> datetime:
        """Return the moment of the register's latest decision."""
        with Register.open(self.state, SystemClock()) as register:
            return register.journal(register.snapshot().sequence - 1)[0].decided

    def questioner(self, gate: str) -> Questioner:
        """Return what asks one of :data:`GATES`."""
        return GATES[gate](self)

    # Each gate's questioner.

    def packets(self) -> Questioner:
        return Packets(self._outside, {4: _HOUSE[0], 6: _STREET[0]})

    def web(self) -> Questioner:
        return Web(self._inside, 8081, "/nginx")

    def door(self) -> Questioner:
        return Web(self._inside, DOOR_PORT, "/")

    def policy(self) -> Questioner:
        return Policy(self._inside, 10040)

    def socketmap(self) -> Questioner:
        return Socketmap(self._inside, 10041)

    def dns(self, kind: str, *, tcp: bool) -> Questioner:
        return BlockList(self._inside, dns.rdatatype.from_text(kind), tcp=tcp)

    def bouncer(self) -> Questioner:
        return Bouncer(self._inside)

    def live_bouncer(self) -> Questioner:
        return LiveBouncer(self._inside, 8083)

    def file(self, kind: str) -> Questioner:
        name, form = FORMS[kind]
        return FileReader(self.folder / "files" / name, form)

    # Building it.

    def _is_up(self) -> bool:
        assert self.service is not None
        if self.service.poll() is not None:
            raise RuntimeError(f"pforte ended: {self.err.read_text()[-2000:]}")
        return True

    def _lay_wire(self) -> None:
        for namespace in (self._inside, self._outside):
            ip("netns", "add", namespace)
            ip("-n", namespace, "link", "set", "lo", "up")
        wire = ("link", "add", "w", "type", "veth", "peer", "name", "w", "netns", self._outside)
        ip("-n", self._inside, *wire)
        for place, namespace in enumerate((self._inside, self._outside)):
            ip("-n", namespace, "link", "set", "w", "up")
            ip("-n", namespace, "addr", "add", f"{_HOUSE[place]}/24", "dev", "w")
            ip("-n", namespace, "addr", "add", f"{_STREET[place]}/64", "dev", "w", "nodad")
        for visitors, gateway in ((VISITORS_V4, _HOUSE[1]), (VISITORS_V6, _STREET[1])):
            ip("-n", self._inside, "route", "add", str(visitors), "via", gateway)
            ip("-n", self._outside, "route", "add", "local", str(visitors), "dev", "lo")
        with inside(self._inside):
            for family, address in ((socket.AF_INET, _HOUSE[0]), (socket.AF_INET6, _STREET[0])):
                listener = socket.socket(family, socket.SOCK_STREAM)
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((address, KNOCK_PORT))
                listener.listen(4096)
                self._listeners.append(listener)
                threading.Thread(target=_welcome, args=(listener,), daemon=True).start()

    def _start_door(self) -> None:
        """Start HAProxy with the configuration of the guide; visitors name their address in a header."""
        guide = (Path(__file__).parents[2] / "docs" / "guides" / "haproxy.md").read_text(encoding="utf-8")
        found = re.search(r"```\n(global\n.*?)```", guide, re.DOTALL)
        assert found
        text = found[1].replace("/var/lib/pforte", str(self.folder)).replace("/run/haproxy", str(self.folder))
        behind = "    http-request set-src hdr_ip(x-forwarded-for,-1) if { src 127.0.0.1 }\n    http-request return"
        config = self.folder / "haproxy.cfg"
        config.write_text(
            f"{text.replace('    http-request return', behind)}\n    bind 127.0.0.1:{DOOR_PORT}\n    mode http\n"
            "    timeout client 60s\n    http-request return status 200 content-type text/plain string hello\n",
            encoding="utf-8",
        )
        with (self.folder / "haproxy.log").open("ab") as log, inside(self._inside):
            self._door = subprocess.Popen(["haproxy", "-db", "-f", str(config)], stdout=log, stderr=log)


GATES: dict[str, Callable[[House], Questioner]] = {
    "nftables": House.packets,
    "http": House.web,
    "postfix policy": House.policy,
    "postfix socketmap": House.socketmap,
    "dnsbl A udp": lambda house: house.dns("A", tcp=False),
    "dnsbl A tcp": lambda house: house.dns("A", tcp=True),
    "dnsbl TXT udp": lambda house: house.dns("TXT", tcp=False),
    "dnsbl TXT tcp": lambda house: house.dns("TXT", tcp=True),
    "crowdsec stream": House.bouncer,
    "crowdsec live": House.live_bouncer,
    "haproxy": House.door,
    **{f"files {kind}": lambda house, kind=kind: house.file(kind) for kind in FORMS},  # type: ignore[misc]
}
"""What asks each gate."""

ANSWERING = tuple(name for name in GATES if name.startswith(("http", "postfix", "dnsbl", "crowdsec")))
"""The gates that answer from within the service, and are silent while it is down."""


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """Run a house with every gate."""
    made = House(folder)
    try:
        made.build()
        yield made
    finally:
        made.tear_down()


def until(holds: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() >= deadline:
            raise AssertionError(f"it never came to hold: {what}")
        time.sleep(0.02)


def _welcome(listener: socket.socket) -> None:
    """Take visitors in, lest they fill the room of those who wait."""
    with suppress(OSError):
        while True:
            listener.accept()[0].close()


def _answers(questioner: Questioner, network: Network) -> bool:
    with suppress(UnansweredError):
        return not questioner.refuses(network)
    return False
