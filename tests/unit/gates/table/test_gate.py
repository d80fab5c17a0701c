"""The table says of every address the same as a slow look at all bans."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.bans.ban import Action, Ban, Decision
from pforte.gates.table.gate import SWEEP_EVERY, TableGate
from pforte.net.addresses import Network, parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = NOON.timestamp()


def ban_of(
    network: str | Network, hours: float = 1, reference: str = "PF-1", lifted: datetime | None = None
) -> Ban:
    return Ban(
        network=parse_network(network) if isinstance(network, str) else network,
        rung=2,
        starts=NOON,
        ends=NOON + timedelta(hours=hours),
        reference=reference,
        reason="visit.xss",
        lifted=lifted,
    )


def decide(gate: TableGate, *bans: Ban, at: datetime = NOON) -> None:
    gate.apply([Decision(sequence=1, action=Action.BEGIN, ban=ban, decided=at) for ban in bans], at)


NETWORKS = st.one_of(
    st.builds(lambda low, length: ip_network((0xC0000200 | low, length), strict=False), st.integers(0, 255), st.sampled_from([0, 8, 15, 16, *range(24, 33)])),
    st.builds(lambda low, length: ip_network(((0x2001_0DB8 << 96) | low << 64, length), strict=False), st.integers(0, 255), st.sampled_from([0, 31, 32, *range(56, 65)])),
)  # fmt: skip


@given(
    bans=st.lists(st.tuples(NETWORKS, st.integers(-1, 5), st.sampled_from(["PF-1", "PF-2", "PF-3"])), max_size=12),
    exempt=st.lists(NETWORKS, max_size=2),
    loaded=st.integers(0, 12),
    low=st.integers(0, 255),
)  # fmt: skip
def test_every_address_is_answered_as_by_a_look_at_all_bans(
    bans: Sequence[tuple[Network, int, str]], exempt: Sequence[Network], loaded: int, low: int
) -> None:
    made = [ban_of(network, hours, reference) for network, hours, reference in bans]
    gate = TableGate(exempt)
    gate.load(made[:loaded], NOON)
    decide(gate, *made[loaded:])
    last = {(ban.network, ban.reference): ban for ban in made}
    for address in (IPv4Address(0xC0000200 | low), IPv6Address((0x2001_0DB8 << 96) | low << 64 | 7)):
        over = [ban for ban in last.values() if address in ban.network and ban.ends > NOON]
        spared = any(address in network for network in exempt)
        found = gate.shut_out(str(address), NOW)
        assert gate.is_shut_out(str(address), NOW) == (found is not None) == (bool(over) and not spared)
        if found is not None:
            assert found.ends == max(ban.ends.timestamp() for ban in over)
        standing = gate.standing_over(int(address), address.max_prefixlen, NOW)
        assert [held.ends for held in standing] == sorted((held.ends for held in standing), reverse=True)
        wanted = [] if spared else [(ban.reference, ban.ends.timestamp()) for ban in over]
        assert sorted((held.reference, held.ends) for held in standing) == sorted(wanted)
    assert gate.entries() == len({network for (network, _), ban in last.items() if ban.ends > NOON})


@pytest.mark.parametrize(
    "text", ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::7", "[2001:db8::7]", "2001:db8::7%eth0"]
)
def test_addresses_as_programs_print_them(text: str) -> None:
    gate = TableGate()
    gate.load([ban_of("192.0.2.0/24"), ban_of("2001:db8::/32")], NOON)
    assert gate.is_shut_out(text, NOW)


@pytest.mark.parametrize(
    "text", ["", "office.example", "192.0.2", "192.0.2.7\0", "\ud800", "1" * 9999, ":" * 9999]
)
def test_what_is_no_address_is_not_shut_out(text: str) -> None:
    gate = TableGate()
    gate.load([ban_of("0.0.0.0/0"), ban_of("::/0")], NOON)
    assert gate.shut_out(text, NOW) is None


def test_of_several_bans_the_longest_speaks_and_a_lift_leaves_the_others() -> None:
    gate = TableGate()
    gate.load([ban_of("192.0.2.7"), ban_of("192.0.2.7", 5, "PF-2"), ban_of("192.0.2.7", 3, "PF-3")], NOON)
    found = gate.shut_out("192.0.2.7", NOW)
    assert found is not None
    assert found.reference == "PF-2"
    decide(gate, ban_of("192.0.2.7", 5, "PF-2", lifted=NOON))
    found = gate.shut_out("192.0.2.7", NOW)
    assert found is not None
    assert found.reference == "PF-3"
    decide(gate, ban_of("192.0.2.7", 3, "PF-3", lifted=NOON), ban_of("192.0.2.7", lifted=NOON))
    assert gate.shut_out("192.0.2.7", NOW) is None
    assert gate.entries() == 0


def test_ended_bans_leave_the_memory_when_it_is_time() -> None:
    gate = TableGate()
    gate.load([ban_of("192.0.2.7"), ban_of("192.0.2.7", 0.5, "PF-2"), ban_of("192.0.2.0/24", 3)], NOON)
    assert gate.tend(NOON) == NOON + SWEEP_EVERY
    assert gate.entries() == 2
    later = NOON + timedelta(hours=2)
    assert gate.tend(later) == later + SWEEP_EVERY
    assert [(str(network), held.rung) for network, held in gate.held()] == [("192.0.2.0/24", 2)]
    decide(gate, ban_of("192.0.2.7", 9, "PF-3"), at=later)
    assert gate.entries() == 2


def test_held_tells_every_network() -> None:
    networks = ["192.0.2.7/32", "198.51.100.0/24", "2001:db8:0:1::/64"]
    gate = TableGate()
    gate.load([ban_of(network) for network in networks], NOON)
    assert sorted(str(network) for network, _ in gate.held()) == networks
    assert all(ip_address("192.0.2.7") in network or held.reason for network, held in gate.held())


def test_whether_anything_is_known_and_who_could_be_shut_out():
    gate = TableGate([parse_network("127.0.0.0/8")])
    assert not gate.loaded
    gate.load([], NOON)
    assert gate.loaded
    assert gate.may_shut_out("192.0.2.1")
    assert [gate.may_shut_out(text) for text in ("127.0.0.1", "::ffff:127.0.0.1", "name", "", "x" * 200)] == [
        False
    ] * 5


def test_the_last_change_is_told():
    gate = TableGate()
    assert gate.changed == 0
    gate.load([], NOON)
    assert gate.changed == NOW
    decide(gate, ban_of("192.0.2.1"), at=NOON + timedelta(seconds=9.5))
    assert gate.changed == NOW + 9
    gate.tend(NOON + timedelta(hours=3))
    assert gate.changed == NOW + 9


def test_who_asks_hears_that_everybody_is_let_in():
    gate = TableGate()
    gate.stand_open(NOON)
    assert (gate.stands_open, gate.loaded) == (True, True)
    gate.load([], NOON)
    assert not gate.stands_open
