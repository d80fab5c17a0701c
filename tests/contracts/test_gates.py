"""What every gate promises, proven on each of them with the same decisions."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fake_haproxy import FakeHaproxy

from pforte.bans.ban import Action, Ban, Decision
from pforte.clock import SetClock
from pforte.gates.crowdsec.answers import Answer, Answers, Question
from pforte.gates.crowdsec.gate import CrowdsecGate
from pforte.gates.crowdsec.keys import KnownPull, digest_of
from pforte.gates.dnsbl.zones import zones_below
from pforte.gates.dnsupdate.content import NOTHING, Records
from pforte.gates.dnsupdate.gate import DnsUpdateGate
from pforte.gates.files.gate import FilesGate
from pforte.gates.gate import Gate, GateError
from pforte.gates.haproxy.gate import HaproxyGate
from pforte.gates.nftables.engine import Engines
from pforte.gates.nftables.gate import NftablesGate
from pforte.gates.nftables.ruleset import Layout
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import parse_address, parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LAYOUT = Layout(table="pforte", priority=-200, size=1000, ipv6_prefix=64)
LOOPBACK = parse_address("127.0.0.1")
KEYED = {"x-api-key": "a-key"}
COMMAND = re.compile(r"(add|delete) element inet pforte (\w+) \{ (.*) \}|flush set inet pforte (\w+)")


class Kernel:
    """Understands the few commands that the firewall gate gives, and lets elements go at their time."""

    def __init__(self, clock: SetClock) -> None:
        self.clock = clock
        self.sets: dict[str, dict[str, datetime]] = {}

    def change(self, commands: str) -> None:
        for line in commands.splitlines():
            if line == "delete table inet pforte":
                self.sets = {}
            found = COMMAND.fullmatch(line)
            if found is None:
                continue
            held = self.sets.setdefault(found[2] or found[4], {})
            if found[4]:
                held.clear()
                continue
            for element in found[3].split(","):
                key, _, left = element.partition(" timeout ")
                if found[1] == "delete":
                    del held[key]
                elif key not in held:
                    ends = timedelta(seconds=int(left[:-1])) if left else timedelta(days=9999)
                    held[key] = self.clock.now() + ends

    def list_json(self, command: str) -> str:
        raise GateError(f"nobody asked for {command!r}")

    def shuts_out(self, text: str) -> bool:
        address = parse_address(text)
        if any(
            address in parse_network(key) for name in ("allow4", "allow6") for key in self.sets.get(name, {})
        ):
            return False
        return any(
            address in (parse_network(f"{key}/64") if name == "ban6" else parse_network(key))
            for name in ("ban4", "ban6", "net4", "net6")
            for key, end in self.sets.get(name, {}).items()
            if end > self.clock.now()
        )


class NoBouncers:
    """A register in which one bouncer has a key and never pulled."""

    def bouncer_digests(self) -> dict[str, str]:
        return {digest_of("a-key"): "edge"}

    def pulls(self) -> list[KnownPull]:
        return []

    def save_pulls(self, pulls: object) -> None:
        pass

    def changed_bans(self, since: datetime, limit: int) -> list[Ban]:
        return []


class NameServer:
    """A zone in memory that finds names as RFC 4592 s3.3 tells a server to."""

    def __init__(self) -> None:
        self.zone: dict[str, Records] = {}

    def read(self, zone: str) -> dict[str, Records]:
        return dict(self.zone)

    def change(self, zone: str, changes: Mapping[str, Records], seconds: int) -> None:
        self.zone = {
            name: records for name, records in (self.zone | dict(changes)).items() if records != NOTHING
        }

    def lists(self, text: str) -> bool:
        name = parse_address(text).reverse_pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")
        if name in self.zone:
            return bool(self.zone[name].codes)
        labels = name.split(".")
        for begin in range(len(labels)):
            end = ".".join(labels[begin:])
            if any(owner == end or owner.endswith(f".{end}") for owner in self.zone):
                return begin > 0 and bool(self.zone.get(f"*.{end}", NOTHING).codes)
        return False


class House:
    """A gate, its clock, and the question whom it shuts out."""

    def __init__(self, gate: Gate, clock: SetClock, shuts_out: Callable[[str], bool]) -> None:
        self.gate, self.clock, self.shuts_out = gate, clock, shuts_out
        self.sequence = 0

    def load(self, *bans: Ban) -> None:
        self.gate.load(bans, self.clock.now())

    def decide(self, action: Action, ban: Ban) -> None:
        self.sequence += 1
        decision = Decision(sequence=self.sequence, action=action, ban=ban, decided=self.clock.now())
        self.gate.apply([decision], self.clock.now())
        self.pass_time(timedelta(seconds=2))

    def pass_time(self, span: timedelta) -> None:
        self.clock.move(span)
        assert self.gate.tend(self.clock.now()) > self.clock.now()


@pytest.fixture(params=["nftables", "files", "haproxy", "table", "crowdsec", "dnsupdate"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    clock = SetClock(NOON)
    if request.param == "nftables":
        kernel = Kernel(clock)
        gate = NftablesGate(LAYOUT, Engines(kernel, kernel), reconcile=timedelta(days=9999))
        return House(gate, clock, kernel.shuts_out)

    if request.param == "table":
        table = TableGate()
        return House(table, clock, lambda text: table.is_shut_out(text, clock.now().timestamp()))

    if request.param == "crowdsec":
        bouncers = CrowdsecGate(NoBouncers())
        answers = Answers(bouncers, clock)

        def told(text: str) -> bool:
            answer = answers.answer(Question("GET", "/v1/decisions", f"ip={text}", KEYED, b"", LOOPBACK))
            return isinstance(answer, Answer) and answer.body != b"null"

        return House(bouncers, clock, told)

    if request.param == "dnsupdate":
        server = NameServer()
        return House(DnsUpdateGate(server, zones_below("dnsbl.example")[-1:], 300, ""), clock, server.lists)

    if request.param == "haproxy":
        path = tmp_path / "bans.map"
        haproxy = FakeHaproxy(str(path))
        return House(HaproxyGate(path, haproxy), clock, haproxy.shuts_out)

    def listed(text: str) -> bool:
        lines = (tmp_path / "banned.txt").read_text(encoding="utf-8").split()
        return any(parse_address(text) in parse_network(line) for line in lines)

    return House(FilesGate(tmp_path, ["plain"], clock), clock, listed)


def ban_of(network: str, hours: float = 1, **values: object) -> Ban:
    ban = Ban(
        network=parse_network(network),
        rung=1,
        starts=NOON,
        ends=NOON + hours * HOUR,
        reference=f"PF-{network}",
        reason="login.ssh",
    )
    return replace(ban, **values)  # type: ignore[arg-type]


NETWORKS = pytest.mark.parametrize(
    ("network", "address", "neighbour"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("198.51.100.0/24", "198.51.100.77", "198.51.101.77"),
        ("2001:db8:0:1::/64", "2001:db8:0:1::7", "2001:db8:0:2::7"),
        ("2001:db8::/56", "2001:db8:0:ff::7", "2001:db8:0:100::7"),
    ],
)


@NETWORKS
def test_a_ban_shuts_out_its_network_and_nobody_else_until_its_end(house, network, address, neighbour):
    house.load()
    house.pass_time(timedelta(seconds=2))
    house.decide(Action.BEGIN, ban_of(network))
    assert house.shuts_out(address)
    assert not house.shuts_out(neighbour)
    assert house.gate.entries() == 1
    house.pass_time(HOUR)
    assert not house.shuts_out(address)


@NETWORKS
def test_a_lift_opens(house, network, address, neighbour):
    house.load(ban_of(network), ban_of(neighbour))
    assert house.shuts_out(address)
    house.pass_time(timedelta(seconds=2))
    house.decide(Action.LIFT, ban_of(network, lifted=house.clock.now()))
    assert not house.shuts_out(address)
    assert house.shuts_out(neighbour)


@NETWORKS
def test_a_lift_opens_at_once_though_its_clock_is_ahead(house, network, address, neighbour):
    """A second has parts, and the moment a gate lives by was taken before it read the decision."""
    house.load(ban_of(network), ban_of(neighbour))
    house.pass_time(timedelta(seconds=2))
    now = house.clock.now()
    lifted = ban_of(network, lifted=now + timedelta(milliseconds=1_300))
    house.gate.apply([Decision(sequence=1, action=Action.LIFT, ban=lifted, decided=lifted.lifted)], now)
    assert not house.shuts_out(address)
    assert house.shuts_out(neighbour)


@NETWORKS
def test_an_extension_moves_the_end(house, network, address, neighbour):
    house.load(ban_of(network))
    house.pass_time(timedelta(seconds=2))
    house.decide(Action.EXTEND, ban_of(network, 5))
    house.pass_time(2 * HOUR)
    assert house.shuts_out(address)
    house.pass_time(4 * HOUR)
    assert not house.shuts_out(address)


@NETWORKS
def test_a_decision_may_come_twice(house, network, address, neighbour):
    house.load()
    for _ in range(2):
        house.decide(Action.BEGIN, ban_of(network))
    assert house.shuts_out(address)
    for _ in range(2):
        house.decide(Action.LIFT, ban_of(network, lifted=house.clock.now()))
    assert not house.shuts_out(address)


def test_loading_again_forgets_what_was_enforced_before(house):
    house.load(ban_of("192.0.2.1"), ban_of("198.51.100.0/24"))
    house.load(ban_of("192.0.2.2"))
    assert [house.shuts_out(each) for each in ("192.0.2.1", "198.51.100.1", "192.0.2.2")] == [
        False,
        False,
        True,
    ]


def test_bans_that_overlap_end_each_at_its_own_time(house):
    house.load(ban_of("192.0.2.0/24"), ban_of("192.0.2.7", 3), ban_of("192.0.2.128/25", 5))
    house.pass_time(2 * HOUR)
    assert [house.shuts_out(f"192.0.2.{each}") for each in (6, 7, 200)] == [False, True, True]
    house.pass_time(2 * HOUR)
    assert [house.shuts_out(f"192.0.2.{each}") for each in (6, 7, 200)] == [False, False, True]


def test_the_longest_of_several_bans_of_one_network_counts(house):
    house.load(ban_of("192.0.2.1"), ban_of("192.0.2.1", 3, reference="PF-2"))
    house.pass_time(2 * HOUR)
    assert house.shuts_out("192.0.2.1")


def test_exempt_networks_come_through(house):
    house.load(ban_of("192.0.2.0/24", 9))
    house.pass_time(timedelta(seconds=2))
    house.gate.exempt([parse_network("192.0.2.7")], house.clock.now())
    house.pass_time(timedelta(seconds=2))
    assert [house.shuts_out(f"192.0.2.{each}") for each in (6, 7)] == [True, False]
    house.gate.exempt([], house.clock.now())
    house.pass_time(timedelta(seconds=2))
    assert house.shuts_out("192.0.2.7")


def test_closing_opens_nothing(house):
    house.load(ban_of("192.0.2.1"))
    house.gate.close()
    assert house.shuts_out("192.0.2.1")


def test_a_gate_that_stands_open_shuts_nobody_out_until_it_is_loaded(house):
    house.load(ban_of("192.0.2.1"), ban_of("198.51.100.0/24"), ban_of("2001:db8:0:1::/64"))
    house.gate.stand_open(house.clock.now())
    house.pass_time(timedelta(seconds=2))
    assert not any(map(house.shuts_out, ("192.0.2.1", "198.51.100.1", "2001:db8:0:1::7")))
    assert house.gate.entries() == 0
    house.load(ban_of("192.0.2.1"))
    assert house.shuts_out("192.0.2.1")
