"""Pieces of prefixes: the same addresses, no overlap, the latest end."""

from ipaddress import IPv4Address, IPv4Network, ip_network

from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.gates.nftables.disjoint import cut_disjoint


def test_prefixes_apart_stay_whole():
    networks = {ip_network("10.0.0.0/8"): 1.0, ip_network("11.0.0.0/8"): 2.0}
    assert cut_disjoint(networks, 4) == networks


def test_an_inner_prefix_that_ends_sooner_is_covered_already():
    networks = {ip_network("10.0.0.0/8"): 2.0, ip_network("10.1.0.0/16"): 1.0, ip_network("10.0.0.0/16"): 2.0}
    assert cut_disjoint(networks, 4) == {ip_network("10.0.0.0/8"): 2.0}


def test_the_outer_prefix_is_cut_around_one_that_ends_later():
    networks = {ip_network("10.0.0.0/8"): 1.0, ip_network("10.64.0.0/10"): 2.0}
    assert cut_disjoint(networks, 4) == {
        ip_network("10.0.0.0/10"): 1.0,
        ip_network("10.64.0.0/10"): 2.0,
        ip_network("10.128.0.0/9"): 1.0,
    }


def test_nesting_may_be_deep():
    networks = {
        ip_network("10.0.0.0/14"): 1.0,
        ip_network("10.0.0.0/15"): 2.0,
        ip_network("10.0.0.0/16"): 3.0,
    }
    assert cut_disjoint(networks, 4) == {
        ip_network("10.0.0.0/16"): 3.0,
        ip_network("10.1.0.0/16"): 2.0,
        ip_network("10.2.0.0/15"): 1.0,
    }


def test_ipv6_is_cut_alike_and_the_other_family_is_passed_over():
    networks = {
        ip_network("2001:db8::/55"): 1.0,
        ip_network("2001:db8::/56"): 2.0,
        ip_network("10.0.0.0/8"): 1.0,
    }
    assert cut_disjoint(networks, 6) == {
        ip_network("2001:db8::/56"): 2.0,
        ip_network("2001:db8:0:100::/56"): 1.0,
    }


def test_the_widest_and_the_longest_prefix_may_stand_together():
    pieces = cut_disjoint({ip_network("::/0"): 1.0, ip_network("2001:db8::1/128"): 2.0}, 6)
    assert len(pieces) == 129
    assert pieces[ip_network("2001:db8::1/128")] == 2.0


# A small corner of the address space, so that prefixes meet often.
prefixes = st.builds(
    lambda value, length: IPv4Network((value >> (32 - length) << (32 - length), length)),
    st.integers(0, 255),
    st.integers(22, 32),
)


@given(st.dictionaries(prefixes, st.integers(1, 5).map(float), max_size=12))
@settings(max_examples=150)
def test_every_address_has_the_latest_end_of_the_prefixes_around_it_exactly_once(ends):
    pieces = cut_disjoint(ends, 4)
    for value in range(0, 1024, 3):
        address = IPv4Address(value)
        around = [end for network, end in ends.items() if address in network]
        found = [end for network, end in pieces.items() if address in network]
        assert found == ([max(around)] if around else [])
