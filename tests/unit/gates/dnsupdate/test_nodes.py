"""Nodes hold the addresses of a network, and no wildcard of one family answers for the other."""

from ipaddress import IPv4Network, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.gates.dnsupdate.nodes import above, bears, nodes_of, owner_of
from pforte.net.addresses import Network

V4 = st.builds(
    lambda number, length: ip_network((number, length), strict=False),
    st.one_of(st.integers(0, (1 << 32) - 1), st.sampled_from([0x02000001, 0x03040506, 0x0A000001])),
    st.integers(18, 32),
)
V6 = st.builds(
    lambda number, length: ip_network((number << 64, length), strict=False),
    st.integers(1 << 32, (1 << 64) - 1),
    st.integers(15, 128),
)


@settings(max_examples=40, deadline=None)
@given(V4 | V6)
def test_nodes_hold_the_same_addresses(network: Network) -> None:
    nodes = list(nodes_of(network))
    assert sum(node.num_addresses for node in nodes) == network.num_addresses
    assert all(node.subnet_of(network) for node in nodes)  # type: ignore[arg-type]  # one family
    assert len({owner_of(node) for node in nodes}) == len(nodes)
    assert all(map(bears, nodes))


@pytest.mark.parametrize(
    ("network", "count"),
    [("192.0.2.7/32", 1), ("192.0.2.0/25", 128), ("192.0.0.0/9", 128), ("2001:db8::/64", 1), ("2001:db8::/61", 8),
     ("2.0.0.0/24", 256), ("2.0.0.0/16", 246 + 10 * 256), ("2000::/15", 2), ("192.0.0.0/8", 1)],
)  # fmt: skip
def test_how_many(network: str, count: int) -> None:
    assert len(list(nodes_of(ip_network(network)))) == count


@settings(max_examples=40, deadline=None)
@given(V4 | V6)
def test_the_nodes_above_are_the_ends_of_the_name(network: Network) -> None:
    node = next(nodes_of(network))
    name = owner_of(node).removeprefix("*.")
    ends = [owner_of(one).removeprefix("*.") for one in above(node)]
    labels = name.split(".")
    assert ends == [".".join(labels[begin:]) for begin in range(1, len(labels))]


@settings(max_examples=40, deadline=None)
@given(v4=V4, v6=V6)
def test_no_wildcard_of_ipv4_is_above_an_ipv6_address(v4: IPv4Network, v6: Network) -> None:
    for node in nodes_of(v4):
        end = owner_of(node).removeprefix("*")
        if end != owner_of(node):
            assert not all(len(label) == 1 for label in end.strip(".").split("."))
    for node in nodes_of(v6):
        assert owner_of(node).count(".") >= 4


@pytest.mark.standard("4592:3.3.1")
@pytest.mark.parametrize(
    ("network", "owner"),
    [("192.0.2.1/32", "1.2.0.192"), ("192.0.2.0/24", "*.2.0.192"), ("10.0.0.0/8", "*.10"), ("2001:db8::/32", "*.8.b.d.0.1.0.0.2")],
)  # fmt: skip
def test_owners(network: str, owner: str) -> None:
    assert owner_of(ip_network(network)) == owner
