"""The bans in memory: how long a look takes, how many changes it takes in a second, and what memory it needs.

A million IPv4 hosts, 100,000 IPv6 /64 and 50,000 prefixes of 23 lengths are held. Run as a program, this file does the
work in a process of its own and prints what it found as one line of JSON.
"""

import gc
import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from random import Random

from measure import PYTHON, RUNS, Row, run
from pforte.bans.ban import Action, Ban, Decision
from pforte.clock import SystemClock
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import Network

HOSTS, SIXES, PREFIXES = 1_000_000, 100_000, 50_000
QUESTIONS = 100_000
CHANGES = 20_000
LENGTHS, LENGTHS_6 = range(16, 32), (32, 40, 44, 48, 52, 56, 60)
BANNED, AT_LIBERTY = range(128 << 24, 200 << 24), range(200 << 24, 220 << 24)
BANNED_6 = 0x2001 << 112
LOOK_MICROSECONDS, MEGABYTES = 2.0, 250.0
LOOKS = ("ipv4-hit", "ipv4-miss", "ipv6-hit", "ipv6-miss", "mixed")


def measure() -> list[Row]:
    found = json.loads(run([PYTHON, __file__]).output)
    held = f"{found['held']:,} networks held"
    return [
        *(
            Row(
                f"table-{kind}-{name}", "us", found[f"{kind}-{name}"], None, "", None, None,
                f"< {LOOK_MICROSECONDS:.0f}", found[f"{kind}-{name}"] < LOOK_MICROSECONDS, note,
            )
            for kind, note in (("look", f"is it shut out, yes or no; {held}"), ("ban", "the ban itself, with reason and end"))
            for name in LOOKS
        ),
        Row("table-changes", "1/s", found["changes"], None, "", None, None, "told, no goal", True, "bans and lifts in place"),
        Row("table-load", "s", found["load"], None, "", None, None, "told, no goal", True, held),
        Row("table-memory", "MB", found["megabytes"], None, "", None, None, f"< {MEGABYTES:.0f}", found["megabytes"] < MEGABYTES, held),
    ]  # fmt: skip


def _networks() -> Iterator[Network]:
    """Yield all that is banned, the same at each call."""
    random = Random(1)
    for number in random.sample(BANNED, HOSTS):
        yield IPv4Network(number)
    for number in random.sample(range(1 << 48), SIXES):
        yield IPv6Network((BANNED_6 | number << 64, 64))
    for place in range(PREFIXES):
        if place % 5:
            length = LENGTHS[place % len(LENGTHS)]
            yield IPv4Network((random.choice(BANNED) >> 32 - length << 32 - length, length))
        else:
            length = LENGTHS_6[place % len(LENGTHS_6)]
            yield IPv6Network(((BANNED_6 | random.getrandbits(112)) >> 128 - length << 128 - length, length))


def _questions() -> dict[str, list[str]]:
    """Return addresses as programs print them."""
    random = Random(2)
    held: dict[tuple[int, int], set[int]] = {}
    networks = list(_networks())
    for network in networks:
        bits, length = network.max_prefixlen, network.prefixlen
        held.setdefault((bits, length), set()).add(int(network.network_address) >> bits - length)

    def missing(bits: int, draw: Callable[[], int]) -> list[int]:
        """Return addresses between those that are banned."""
        found: list[int] = []
        while len(found) < QUESTIONS:
            number = draw()
            if not any(
                number >> bits - length in keys for (one, length), keys in held.items() if one == bits
            ):
                found.append(number)
        return found

    hosts = random.sample(networks[:HOSTS], QUESTIONS)
    sixes = networks[HOSTS : HOSTS + SIXES]
    questions = {
        "ipv4-hit": [str(network.network_address) for network in hosts],
        "ipv4-miss": [str(IPv4Address(number)) for number in missing(32, lambda: random.choice(BANNED))],
        "ipv6-hit": [str(network[random.getrandbits(64)]) for network in sixes],
        "ipv6-miss": [
            str(IPv6Address(number)) for number in missing(128, lambda: BANNED_6 | random.getrandbits(112))
        ],
    }
    return questions | {
        "mixed": random.sample([one for kind in questions.values() for one in kind], QUESTIONS)
    }


def _found() -> dict[str, float]:
    gc.set_threshold(100_000, 50, 100)  # as the service does
    now = SystemClock().now()
    ends = now + timedelta(days=1)

    def ban_of(network: Network, reference: str = "PF-7K3M-Q2XD") -> Ban:
        return Ban(
            network=network, rung=1, starts=now, ends=ends, reference=reference, reason="visit.path-traversal"
        )

    table = TableGate([IPv4Network("127.0.0.0/8")])
    before, start = _megabytes(), time.process_time()
    table.load(map(ban_of, _networks()), now)
    found = {"load": time.process_time() - start, "megabytes": _megabytes() - before, "held": table.entries()}
    moment = now.timestamp()
    for name, texts in _questions().items():
        hits = sum(table.is_shut_out(text, moment) is True for text in texts)
        expected = {"hit": len(texts), "miss": 0}.get(name.partition("-")[2], hits)
        if hits != expected:
            raise RuntimeError(f"{name}: {hits} of {len(texts)} are shut out")
        found[f"look-{name}"] = _microseconds(table.is_shut_out, texts, moment)
        found[f"ban-{name}"] = _microseconds(table.shut_out, texts, moment)
    bans = [ban_of(IPv4Network(AT_LIBERTY.start + place), f"PF-{place}") for place in range(CHANGES)]
    lifts = [replace(ban, lifted=now) for ban in bans]
    seconds = 0.0
    for action, changed in ((Action.BEGIN, bans), (Action.LIFT, lifts)):
        decisions = [Decision(sequence=1, action=action, ban=ban, decided=now) for ban in changed]
        start = time.process_time()
        for decision in decisions:
            table.apply((decision,), now)
        seconds += time.process_time() - start
    if table.entries() != found["held"]:
        raise RuntimeError("the lifts did not undo the bans")
    return found | {"changes": 2 * CHANGES / seconds}


def _microseconds(look: Callable[[str, float], object], texts: list[str], moment: float) -> float:
    """Return the median over runs of the processor time that one look takes, the loop around it included."""
    runs = []
    for _ in range(RUNS):
        start = time.process_time()
        for text in texts:
            look(text, moment)
        runs.append((time.process_time() - start) / len(texts) * 1e6)
    return statistics.median(runs)


def _megabytes() -> float:
    gc.collect()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


if __name__ == "__main__":
    print(json.dumps(_found()))
