"""The block list against rbldnsd: the same million entries, the same questions, one core each, by turns.

``dnsperf`` on the other core asks, with EDNS, for addresses of which half are listed. Run as a program, this file is the
server that is measured: the gate in an event loop, as in the service, with the table full.
"""

import asyncio
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import IPv4Address, ip_network
from pathlib import Path

import peers
from measure import CORE, PYTHON, WORK, Row, in_turn, median
from pforte.bans.ban import Ban
from pforte.clock import SystemClock
from pforte.gates.dnsbl.gate import DnsblGate
from pforte.gates.table.gate import TableGate
from pforte.settings.gates import DnsblGateSettings

ENTRIES = 1_000_000
QUESTIONS = 200_000
SECONDS = 5
FIRST = int(IPv4Address("10.0.0.0"))
ZONE = "dnsbl.test"
PORT = 5399
SEED = 7
GOAL = 0.5


def serve() -> None:
    """Answer until killed."""
    clock = SystemClock()
    now = clock.now()
    ends = now + timedelta(days=1)
    table = TableGate([ip_network("127.0.0.0/8")])
    table.load(
        (
            Ban(
                network=ip_network(FIRST + number),
                rung=2,
                starts=now,
                ends=ends,
                reference="PF-7K3M-Q2XD",
                reason="visit.xss",
            )
            for number in range(ENTRIES)
        ),
        now,
    )
    settings = DnsblGateSettings(enabled=True, listen=f"127.0.0.1:{PORT}", zone=ZONE)
    gate = DnsblGate(settings, clock, table)

    async def run() -> None:
        await gate.open()
        await asyncio.Event().wait()

    asyncio.run(run())


def _write_inputs() -> tuple[Path, Path]:
    """Write rbldnsd's data and the questions; return both files."""
    WORK.mkdir(parents=True, exist_ok=True)
    data, questions = WORK / "rbldnsd.data", WORK / "questions"
    with data.open("w", encoding="ascii") as file:
        file.write(
            "$SOA 60 ns.invalid hostmaster.invalid 1 3600 600 86400 60\n$NS 300 ns.invalid\n$TTL 300\n"
        )
        file.write(":127.0.0.4:Shut out, reference PF-7K3M-Q2XD.\n127.0.0.2\n")
        file.writelines(f"{IPv4Address(FIRST + number)}\n" for number in range(ENTRIES))
    choose = random.Random(SEED)
    with questions.open("w", encoding="ascii") as file:
        for number in range(QUESTIONS):
            address = FIRST + choose.randrange(ENTRIES) if number % 2 else choose.randrange(1 << 32)
            backwards = ".".join(reversed(str(IPv4Address(address)).split(".")))
            file.write(f"{backwards}.{ZONE} A\n")
    return data, questions


class _Figures:
    """What one server did in each run."""

    def __init__(self, command: Sequence[str], questions: Path) -> None:
        self._command, self._questions = command, questions
        self.microseconds: list[float] = []
        self.lost = 0

    def ask(self) -> float:
        """Start the server, ask it as fast as it answers, and return the questions it answered in a second."""
        process = subprocess.Popen(
            ["taskset", "-c", str(CORE), *self._command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            self._wait()
            before = _processor_seconds(process.pid)
            others = ",".join(str(core) for core in os.sched_getaffinity(0) - {CORE}) or str(CORE)
            asked = [
                "dnsperf",
                "-s",
                "127.0.0.1",
                "-p",
                str(PORT),
                "-d",
                str(self._questions),
                "-e",
                "-l",
                str(SECONDS),
            ]
            said = subprocess.run(
                ["taskset", "-c", others, *asked], check=True, capture_output=True, text=True
            ).stdout
            spent = _processor_seconds(process.pid) - before
        finally:
            process.kill()
            process.wait()
        self.lost += int(_number(r"Queries lost:\s+(\d+)", said))
        self.microseconds.append(spent * 1e6 / _number(r"Queries completed:\s+(\d+)", said))
        return _number(r"Queries per second:\s+([\d.]+)", said)

    def _wait(self) -> None:
        """Wait until the server is there; a million entries take a while to load."""
        asked = ["dig", "@127.0.0.1", "-p", str(PORT), "+short", "+tries=1", "+time=1", f"2.0.0.127.{ZONE}"]
        deadline = time.monotonic() + 180
        while not subprocess.run(asked, check=False, capture_output=True, text=True).stdout.startswith(
            "127."
        ):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self._command[0]} did not come up")
            time.sleep(0.5)


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(f"dnsperf said something else: {text[-400:]}")
    return float(found.group(1))


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure() -> list[Row]:
    if not all(map(peers.here, ("rbldnsd", "dnsperf", "dig"))):
        print("dnsbl needs the Debian packages rbldnsd, dnsperf and bind9-dnsutils: left out")
        return []
    data, questions = _write_inputs()
    rbldnsd = shutil.which("rbldnsd") or "/usr/sbin/rbldnsd"
    theirs = [rbldnsd, "-n", "-b", f"127.0.0.1/{PORT}", "-w", str(data.parent), f"{ZONE}:ip4set:{data.name}"]
    mine, peer = _Figures([PYTHON, __file__], questions), _Figures(theirs, questions)
    rates, peer_rates = in_turn(mine.ask, peer.ask)
    ratio = median(rates) / median(peer_rates)
    spent, peer_spent = median(mine.microseconds), median(peer.microseconds)
    met = mine.lost == 0
    return [
        Row(
            "dnsbl-1m-questions", "1/s", median(rates), median(peer_rates), "rbldnsd", None, ratio,
            f">= {GOAL} of rbldnsd, 0 lost", ratio >= GOAL and met, f"{mine.lost} lost, by rbldnsd {peer.lost}",
        ),
        Row(
            "dnsbl-1m-processor", "us/question", spent, peer_spent, "rbldnsd", None, spent / peer_spent,
            f"<= {1 / GOAL:.0f} times rbldnsd", spent <= peer_spent / GOAL, "user and system time of the server",
        ),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(serve())
