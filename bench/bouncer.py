"""100,000 bans for CrowdSec bouncers: the stream of a start and a live question, beside Debian's crowdsec."""

import http.client
import json
import os
import socket
import sys
import tempfile
import time
from ipaddress import IPv4Address
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import house
from measure import RUNS, Row, median, percentile
from pforte.clock import SystemClock
from pforte.gates.crowdsec.keys import digest_of
from pforte.register import Register
from restore import BANS, FIRST, fill

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "system"))

import crowdsec_api

QUESTIONS = 2_000
THEIR_QUESTIONS = 60
PEER = "crowdsec (Debian)"


class Bouncer:
    """Asks one Local API over one connection, as a bouncer does."""

    def __init__(self, url: str, key: str) -> None:
        place = urlsplit(url)
        self._connection = http.client.HTTPConnection(place.netloc, timeout=120)
        self._headers = {"X-Api-Key": key, "User-Agent": "crowdsec-firewall-bouncer/v0.0.34"}
        self._socket = socket.create_connection((place.hostname, place.port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = "".join(f"{name}: {value}\r\n" for name, value in self._headers.items())

    def get(self, target: str) -> tuple[float, bytes]:
        """Return the seconds until the whole answer was there, and its body."""
        start = time.perf_counter()
        self._connection.request("GET", target, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - start
        if answer.status != 200:
            raise RuntimeError(f"{target}: {answer.status} {body[:200]!r}")
        return seconds, body

    def ask(self, target: str) -> tuple[float, bytes]:
        """Do what :meth:`get` does for a short answer, with a client that costs next to nothing itself."""
        start = time.perf_counter()
        self._socket.sendall(f"GET {target} HTTP/1.1\r\nHost: bench\r\n{self._head}\r\n".encode())
        said = self._socket.recv(65_536)
        head, _, body = said.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += self._socket.recv(65_536)
        seconds = time.perf_counter() - start
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"{target}: {said[:200]!r}")
        return seconds, body

    def stream(self) -> float:
        """Return the seconds that a start takes."""
        seconds, body = self.get("/v1/decisions/stream?startup=true")
        held = len(json.loads(body)["new"])
        if held != BANS:
            raise RuntimeError(f"{held} of {BANS} bans were told")
        return seconds

    def live(self, count: int) -> list[float]:
        """Return the seconds of questions about banned addresses and others in turn."""
        draw = Random(1)
        found = []
        for number in range(count):
            address = IPv4Address(FIRST + draw.randrange(BANS) + (number % 2) * (1 << 24))
            seconds, body = self.ask(f"/v1/decisions?ip={address}")
            if (body == b"null") != bool(number % 2):
                raise RuntimeError(f"{address}: {body[:200]!r}")
            found.append(seconds)
        return found


def measure() -> list[Row]:
    if os.geteuid() != 0:
        print("bouncer needs root: left out")
        return []
    folder = house.fresh("bouncer")
    port = crowdsec_api.free_port()
    with (folder / "pforte.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'[gate.crowdsec]\nenabled = true\nlisten = "127.0.0.1:{port}"\n')
    config = folder / "pforte.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("[gate.nftables]\nenabled = true\n", ""), encoding="utf-8"
    )
    fill(folder / "state")
    with Register.open(folder / "state", SystemClock()) as register:
        register.add_bouncer("edge", digest_of(crowdsec_api.KEY))
    service = house.Service([], folder)
    try:
        service.event("gate.loaded")
        ours = Bouncer(f"http://127.0.0.1:{port}", crowdsec_api.KEY)
        return _beside(ours)
    finally:
        service.stop()


def _beside(ours: Bouncer) -> list[Row]:
    if not crowdsec_api.HERE:
        print("without crowdsec beside it: as root, bash tests/system/packages.sh unpacks it")
        return _rows([ours.stream() for _ in range(RUNS)], ours.live(QUESTIONS), [], [])
    with tempfile.TemporaryDirectory() as name, crowdsec_api.running(Path(name)) as api:
        _fill(api, Path(name))
        theirs = Bouncer(api.url, crowdsec_api.KEY)
        streams, their_streams, lives, their_lives = [], [], [], []
        for _ in range(RUNS):
            streams.append(ours.stream())
            their_streams.append(theirs.stream())
            lives += ours.live(QUESTIONS // RUNS)
            their_lives += theirs.live(THEIR_QUESTIONS // RUNS)
    return _rows(streams, lives, their_streams, their_lives)


def _fill(api: crowdsec_api.Api, folder: Path) -> None:
    """Import the same addresses into the peer."""
    file = folder / "bans.json"
    bans = [
        {
            "duration": "167h",
            "reason": "visit.path-traversal",
            "scope": "Ip",
            "type": "ban",
            "value": str(address),
        }
        for address in map(IPv4Address, range(FIRST, FIRST + BANS))
    ]
    file.write_text(json.dumps(bans), encoding="utf-8")
    api.cscli("decisions", "import", "-i", str(file))


def _rows(
    streams: list[float], lives: list[float], their_streams: list[float], their_lives: list[float]
) -> list[Row]:
    stream, live = median(streams), 1 / (sum(lives) / len(lives))
    their_stream = median(their_streams) if their_streams else None
    their_live = 1 / (sum(their_lives) / len(their_lives)) if their_lives else None
    faster = their_stream / stream if their_stream else None
    more = live / their_live if their_live else None
    return [
        Row(
            "bouncer-stream-100k",
            "s",
            stream,
            their_stream,
            PEER if their_stream else "",
            None,
            faster,
            "< 0.3 and 10 times as fast",
            stream < 0.3 and (faster is None or faster >= 10),
            "the stream of a start over HTTP, read to its end; the ratio is how many times as fast",
        ),
        Row(
            "bouncer-live",
            "questions/s",
            live,
            their_live,
            PEER if their_live else "",
            None,
            more,
            "200 times as many",
            more is None or more >= 200,
            f"one connection, one question after another; 99 % within {percentile(lives, 0.99) * 1000:.2f} ms",
        ),
    ]
