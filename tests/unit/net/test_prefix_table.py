"""The prefix table answers as a naive search through all networks does, after any order of changes."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.net.addresses import fold
from pforte.net.prefix_table import PrefixTable


def _v4(value, length):
    return IPv4Network((value >> (32 - length) << (32 - length), length))


def _v6(value, length):
    return IPv6Network((value >> (128 - length) << (128 - length), length))


# Few differing bits, so that networks really cover one another and addresses really hit.
_low = st.integers(0, 255)
_v4_values = st.builds(lambda low, high: 0xC0000000 | high << 24 | low, _low, st.integers(0, 1))
_v6_values = st.builds(lambda low, high: 0x20010DB8 << 96 | high << 64 | low, _low, _low)
networks = st.one_of(
    st.builds(_v4, _v4_values, st.sampled_from([0, 1, 8, 24, 28, 31, 32])),
    st.builds(_v6, _v6_values, st.sampled_from([0, 32, 56, 64, 120, 127, 128])),
)
addresses = st.one_of(
    st.builds(ip_address, _v4_values),
    st.builds(ip_address, _v6_values),
    st.builds(lambda value: ip_address(0xFFFF << 32 | value), _v4_values),
)
changes = st.lists(st.tuples(networks, st.none() | st.integers()), max_size=30)


def filled(changes):
    table, naive = PrefixTable(), {}
    for network, value in changes:
        if value is None:
            assert table.remove(network) == naive.pop(network, None)
        else:
            table.set(network, value)
            naive[network] = value
    return table, naive


def inside(inner, outer):
    return inner.version == outer.version and inner.subnet_of(outer)


@given(changes, addresses)
def test_the_longest_network_is_that_of_a_naive_search(changes, address):
    table, naive = filled(changes)
    folded = fold(address)
    hits = [network for network in naive if network.version == folded.version and folded in network]
    best = max(hits, key=lambda network: network.prefixlen, default=None)
    expected = None if best is None else (best, naive[best])
    assert table.longest(address) == expected
    assert table.longest_text(str(address)) == expected
    assert table.longest_text(f"[{address}]") == expected
    assert table.longest_number(int(address), address.max_prefixlen) == expected


@given(changes, networks)
def test_covering_and_covered_networks_are_those_of_a_naive_search(changes, network):
    table, naive = filled(changes)
    covering = [(outer, naive[outer]) for outer in naive if inside(network, outer)]
    assert list(table.covering(network)) == sorted(covering, key=lambda found: -found[0].prefixlen)
    covered = list(table.covered_by(network))
    assert sorted(covered) == sorted((inner, naive[inner]) for inner in naive if inside(inner, network))
    assert [found[0].prefixlen for found in covered] == sorted(
        (found[0].prefixlen for found in covered), reverse=True
    )


@given(changes, networks)
def test_the_table_holds_what_was_set_and_not_removed(changes, network):
    table, naive = filled(changes)
    assert dict(table.items()) == naive
    assert set(table) == set(naive)
    assert len(table) == len(naive)
    assert (network in table) == (network in naive)
    assert table.get(network) == naive.get(network)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=50), st.text("0123456789abcdef:.[]%/ ", max_size=50)))
def test_a_text_that_is_no_address_lies_in_no_network(text):
    table = PrefixTable()
    table.set(ip_network("0.0.0.0/0"), "v4")
    table.set(ip_network("::/0"), "v6")
    found = table.longest_text(text)
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        address = ip_address(bare.partition("%")[0] if ":" in bare else bare)
    except ValueError:
        assert found is None
    else:
        assert found[1] == f"v{fold(address).version}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.2.3",
        "1.2.3.4 ",
        "1.2.3.4\0",
        "01.2.3.4",
        "[1.2.3.4",
        "fe80::1%" + "x" * 200,
        "\ud800",
        "1.2.3.4%eth0",
    ],
)
def test_near_addresses_are_not_taken_for_some(text):
    table = PrefixTable()
    table.set(ip_network("0.0.0.0/0"), 1)
    table.set(ip_network("::/0"), 1)
    assert table.longest_text(text) is None


def test_a_zone_is_dropped():
    table = PrefixTable()
    table.set(ip_network("fe80::/10"), "link")
    assert table.longest_text("fe80::1%eth0") == (ip_network("fe80::/10"), "link")
    assert table.longest_text("[fe80::1%eth0]") == (ip_network("fe80::/10"), "link")


def test_a_value_may_be_none_or_false_and_is_found_all_the_same():
    table = PrefixTable()
    table.set(ip_network("192.0.2.0/24"), None)
    assert table.longest(ip_address("192.0.2.1")) == (ip_network("192.0.2.0/24"), None)
    assert ip_network("192.0.2.0/24") in table
    assert "192.0.2.0/24" not in table


def test_a_small_network_in_a_large_table_is_not_searched_through():
    table = PrefixTable()
    for low in range(5000):
        table.set(IPv4Network(0xC0000200 + low), low)
    found = list(table.covered_by(ip_network("192.0.2.0/30")))
    assert found == [(ip_network(f"192.0.2.{low}/32"), low) for low in range(4)]
