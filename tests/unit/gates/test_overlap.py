"""Networks without overlaps, and networks with holes."""

from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.overlap import collapse, cut_out, outside, table_of
from pforte.net.addresses import parse_network

prefixes = st.builds(
    lambda value, length: IPv4Network((value >> (32 - length) << (32 - length), length)),
    st.integers(0, 63),
    st.integers(27, 32),
)


def test_overlapping_networks_become_one():
    networks = [parse_network(text) for text in ("10.0.0.0/9", "10.128.0.0/9", "10.1.2.3", "::1/128")]
    assert collapse(networks) == {parse_network("10.0.0.0/8"), parse_network("::1/128")}


def test_a_network_without_holes_stays_whole():
    network = parse_network("2001:db8::/64")
    assert cut_out(network, []) == [network]


def test_an_ipv6_network_is_cut_around_one_address():
    pieces = cut_out(parse_network("2001:db8::/64"), [parse_network("2001:db8::7/128")])
    assert len(pieces) == 64
    assert not any(piece.overlaps(parse_network("2001:db8::7/128")) for piece in pieces)


@given(st.lists(prefixes, max_size=8))
def test_a_cut_network_holds_every_address_but_those_of_the_holes_once(networks):
    around = IPv4Network("0.0.0.0/26")
    holes = collapse(networks)
    if around in holes:
        return
    pieces = cut_out(around, holes)
    for value in range(64):
        address = IPv4Address(value)
        assert sum(address in piece for piece in pieces) == (not any(address in hole for hole in networks))


@given(prefixes, st.lists(prefixes, max_size=4))
def test_what_lies_outside_is_what_is_left(network, exempt):
    pieces = outside(network, table_of(exempt))
    left = [address for address in network if not any(address in each for each in exempt)]
    assert sorted(address for piece in pieces for address in piece) == left
