"""Start with 100,000 bans in the register: how long until nftables holds them, and how much memory it takes."""

import os
import subprocess
import time
from datetime import timedelta
from ipaddress import IPv4Address, ip_network
from pathlib import Path

import house
import peers
from measure import RUNS, WORK, Row, median
from pforte.bans.offence import Kind, Offence
from pforte.clock import SystemClock
from pforte.register.batch import Batch, Entry
from pforte.register.store import Register

BANS = 100_000
FIRST = int(IPv4Address("10.0.0.0"))


def fill(state: Path) -> None:
    """Put 100,000 bans of single addresses into a register."""
    clock = SystemClock()
    now = clock.now() - timedelta(seconds=1)
    with Register.open(state, clock) as register:
        for begin in range(0, BANS, 5000):
            register.record(Batch(entries=tuple(_entry(FIRST + n, now) for n in range(begin, begin + 5000))))


def _entry(number: int, now: "object") -> Entry:
    address = IPv4Address(number)
    return Entry(
        offence=Offence(
            network=ip_network(address),
            address=address,
            kind=Kind.ATTACK,
            check="visit.path-traversal",
            at=now,
            service="http",
            source="access.log",
            line=1,
            evidence=b"GET /../../etc/passwd",  # type: ignore[arg-type]
        )
    )


def _limit(inside: list[str]) -> float:
    """Return the seconds one nft file with the same elements takes."""
    elements = ", ".join(f"{IPv4Address(FIRST + n)} timeout 3500s" for n in range(BANS))
    file = WORK / "limit.nft"
    file.write_text(
        "table inet bound { set hosts { type ipv4_addr; flags timeout; size 1048576; }; }\n"
        f"add element inet bound hosts {{ {elements} }}\n",
        encoding="ascii",
    )
    start = time.perf_counter()
    subprocess.run([*inside, "nft", "-f", str(file)], check=True)
    seconds = time.perf_counter() - start
    subprocess.run([*inside, "nft", "delete", "table", "inet", "bound"], check=True)
    return seconds


def measure() -> list[Row]:
    if os.geteuid() != 0 or not peers.here("nft"):
        print("restore needs root and nft (Debian package nftables): left out")
        return []
    folder = house.fresh("restore")
    fill(folder / "state")
    seconds: list[float] = []
    limits: list[float] = []
    memory: list[float] = []
    with house.namespace() as inside:
        for _ in range(RUNS):
            limits.append(_limit(inside))
            service = house.Service(inside, folder)
            seconds.append(float(str(service.event("gate.loaded")["seconds"])))
            listed = subprocess.run(
                [*inside, "nft", "list", "table", "inet", "pforte"], check=True, capture_output=True
            )
            held = listed.stdout.count(b"expires")
            time.sleep(1)
            memory.append(service.megabytes())
            service.stop()
            subprocess.run([*inside, "nft", "delete", "table", "inet", "pforte"], check=True)
            if held < BANS:
                raise RuntimeError(f"only {held} of {BANS} bans are in the kernel")
    ours, limit = median(seconds), median(limits)
    return [
        Row(
            "restore-100k",
            "s",
            ours,
            None,
            "",
            limit,
            ours / limit,
            "< 2",
            ours < 2,
            "from the register to the kernel; limit: one nft file with the same elements",
        ),
        Row("memory-100k-bans", "MB", median(memory), None, "", None, None, "< 300", median(memory) < 300),
    ]
