"""kill -9 at random moments: what the register acknowledged is there once, whole, and in order.

Started as a program, this file breeds the victims: they record batches and write down the number of each that
was acknowledged.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest

from pforte.bans.escalation import CHECK
from pforte.bans.offence import Kind, Offence
from pforte.clock import SystemClock
from pforte.net.addresses import network_of
from pforte.register import Batch, Entry, Register, Tally

KILLS = 20
SOURCES = ("one", "two")
LINES_PER_BATCH = 100
MANY = 10_000_000


def lines_of(number: int) -> range:
    """Return the lines of a batch: 1 to 13, so that batches can be told from each other."""
    return range(number * LINES_PER_BATCH, number * LINES_PER_BATCH + 1 + number % 13)


def make_batch(source: str, number: int) -> Batch:
    """Make a batch of offences that can be told from every other by source and line."""
    lot = random.Random(f"{source}:{number}")
    entries = []
    for line in lines_of(number):
        address = ip_address(f"2001:db8:{lot.randrange(64):x}:{lot.randrange(8):x}::1")
        offence = Offence(
            network=network_of(address),
            address=address,
            kind=Kind.ATTACK,
            check="visit.sql-injection",
            at=datetime.now(UTC),  # noqa: TID251  the victim is a real process
            service="http",
            source=source,
            line=line,
            evidence=b"GET /?id=1%27" * lot.randrange(1, 40),
        )
        entries.append(Entry(offence=offence, origin=f"{source}:{line}"))
    tally = Tally(check=source, network=entries[0].offence.network, state=str(number).encode())
    return Batch(entries=tuple(entries), positions={source: str(number)}, tallies=(tally,))


def be_the_victim(state: Path, source: str) -> None:
    """Go on where the register says; hand in the batch before once more, as a source that reads again would."""
    register = Register.open(state, SystemClock())
    number = int(register.positions().get(source, "0"))
    with acknowledgements(state, source).open("ab", buffering=0) as acknowledged:
        while True:
            register.record(make_batch(source, number))
            acknowledged.write(b"%d\n" % number)
            number += 1


def acknowledgements(state: Path, source: str) -> Path:
    return state / f"{source}.acknowledged"


def breed(state: Path) -> None:
    """Fork a victim for each source named on standard input, because starting Python takes long."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        number = os.fork()
        if number == 0:
            be_the_victim(state, line.strip())
        print(number, flush=True)


def start(nursery: "subprocess.Popen[str]", state: Path, source: str) -> int:
    """Start a victim and wait until it writes; return its process number."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    acknowledgements(state, source).write_bytes(b"")
    nursery.stdin.write(f"{source}\n")
    nursery.stdin.flush()
    number = int(nursery.stdout.readline())
    deadline = time.monotonic() + 30
    while not acknowledgements(state, source).stat().st_size:
        assert time.monotonic() < deadline, f"the victim {source} does not write"
        time.sleep(0.001)
    return number


def kill(number: int, state: Path, source: str) -> int:
    """Kill without warning; return the last batch that was acknowledged."""
    os.kill(number, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        while True:
            os.kill(number, 0)
            time.sleep(0.001)
    return int(acknowledgements(state, source).read_bytes().rpartition(b"\n")[0].splitlines()[-1])


def verify(state: Path, acknowledged: dict[str, int]) -> int:
    """Check all promises; return how many offences there are."""
    with Register.open(state, SystemClock()) as register:
        assert register.check() == []
        # What escalates is filed for the network and once more for the whole prefix.
        offences = [each.offence for each in register.offences(limit=MANY) if each.offence.check != CHECK]
        seen = Counter((offence.source, offence.line) for offence in offences)
        assert set(seen.values()) <= {1}
        positions = register.positions()
        for source in SOURCES:
            position = int(positions.get(source, "-1"))
            assert position >= acknowledged[source]
            expected = {(source, line) for number in range(position + 1) for line in lines_of(number)}
            assert {key for key in seen if key[0] == source} == expected
        sequences = []
        while page := register.journal(len(sequences)):
            sequences += [decision.sequence for decision in page]
        assert sequences == list(range(1, register.snapshot().sequence + 1))
        return len(offences)


@pytest.fixture
def nursery(tmp_path: Path) -> "Iterator[subprocess.Popen[str]]":
    """Start this file as a program."""
    program = subprocess.Popen(
        [sys.executable, __file__, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield program
    program.communicate()


@pytest.mark.system
def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(
    tmp_path: Path, nursery: "subprocess.Popen[str]"
) -> None:
    """Law 2, with two processes that write at the same time and die in the middle of it."""
    lot = random.Random(7)
    acknowledged = dict.fromkeys(SOURCES, -1)
    Register.open(tmp_path, SystemClock()).close()
    for _ in range(KILLS):
        victims = {source: start(nursery, tmp_path, source) for source in SOURCES}
        time.sleep(lot.random() * 0.1)
        for source, number in victims.items():
            acknowledged[source] = max(acknowledged[source], kill(number, tmp_path, source))
        count = verify(tmp_path, acknowledged)
    assert min(acknowledged.values()) >= KILLS
    assert count > KILLS * 10


if __name__ == "__main__":
    breed(Path(sys.argv[1]))
