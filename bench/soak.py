"""All gates under mixed load for half an hour, while the register is taken away every minute: no wrong answer, no growth.

In the first half the service lives on: once a minute another process keeps the register's write lock for some seconds,
and once it keeps everybody from reading too. In the second half the service, and the register in it, is also killed
once a minute and started again.

The truth is the register's journal. Every gate is asked all the time about networks that were just banned, just
lifted, banned for long, and never banned. From a second after a decision on, any other answer is wrong; the seconds in
which the service is not there do not count. Run it by hand: ``python bench/soak.py --minutes 30``.
"""

import argparse
import random
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "system"))

import every_gate
from every_gate import ANSWERING, GATES, House
from questioners import UnansweredError

from pforte.bans.ban import Action, Ban
from pforte.clock import SystemClock
from pforte.net.addresses import Network
from pforte.register.acts import Order, Pardon
from pforte.register.errors import RegisterError
from pforte.register.store import Register

DECISION_SECONDS = 1.0
"""Within which a decision reaches every gate."""
END_SECONDS = 2.0
"""Within which a ban ends everywhere by itself: gates count whole seconds, and look once a second."""
OFFENCE_SECONDS = 1.0
"""Within which a line of the log is a ban in the register."""
SAME_INCIDENT_SECONDS = 70.0
"""After the start of a ban, an offence within that long leads to no other one (R1 of the regulation)."""
GROWTH = 0.05
SETTLED_SECONDS = 300.0
"""After which a service that lives has all it needs in memory."""

CLOCK = SystemClock()
NETWORKS = [
    *(ip_network(f"198.18.{n // 250}.{n % 250 + 1}/32") for n in range(2_000)),
    *(
        ip_network(f"2001:db8:{n:x}:100::/64") for n in range(1_000)
    ),  # each in a /56 of its own: none escalates
]
NEVER_BANNED = [
    *(ip_network(f"198.19.{n // 250}.{n % 250 + 1}/32") for n in range(500)),
    *(ip_network(f"2001:db8:f000:{n:x}::/64") for n in range(500)),
]
LASTING = [ip_network(f"198.18.{200 + n // 250}.{n % 250 + 1}/32") for n in range(2_000)]

KEEP_WRITE_LOCK = """
import sqlite3, sys
raw = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
raw.execute("BEGIN IMMEDIATE")
print("kept", flush=True)
sys.stdin.read()
raw.execute("ROLLBACK")
"""
KEEP_ALL_LOCKS = """
import fcntl, sys
with open(sys.argv[1] + "-shm", "r+b") as memory:
    fcntl.lockf(memory, fcntl.LOCK_EX, 8, 120)  # all eight locks of https://www.sqlite.org/walformat.html s2.3.1
    print("kept", flush=True)
    sys.stdin.read()
"""


def now() -> float:
    return CLOCK.now().timestamp()


@dataclass
class Outage:
    """Seconds in which something is not there.

    Attributes:
        kind: ``service``, ``reading`` or ``writing``.
    """

    kind: str
    begin: float
    end: float = float("inf")


@dataclass(frozen=True)
class Answer:
    """What a gate said about a network, and when it was asked and answered."""

    network: Network
    asked: float
    answered: float
    refused: bool


@dataclass
class Known:
    """One ban as the journal tells it; moments in POSIX seconds."""

    decided: float
    ends: float
    lifted: float | None = None

    def end(self) -> float:
        return self.ends if self.lifted is None else min(self.ends, self.lifted)


class Truth:
    """What the journal says, what is under way, and what was away when."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.bans: defaultdict[Network, dict[str, Known]] = defaultdict(dict)
        self.under_way: dict[Network, float] = {}
        self.outages: list[Outage] = []
        self.changed: list[Network] = []
        self.starts: dict[Network, float] = {}

    def due(self, moment: float, seconds: float, *kinds: str) -> float:
        """Return the moment so many seconds later, those of outages of these kinds left out."""
        due = moment + seconds
        for outage in self.outages:
            if outage.kind in kinds and outage.begin <= due and outage.end > moment:
                due += outage.end - max(outage.begin, moment)
        return due

    def is_away(self, begin: float, end: float) -> bool:
        """Say whether the service was not there at some moment between two."""
        return any(
            each.kind == "service" and each.begin <= end and each.end >= begin for each in self.outages
        )

    def wanted(self, network: Network, asked: float, answered: float) -> bool | None:
        """Return what every gate has to say to a question; None where both answers are right."""
        if network in self.under_way:
            return None
        bans = list(self.bans[network].values()) if network in self.bans else []
        away = ("service", "reading")
        if any(
            answered < ban.end() and self.due(ban.decided, DECISION_SECONDS, *away) <= asked for ban in bans
        ):
            return True
        for ban in bans:
            lifted = ban.lifted is not None
            slack, kinds = (DECISION_SECONDS, away) if lifted else (END_SECONDS, ("service",))
            if self.due(ban.end(), slack, *kinds) > asked:
                return None
        return False

    def begin(self, network: Network) -> None:
        """Note that something is done to a network, whose outcome the journal will tell."""
        with self.lock:
            self.under_way[network] = now()

    def take(self, action: Action, ban: Ban, decided: float) -> None:
        """Take over one decision of the journal."""
        with self.lock:
            lifted = None if ban.lifted is None else ban.lifted.timestamp()
            self.bans[ban.network][ban.reference] = Known(decided, ban.ends.timestamp(), lifted)
            if action is Action.BEGIN:
                self.starts[ban.network] = decided
            self.under_way.pop(ban.network, None)
            self.changed.append(ban.network)
            del self.changed[:-60]


@dataclass
class Findings:
    """What was asked and found."""

    asked: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    late: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    memory: list[tuple[float, int, float]] = field(default_factory=list)

    def tell(self, text: str) -> None:
        self.wrong.append(text)
        print(f"WRONG {text}", flush=True)


class Soak:
    """One run.

    Args:
        house: the house with all gates.
        minutes: how long.
        seed: what is done when.
    """

    def __init__(self, house: House, minutes: float, seed: int) -> None:
        self.house, self.minutes, self.seed = house, minutes, seed
        self.truth, self.findings = Truth(), Findings()
        self.stop = threading.Event()
        self.life = 0
        self.began, self.born = time.monotonic(), now()
        self._register = Register.open(house.state, CLOCK)

    def run(self) -> Findings:
        for network in LASTING:
            self._register.ban(Order(network=network, rung=4, span=timedelta(days=365), reason="x", who="x"))
        jobs = [self._witness, self._act, self._watch_memory]
        threads = [threading.Thread(target=self._guard, args=(job,), name=job.__name__) for job in jobs]
        threads += [threading.Thread(target=self._guard, args=(self._ask, gate), name=gate) for gate in GATES]
        threads[0].start()
        every_gate.until(lambda: len(self.truth.bans) == len(LASTING), "the journal is read")
        time.sleep(5)  # until every gate has them, whatever it was late by
        for thread in threads[1:]:
            thread.start()
        self._guard(self._disturb)
        self.stop.set()
        for thread in threads:
            thread.join()
        return self.findings

    def _guard(self, job, *arguments) -> None:
        try:
            job(*arguments)
        except Exception as error:  # noqa: BLE001  whatever ends a part of the run must not pass for success
            self.findings.tell(f"{job.__name__} {arguments} ended: {type(error).__name__}: {error}")
            self.stop.set()

    # The truth.

    def _witness(self) -> None:
        """Read the journal along, and miss no offence."""
        sequence = 0
        with Register.open(self.house.state, CLOCK) as register:
            while not self.stop.is_set():
                with suppress(RegisterError):
                    for decision in register.journal(sequence):
                        sequence = decision.sequence
                        self.truth.take(decision.action, decision.ban, decision.decided.timestamp())
                        self.findings.done[f"decision {decision.action}"] += 1
                self._look_for_late()
                time.sleep(0.02)

    def _look_for_late(self) -> None:
        truth, moment = self.truth, now()
        with truth.lock:
            for network, begun in list(truth.under_way.items()):
                # The register waits for half a second after trouble, and twice as long after more of it.
                if truth.due(begun, OFFENCE_SECONDS + 2, "service", "reading", "writing") < moment:
                    del truth.under_way[network]
                    self.findings.tell(
                        f"{network}: what was done {moment - begun:.1f} s ago is not in the journal"
                    )

    # What happens to networks.

    def _act(self) -> None:
        draw = random.Random(self.seed)
        mine: list[Network] = []
        while not self.stop.wait(draw.random() * 0.5):
            lot, moment = draw.random(), now()
            if lot < 0.35 and mine:
                self._lift(mine.pop(draw.randrange(len(mine))))
                continue
            network = draw.choice(NETWORKS)
            idle = moment - self.truth.starts.get(network, 0.0) > SAME_INCIDENT_SECONDS
            if not idle or self.truth.wanted(network, moment, moment) is not False:
                continue
            if lot < 0.8:
                self.truth.begin(network)
                self.house.offend(
                    str(network[1 % network.num_addresses]),
                    at=CLOCK.now().astimezone(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
                )
                self.findings.done["offence in the log"] += 1
                mine.append(network)
            else:
                self._ban(network, timedelta(seconds=draw.randrange(3, 40)))

    def _lift(self, network: Network) -> None:
        if self.truth.wanted(network, now(), now()) is not True:
            return
        self.truth.begin(network)
        try:
            self._register.lift(Pardon(target=network, reason="x", who="x"))
        except RegisterError as error:
            self.truth.under_way.pop(network, None)
            print(f"lift of {network}: {error}", flush=True)

    def _ban(self, network: Network, span: timedelta) -> None:
        self.truth.begin(network)
        try:
            self._register.ban(Order(network=network, rung=1, span=span, reason="x", who="x"))
        except RegisterError as error:
            self.truth.under_way.pop(network, None)
            print(f"ban of {network}: {error}", flush=True)

    # The gates.

    def _ask(self, gate: str) -> None:
        draw, truth = random.Random(f"{self.seed} {gate}"), self.truth
        questioner = self.house.questioner(gate)
        pools = (truth.changed, truth.changed, LASTING, NEVER_BANNED)
        answers: deque[Answer] = deque()
        while not self.stop.wait(0.02):
            network = draw.choice(draw.choice(pools) or NEVER_BANNED)
            asked = now()
            before = truth.wanted(network, asked, asked)
            self.findings.asked[gate] += 1
            try:
                said = questioner.refuses(network)
            except UnansweredError as error:
                self._note_silence(gate, asked, now(), str(error))
                continue
            if before is not None:
                answers.append(Answer(network, asked, now(), said))
            # The journal may tell a little later what the gate knows already.
            while answers and answers[0].answered < now() - 0.2:
                self._check(gate, answers.popleft())
        questioner.close()

    def _check(self, gate: str, answer: Answer) -> None:
        truth = self.truth
        wanted = truth.wanted(answer.network, answer.asked, answer.answered)
        if wanted is not None and answer.refused is not wanted:
            bans = truth.bans[answer.network].values()
            moments = [
                moment for ban in bans for moment in (ban.decided, ban.end()) if moment <= answer.asked
            ]
            late = answer.asked - max(moments, default=self.born)
            self.findings.late[gate] = max(self.findings.late[gate], late)
            known = [vars(ban) for ban in bans]
            self.findings.tell(
                f"{gate}, {late:.2f} s late: {answer}; known: {known}; last outage: {truth.outages[-1:]}"
            )

    def _note_silence(self, gate: str, asked: float, answered: float, trouble: str) -> None:
        self.findings.silent[gate] += 1
        if gate not in ANSWERING or not self.truth.is_away(asked, answered):
            self.findings.tell(f"{gate} gave no answer: {trouble}")

    # What goes wrong around them.

    def _disturb(self) -> None:
        whole = self.minutes * 60
        while not self.stop.is_set() and time.monotonic() - self.began < whole - 60:
            minute = time.monotonic()
            self._pause(minute + 15)
            self._keep("writing", KEEP_WRITE_LOCK)
            self._pause(minute + 35)
            self._keep("reading", KEEP_ALL_LOCKS)
            self._pause(minute + 60)
            if time.monotonic() - self.began > whole / 2:
                self._restart()
        self._pause(self.began + whole)

    def _pause(self, until: float) -> None:
        self.stop.wait(max(0.0, until - time.monotonic()))

    def _keep(self, kind: str, program: str, seconds: float = 8.0) -> None:
        """Let another process keep locks of the register."""
        command = [sys.executable, "-c", program, str(self.house.state / "register.sqlite")]
        outage = Outage(kind, now())
        self.truth.outages.append(outage)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as keeper:
            assert keeper.stdout is not None
            assert keeper.stdout.readline() == b"kept\n"
            self.stop.wait(seconds)
        # Whoever waits for SQLite asks again every tenth of a second.
        outage.end = now() + 0.1
        self.findings.done[f"{kind} kept away"] += 1

    def _restart(self) -> None:
        outage = Outage("service", now())
        self.truth.outages.append(outage)
        self.life += 1
        self.house.kill()
        self.house.start()
        outage.end = now()
        self.findings.done["killed and started"] += 1

    def _watch_memory(self) -> None:
        while not self.stop.wait(2):
            service = self.house.service
            if service is not None:
                with suppress(OSError, IndexError):
                    status = Path(f"/proc/{service.pid}/status").read_text(encoding="ascii")
                    megabytes = int(status.partition("VmRSS:")[2].split()[0]) / 1024
                    self.findings.memory.append((time.monotonic() - self.began, self.life, megabytes))


def growth(memory: list[tuple[float, int, float]]) -> Iterator[tuple[str, float, float]]:
    """Yield what is compared, and the megabytes before and after, as medians over ten seconds."""
    lives: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for at, life, megabytes in memory:
        lives[life].append((at, megabytes))
    first = [megabytes for at, megabytes in lives[0] if SETTLED_SECONDS <= at < SETTLED_SECONDS + 20]
    if first and len(lives[0]) > 10:
        last = [megabytes for _, megabytes in lives[0][-6:-1]]
        yield (
            "the life without a kill, from minute 5 to its end",
            sorted(first)[len(first) // 2],
            sorted(last)[2],
        )
    ends = {
        life: sorted(mb for _, mb in seen[-6:-1]) for life, seen in lives.items() if life and len(seen) > 10
    }
    if len(ends) > 1:
        begin, *_, end = (each[len(each) // 2] for each in ends.values())
        yield "ends of the lives of a minute, the first and the last", begin, end


@contextmanager
def folder() -> Iterator[Path]:
    # A path of the benchmarks' own folder would be too long for a socket.
    with TemporaryDirectory(prefix="pf-soak-") as name:
        yield Path(name)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=3)
    wanted = parser.parse_args()
    if not every_gate.HERE:
        print(every_gate.NEEDS)
        return 2
    with folder() as place, every_gate.house(place) as house:
        findings = Soak(house, wanted.minutes, wanted.seed).run()
        for line in house.err.read_text(encoding="utf-8").splitlines():
            if '"level": "error"' in line and "gate.stands-open" not in line:
                print(line[:300])
    for gate in GATES:
        print(
            f"{gate:<20} asked {findings.asked[gate]:>7,}  silent while the service was away {findings.silent[gate]:>5,}"
        )
    for gate, seconds in findings.late.items():
        print(f"{gate:<20} answered by what held {seconds:.2f} s before")
    for what, count in sorted(findings.done.items()):
        print(f"{what:<30} {count:>7,}")
    met = not findings.wrong
    for what, before, after in growth(findings.memory):
        met &= after <= before * (1 + GROWTH)
        print(f"memory, {what}: {before:.1f} -> {after:.1f} MB ({(after / before - 1) * 100:+.1f} %)")
    print(f"wrong answers and other failures: {len(findings.wrong)}; {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
