"""The map holds for every address whether it is shut out, exempt networks left out, and changes by what differs."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from pforte.bans.ban import Action, Ban, Decision
from pforte.gates.haproxy.wanted import Changes, Wanted
from pforte.net.addresses import Network, parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SMALL = st.builds(
    lambda low, length: ip_network((0xC0000200 | low, length), strict=False),
    st.integers(0, 15),
    st.integers(28, 32),
)


def ban_of(network: str | Network, hours: float = 1, reference: str = "PF-1") -> Ban:
    return Ban(
        network=parse_network(network) if isinstance(network, str) else network,
        rung=1,
        starts=NOON,
        ends=NOON + timedelta(hours=hours),
        reference=reference,
        reason="visit.xss",
    )


def decide(wanted: Wanted, ban: Ban) -> Changes:
    return wanted.apply([Decision(sequence=1, action=Action.BEGIN, ban=ban, decided=NOON)], NOON)


def test_a_decision_changes_what_differs():
    wanted = Wanted()
    wanted.load([ban_of("192.0.2.1")], NOON)
    assert wanted.entries == {ip_network("192.0.2.1"): "PF-1"}
    assert not decide(wanted, ban_of("192.0.2.1")).anything()
    assert decide(wanted, ban_of("192.0.2.2")).added == {ip_network("192.0.2.2"): "PF-1"}
    assert decide(wanted, ban_of("192.0.2.1", 2, "PF-2")).replaced == {ip_network("192.0.2.1"): "PF-2"}
    assert decide(wanted, ban_of("192.0.2.1", 0, "PF-2")).replaced == {ip_network("192.0.2.1"): "PF-1"}
    assert decide(wanted, ban_of("192.0.2.1", 0)).removed == [ip_network("192.0.2.1")]
    assert wanted.expire(NOON + timedelta(hours=1)).removed == [ip_network("192.0.2.2")]
    assert (wanted.entries, wanted.networks()) == ({}, 0)


def test_exempt_networks_are_cut_out():
    wanted = Wanted([parse_network("192.0.2.128/25")])
    wanted.load(
        [ban_of("192.0.2.0/24", 2, "PF-WIDE"), ban_of("192.0.2.0/25", 1, "PF-HALF"), ban_of("192.0.2.200")],
        NOON,
    )
    assert wanted.entries == {ip_network("192.0.2.0/25"): "PF-WIDE"}
    assert wanted.networks() == 3
    wide = decide(wanted, ban_of("192.0.2.0/24", 0, "PF-WIDE"))
    assert wide == Changes(replaced={ip_network("192.0.2.0/25"): "PF-HALF"})
    assert wanted.exempt([])
    assert not wanted.exempt([])
    assert wanted.entries == {ip_network("192.0.2.0/25"): "PF-HALF", ip_network("192.0.2.200"): "PF-1"}


def test_a_reference_that_means_something_to_haproxy_is_not_written():
    wanted = Wanted()
    wanted.load(
        [ban_of("192.0.2.1", reference="x;shutdown sessions"), ban_of("192.0.2.2", reference="a\nb")], NOON
    )
    assert set(wanted.entries.values()) == {"banned"}


@given(
    bans=st.lists(st.tuples(SMALL, st.integers(-1, 3), st.sampled_from(["PF-1", "PF-2"])), max_size=10),
    exempt=st.lists(SMALL, max_size=2),
    later=st.lists(SMALL, max_size=2),
    loaded=st.integers(0, 10),
    hours=st.integers(0, 3),
)
def test_changes_lead_to_the_same_map_as_a_fresh_load(bans, exempt, later, loaded, hours):
    made = [ban_of(network, end, reference) for network, end, reference in bans]
    wanted = Wanted(exempt)
    wanted.load(made[:loaded], NOON)
    held = dict(wanted.entries)

    def follow(changes: Changes) -> None:
        for network in changes.removed:
            del held[network]
        assert held.keys() >= changes.replaced.keys()
        assert not held.keys() & changes.added.keys()
        held.update(changes.replaced | changes.added)

    for ban in made[loaded:]:
        follow(decide(wanted, ban))
    moment = NOON + timedelta(hours=hours)
    follow(wanted.expire(moment))
    assert held == wanted.entries
    last = {(ban.network, ban.reference): ban for ban in made}.values()
    standing = [ban for ban in last if ban.ends > moment]
    for networks in (exempt, later):
        wanted.exempt(networks)
        for low in range(16):
            address = IPv4Address(0xC0000200 | low)
            over = any(address in ban.network for ban in standing)
            spared = any(address in network for network in networks)
            assert any(address in network for network in wanted.entries) == (over and not spared)
