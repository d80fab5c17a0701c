"""The firewall gate against the real kernel, with real packets, in network namespaces of its own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import IPv4Network, ip_network

import pytest
from namespaces import inside, ip

from pforte.bans.ban import Action, Ban, Decision, Reach
from pforte.clock import SystemClock
from pforte.gates.gate import GateError
from pforte.gates.nftables.engine import Engines, LibraryEngine, ProgramEngine
from pforte.gates.nftables.gate import NftablesGate, Repair
from pforte.gates.nftables.ruleset import Layout
from pforte.net.addresses import parse_network

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("nft") or not shutil.which("ip"),
        reason="needs root, and the programs nft and ip: apt-get install nftables iproute2 libnftables1",
    ),
]

LAYOUT = Layout(table="pforte", priority=-200, size=1_048_576, ipv6_prefix=64)
HOME = "10.77.0.1"
HOME_V6 = "fd77::1"
VISITORS = ("10.77.0.2", "10.77.0.3", "10.77.1.2", "fd77::2", "fd77:0:0:1::2", "fd77:0:0:2::2")


def now() -> datetime:
    return SystemClock().now()


class Street:
    """Two namespaces joined by a wire: the house, which runs the gate, and the visitors."""

    def __init__(self) -> None:
        self.house, self.outside = f"pf-house-{os.getpid()}", f"pf-out-{os.getpid()}"

    def build(self) -> None:
        for namespace in (self.house, self.outside):
            ip("netns", "add", namespace)
            ip("-n", namespace, "link", "set", "lo", "up")
        ip(
            "-n",
            self.house,
            "link",
            "add",
            "wire",
            "type",
            "veth",
            "peer",
            "name",
            "wire",
            "netns",
            self.outside,
        )
        for namespace in (self.house, self.outside):
            ip("-n", namespace, "link", "set", "wire", "up")
        ip("-n", self.house, "addr", "add", f"{HOME}/16", "dev", "wire")
        ip("-n", self.house, "addr", "add", f"{HOME_V6}/32", "dev", "wire", "nodad")
        for address in VISITORS:
            form = [f"{address}/32", "nodad"] if ":" in address else [f"{address}/16"]
            ip("-n", self.outside, "addr", "add", form[0], "dev", "wire", *form[1:])
        self.listeners = []
        with inside(self.house):
            for family, address in ((socket.AF_INET, HOME), (socket.AF_INET6, HOME_V6)):
                listener = socket.socket(family, socket.SOCK_STREAM)
                listener.bind((address, 80))
                listener.listen(4096)  # connections are never accepted, only answered
                self.listeners.append(listener)

    def tear_down(self) -> None:
        for listener in self.listeners:
            listener.close()
        for namespace in (self.house, self.outside):
            ip("netns", "del", namespace)

    def admits(self, address: str) -> bool:
        """Say whether a TCP connection from a visitor's address is answered."""
        family, home = (socket.AF_INET6, HOME_V6) if ":" in address else (socket.AF_INET, HOME)
        with inside(self.outside), socket.socket(family, socket.SOCK_STREAM) as visitor:
            visitor.bind((address, 0))
            # Long enough for a wire that is a function call; a dropped packet is never answered.
            visitor.settimeout(0.4)
            try:
                visitor.connect((home, 80))
            except TimeoutError:
                return False
            return True

    def nft(self, *arguments: str) -> str:
        with inside(self.house):
            return subprocess.run(["nft", *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def wire() -> Iterator[Street]:
    street = Street()
    street.build()
    yield street
    street.tear_down()


@pytest.fixture
def street(wire: Street) -> Iterator[Street]:
    yield wire
    wire.nft("flush", "ruleset")


@pytest.fixture(params=["library", "program"])
def engines(request: pytest.FixtureRequest, street: Street) -> Engines:
    with inside(street.house):
        if request.param == "program":
            program = ProgramEngine()
            return Engines(program, program)
        try:
            library = LibraryEngine()
        except GateError as error:
            pytest.skip(str(error))
        return Engines(library, library)


class Gatekeeper:
    """The gate under test, always called inside the house."""

    def __init__(self, street: Street, gate: NftablesGate) -> None:
        self.street, self.gate, self.sequence = street, gate, 0

    def load(self, *bans: Ban) -> None:
        with inside(self.street.house):
            self.gate.load(bans, now())

    def decide(self, action: Action, ban: Ban) -> None:
        self.sequence += 1
        decision = Decision(sequence=self.sequence, action=action, ban=ban, decided=now())
        with inside(self.street.house):
            self.gate.apply([decision], now())

    def verify(self) -> Repair:
        with inside(self.street.house):
            return self.gate.verify(now())


@pytest.fixture
def keeper(street: Street, engines: Engines) -> Gatekeeper:
    return Gatekeeper(street, NftablesGate(LAYOUT, engines, [parse_network("10.77.0.9")]))


def ban_of(network: str, length: timedelta = timedelta(hours=1), **values: object) -> Ban:
    start = now()
    ban = Ban(
        network=parse_network(network),
        rung=1,
        starts=start,
        ends=start + length,
        reference=f"PF-{network}",
        reason="visit.traversal",
    )
    return replace(ban, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("network", "shut_out", "admitted"),
    [
        ("10.77.0.2", ["10.77.0.2"], ["10.77.0.3", "10.77.1.2", "fd77::2"]),
        ("10.77.0.0/24", ["10.77.0.2", "10.77.0.3"], ["10.77.1.2", "fd77::2"]),
        ("fd77:0:0:1::/64", ["fd77:0:0:1::2"], ["fd77::2", "fd77:0:0:2::2", "10.77.0.2"]),
        ("fd77:0:0:0::/56", ["fd77::2", "fd77:0:0:1::2", "fd77:0:0:2::2"], ["10.77.0.2"]),
        ("fd77::2/128", ["fd77::2"], ["fd77:0:0:1::2"]),
    ],
)
def test_a_banned_network_is_dropped_and_a_lifted_one_admitted(keeper, network, shut_out, admitted):
    ban = ban_of(network)
    keeper.load()
    keeper.decide(Action.BEGIN, ban)
    assert [address for address in shut_out if keeper.street.admits(address)] == []
    assert [address for address in admitted if not keeper.street.admits(address)] == []
    keeper.decide(Action.LIFT, replace(ban, lifted=now()))
    assert [address for address in shut_out if not keeper.street.admits(address)] == []
    assert keeper.verify() == Repair()


def test_bans_in_force_are_loaded_at_once(keeper):
    keeper.load(ban_of("10.77.0.2"), ban_of("10.77.1.0/24"), ban_of("fd77::2"))
    assert [address for address in VISITORS if keeper.street.admits(address)] == [
        "10.77.0.3",
        "fd77:0:0:1::2",
        "fd77:0:0:2::2",
    ]
    assert keeper.verify() == Repair()


def test_the_kernel_lets_go_by_itself(keeper):
    keeper.load(ban_of("10.77.0.2", timedelta(seconds=1)), ban_of("10.77.1.0/24", timedelta(seconds=1)))
    assert not keeper.street.admits("10.77.0.2")
    until = time.monotonic() + 20
    while not (keeper.street.admits("10.77.0.2") and keeper.street.admits("10.77.1.2")):
        assert time.monotonic() < until, "the kernel still drops packets long after the end"
    assert keeper.verify() == Repair()


def test_an_address_outlives_a_shorter_ban_of_its_prefix(keeper):
    keeper.load(ban_of("10.77.0.0/24"), ban_of("10.77.0.2", timedelta(days=7)))
    keeper.decide(Action.LIFT, ban_of("10.77.0.0/24", lifted=now()))
    assert not keeper.street.admits("10.77.0.2")
    assert keeper.street.admits("10.77.0.3")


def test_nested_prefixes_keep_their_own_ends(keeper):
    keeper.load(ban_of("10.77.0.0/16"))
    keeper.decide(Action.BEGIN, ban_of("10.77.0.0/24", timedelta(days=7)))
    keeper.decide(Action.BEGIN, ban_of("10.77.0.0/28", timedelta(days=30)))
    assert keeper.verify() == Repair()
    keeper.decide(Action.LIFT, ban_of("10.77.0.0/16", lifted=now()))
    assert not keeper.street.admits("10.77.0.3")
    assert keeper.street.admits("10.77.1.2")
    keeper.decide(Action.LIFT, ban_of("10.77.0.0/28", lifted=now()))
    keeper.decide(Action.LIFT, ban_of("10.77.0.0/24", lifted=now()))
    assert keeper.street.admits("10.77.0.3")
    assert keeper.verify() == Repair()


def test_two_bans_of_one_network_end_with_the_later(keeper):
    longer = ban_of("10.77.0.2", timedelta(days=7), reference="PF-LONG")
    keeper.load(ban_of("10.77.0.2"), longer)
    keeper.decide(Action.LIFT, replace(longer, lifted=now()))
    assert not keeper.street.admits("10.77.0.2")
    assert keeper.verify() == Repair()


def test_a_decision_may_be_applied_twice(keeper):
    keeper.load()
    for network in ("10.77.0.2", "10.77.1.0/24"):
        ban = ban_of(network)
        for decision in (ban, ban, replace(ban, ends=ban.ends + timedelta(days=365))):
            keeper.decide(Action.EXTEND, decision)
        keeper.decide(Action.LIFT, replace(ban, lifted=now()))
        keeper.decide(Action.LIFT, replace(ban, lifted=now()))
    assert [address for address in VISITORS if not keeper.street.admits(address)] == []


def test_an_extension_moves_the_kernels_end(keeper):
    ban = ban_of("10.77.0.2")
    keeper.load(ban)
    keeper.decide(Action.EXTEND, replace(ban, ends=ban.starts + timedelta(days=365)))
    with inside(keeper.street.house):
        listing = keeper.gate.listing()
    assert listing is not None
    left = listing.sets["ban4"][parse_network("10.77.0.2")]
    assert abs(left - 365 * 86400) < 60


def test_shared_networks_are_left_to_other_gates(keeper):
    keeper.load(ban_of("10.77.0.2", reach=Reach.APPLICATION))
    keeper.decide(Action.BEGIN, ban_of("10.77.0.3", reach=Reach.APPLICATION))
    assert keeper.street.admits("10.77.0.2")
    assert keeper.street.admits("10.77.0.3")


def test_exempt_networks_come_through_any_ban_and_change_while_it_runs(keeper):
    keeper.load(ban_of("10.77.0.0/16"), ban_of("fd77::2"))
    with inside(keeper.street.house):
        keeper.gate.exempt(
            [parse_network("10.77.0.2"), parse_network("10.77.0.0/28"), parse_network("fd77::2/128")], now()
        )
    assert [address for address in VISITORS if not keeper.street.admits(address)] == ["10.77.1.2"]
    with inside(keeper.street.house):
        keeper.gate.exempt([], now())
    assert not keeper.street.admits("10.77.0.2")
    assert not keeper.street.admits("fd77::2")
    assert keeper.verify() == Repair()


def test_neighbour_discovery_survives_a_ban_of_the_link(keeper):
    """A house that bans its own link must still find the router, or it would cut itself off."""
    keeper.load(ban_of("fd77:0:0:2::/64"))
    ip("-n", keeper.street.house, "neigh", "flush", "dev", "wire")
    ip("-n", keeper.street.outside, "neigh", "flush", "dev", "wire")
    assert keeper.street.admits("fd77::2")
    assert not keeper.street.admits("fd77:0:0:2::2")


def test_a_flushed_ruleset_is_found_and_put_back(keeper):
    keeper.load(ban_of("10.77.0.2"))
    keeper.street.nft("flush", "ruleset")
    assert keeper.street.admits("10.77.0.2")
    assert keeper.verify() == Repair(rebuilt=True)
    assert not keeper.street.admits("10.77.0.2")
    assert keeper.verify() == Repair()


@pytest.mark.parametrize(
    "damage",
    [
        "insert rule inet pforte visitors accept",
        "flush chain inet pforte visitors",
        "add element inet pforte allow4 { 10.77.0.2 }",
    ],
)
def test_a_changed_table_is_found_and_put_right(keeper, damage):
    keeper.load(ban_of("10.77.0.2"))
    keeper.street.nft(damage)
    assert keeper.street.admits("10.77.0.2")
    assert keeper.verify() == Repair(rebuilt=True)
    assert not keeper.street.admits("10.77.0.2")


def test_changed_elements_are_found_and_put_right(keeper):
    keeper.load(ban_of("10.77.0.2"), ban_of("10.77.1.0/24"), ban_of("fd77::2"), ban_of("fd77:0:0:2::/63"))
    keeper.street.nft("delete element inet pforte ban4 { 10.77.0.2 }")
    keeper.street.nft("add element inet pforte ban4 { 10.77.0.3, 192.0.2.1 timeout 5m }")
    keeper.street.nft("flush set inet pforte net6")
    keeper.street.nft("add element inet pforte net4 { 198.51.100.0/24, 203.0.113.7-203.0.113.9 timeout 1h }")
    keeper.street.nft(
        "delete element inet pforte ban6 { fd77:: } ; add element inet pforte ban6 { fd77:: timeout 30d }"
    )
    repair = keeper.verify()
    assert (repair.missing, repair.wrong_end, repair.rebuilt) == (2, 1, False)
    assert repair.surplus >= 4
    assert keeper.verify() == Repair()
    assert [address for address in VISITORS if keeper.street.admits(address)] == [
        "10.77.0.3",
        "fd77:0:0:1::2",
    ]


def test_nothing_of_the_users_rules_is_touched_and_nothing_is_left_after_removal(keeper):
    keeper.street.nft(
        "add table inet filter { chain input { type filter hook input priority 0; tcp dport 22 accept; }; }"
    )
    keeper.street.nft("add table ip nat { set ban4 { type ipv4_addr; elements = { 192.0.2.9 }; }; }")
    before = keeper.street.nft("list ruleset")
    keeper.load(ban_of("10.77.0.2"))
    assert before in keeper.street.nft("list ruleset")
    with inside(keeper.street.house):
        keeper.gate.remove()
        keeper.gate.remove()
    assert keeper.street.nft("list ruleset") == before
    assert keeper.street.admits("10.77.0.2")


def test_loopback_is_never_dropped(keeper):
    keeper.load(ban_of("127.0.0.0/8"), ban_of("127.0.0.1"))
    with inside(keeper.street.house), socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=2).close()


def test_a_table_that_is_gone_makes_a_decision_fail_loudly(keeper):
    keeper.load()
    keeper.street.nft("flush ruleset")
    with pytest.raises(GateError, match="No such file or directory"):
        keeper.decide(Action.BEGIN, ban_of("10.77.0.2"))


def test_a_hundred_thousand_bans_are_restored(keeper):
    start = now()
    home = int(IPv4Network("10.128.0.0/9").network_address)
    bans = [
        Ban(
            network=ip_network((home + number * 5, 32)),
            rung=1,
            starts=start,
            ends=start + timedelta(seconds=3600 + number),
            reference=str(number),
            reason="login.ssh",
        )
        for number in range(100_000)
    ]
    keeper.load(*bans, ban_of("10.77.0.2"))
    assert not keeper.street.admits("10.77.0.2")
    assert keeper.street.admits("10.77.0.3")
    assert keeper.verify() == Repair()


def test_more_addresses_than_fit_leave_the_shortest_out(street, engines):
    gate = NftablesGate(replace(LAYOUT, size=2), engines)
    keeper = Gatekeeper(street, gate)
    keeper.load(
        ban_of("10.77.0.2"), ban_of("10.77.0.3", timedelta(hours=2)), ban_of("10.77.1.2", timedelta(hours=3))
    )
    assert [address for address in VISITORS[:3] if street.admits(address)] == ["10.77.0.2"]
    assert keeper.verify() == Repair(left_out=1)


def test_the_priority_stands_before_destination_nat(keeper):
    """A visit to a container is rewritten and forwarded; the gate must see it before that."""
    keeper.street.nft(
        "add table ip nat { chain pre { type nat hook prerouting priority -100; "
        "tcp dport 80 redirect to :8080; }; }"
    )
    with inside(keeper.street.house):
        other = socket.create_server((HOME, 8080))
    with other:
        keeper.load()
        assert keeper.street.admits("10.77.0.2")
        keeper.decide(Action.BEGIN, ban_of("10.77.0.2"))
        assert not keeper.street.admits("10.77.0.2")


@pytest.mark.parametrize("address", ["10.77.0.2", "fd77::2"])
def test_a_refusal_comes_at_once(street, engines, address):
    keeper = Gatekeeper(street, NftablesGate(replace(LAYOUT, action="reject"), engines))
    keeper.load(ban_of(address))
    with pytest.raises(ConnectionRefusedError):
        street.admits(address)
    family, home = (socket.AF_INET6, HOME_V6) if ":" in address else (socket.AF_INET, HOME)
    with inside(street.outside), socket.socket(family, socket.SOCK_DGRAM) as visitor:
        visitor.bind((address, 0))
        visitor.settimeout(5)
        visitor.connect((home, 53))
        visitor.send(b"x")
        with pytest.raises(
            OSError, match=r"No route to host|Permission denied"
        ):  # what ICMP's answer becomes
            visitor.recv(1)
    assert keeper.verify() == Repair()
    assert street.admits("10.77.0.3")
    street.nft("flush chain inet pforte refused")
    assert keeper.verify() == Repair(rebuilt=True)


@pytest.mark.parametrize(
    ("ports", "closed"), [((25, 80), True), ((80,), True), ((25, 465), False), ((25,), False)]
)
def test_only_the_ports_that_are_named_are_closed(street, engines, ports, closed):
    keeper = Gatekeeper(street, NftablesGate(replace(LAYOUT, ports=ports), engines))
    keeper.load(ban_of("10.77.0.2"), ban_of("10.77.1.0/24"), ban_of("fd77::2"))
    assert [street.admits(each) for each in ("10.77.0.2", "10.77.1.2", "fd77::2")] == [not closed] * 3
    assert keeper.verify() == Repair()
    street.nft("insert rule inet pforte visitors th dport != { 22, 80 } accept")
    assert keeper.verify() == Repair(rebuilt=True)


def test_bans_of_one_kind_close_some_ports_and_others_all(street, engines):
    """Spam closes the mail ports only; a ban for something else closes everything, whichever comes first or goes."""
    layout = replace(LAYOUT, scopes={"mail.relay": (25, 465, 587), "visit.web": (80,)})
    keeper = Gatekeeper(street, NftablesGate(layout, engines))
    spam = ban_of("10.77.0.2", reason="mail.relay", reference="PF-SPAM")
    keeper.load(
        spam,
        ban_of("10.77.0.3", reason="visit.web"),
        ban_of("10.77.1.0/24", reason="mail.relay"),
        ban_of("fd77::2", reason="mail.relay"),
        ban_of("fd77:0:0:1::2", reason="visit.web"),
    )
    assert [address for address in VISITORS if not street.admits(address)] == ["10.77.0.3", "fd77:0:0:1::2"]
    assert keeper.verify() == Repair()
    with inside(street.outside), socket.socket(socket.AF_INET, socket.SOCK_STREAM) as visitor:
        visitor.bind(("10.77.0.2", 0))
        visitor.settimeout(0.4)
        with pytest.raises(TimeoutError):
            visitor.connect((HOME, 25))
    keeper.decide(Action.BEGIN, ban_of("10.77.0.2"))
    assert not street.admits("10.77.0.2")
    keeper.decide(Action.LIFT, replace(spam, lifted=now()))
    assert not street.admits("10.77.0.2")
    keeper.decide(Action.LIFT, ban_of("10.77.0.2", lifted=now()))
    assert street.admits("10.77.0.2")
    assert keeper.verify() == Repair()
    street.nft("delete element inet pforte ban6_1 { fd77:: }")
    assert keeper.verify() == Repair(missing=1)
    street.nft("insert rule inet pforte visitors th dport 25 accept")
    assert keeper.verify() == Repair(rebuilt=True)


def test_only_tcp_and_udp_have_ports(street, engines):
    """What stands in another protocol's packet where TCP has its port is no port."""
    layout = replace(LAYOUT, scopes={"mail.relay": tuple(range(1, 30_000))})
    keeper = Gatekeeper(street, NftablesGate(layout, engines))
    keeper.load(ban_of("10.77.0.2", reason="mail.relay"))
    ping = ["ping", "-c", "5", "-i", "0.2", "-W", "1", "-I", "10.77.0.2", HOME]
    with inside(street.outside):
        done = subprocess.run(ping, check=False, capture_output=True, text=True)
    assert " 0% packet loss" in done.stdout, done
    assert not street.admits("10.77.0.2")
