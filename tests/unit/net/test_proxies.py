"""The visitor is the rightmost address that is no trusted proxy, whatever the left end of the chain claims."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.net.addresses import parse_network
from pforte.net.proxies import (
    MOST_CHARACTERS,
    MOST_HOPS,
    TrustedProxies,
    Visitor,
    parse_node,
    read_forwarded,
    read_forwarded_for,
)

OURS = TrustedProxies([parse_network("10.0.0.0/8"), parse_network("2001:db8:ffff::/48")])
PEER = ip_address("10.0.0.1")


def forwarded_for(*values, peer=PEER):
    return OURS.visitor(peer, read_forwarded_for(values))


def forwarded(*values, peer=PEER):
    return OURS.visitor(peer, read_forwarded(values))


def addresses(*texts):
    return tuple(map(ip_address, texts))


@pytest.mark.parametrize(
    ("values", "address", "proxies"),
    [
        (["192.0.2.1"], "192.0.2.1", ["10.0.0.1"]),
        (["198.51.100.9, 192.0.2.1"], "192.0.2.1", ["10.0.0.1"]),
        (["192.0.2.1, 10.0.0.2"], "192.0.2.1", ["10.0.0.1", "10.0.0.2"]),
        (["1.1.1.1, 192.0.2.1", "10.0.0.2"], "192.0.2.1", ["10.0.0.1", "10.0.0.2"]),
        (["192.0.2.1:4711"], "192.0.2.1", ["10.0.0.1"]),
        (["[2001:db8::1]:4711"], "2001:db8::1", ["10.0.0.1"]),
        (["2001:db8::1"], "2001:db8::1", ["10.0.0.1"]),
        (["::ffff:192.0.2.1"], "192.0.2.1", ["10.0.0.1"]),
        (["192.0.2.1, , 10.0.0.2,"], "192.0.2.1", ["10.0.0.1", "10.0.0.2"]),
        (["10.0.0.3, 10.0.0.2"], "10.0.0.3", ["10.0.0.1", "10.0.0.2"]),
        (["<script>, 192.0.2.1"], "192.0.2.1", ["10.0.0.1"]),
        ([], "10.0.0.1", []),
        ([""], "10.0.0.1", []),
    ],
)
def test_x_forwarded_for_names_the_visitor(values, address, proxies):
    assert forwarded_for(*values) == Visitor(ip_address(address), addresses(*proxies))


@pytest.mark.parametrize(
    ("values", "address", "proxies"),
    [
        (["for=192.0.2.1"], "192.0.2.1", ["10.0.0.1"]),
        (["For=192.0.2.1;proto=https;by=10.0.0.1"], "192.0.2.1", ["10.0.0.1"]),
        (['by=10.0.0.1; for="[2001:db8::1]:4711"'], "2001:db8::1", ["10.0.0.1"]),
        (['for="192.0.2.1:_gate"'], "192.0.2.1", ["10.0.0.1"]),
        (["for=198.51.100.9, for=192.0.2.1", "for=10.0.0.2"], "192.0.2.1", ["10.0.0.1", "10.0.0.2"]),
        (['for=192.0.2.1;host="a, for=9.9.9.9; for=9.9.9.9"'], "192.0.2.1", ["10.0.0.1"]),
        (['for=192.0.2.1;host="a\\", for=9.9.9.9"'], "192.0.2.1", ["10.0.0.1"]),
        (['for=192.0.2.1;host="a\\\\"'], "192.0.2.1", ["10.0.0.1"]),
        (['for="1\\92.0.2.1"'], "192.0.2.1", ["10.0.0.1"]),
        (['for="evil, for=192.0.2.1'], "192.0.2.1", ["10.0.0.1"]),
        (['for="evil', "for=192.0.2.1, for=10.0.0.2"], "192.0.2.1", ["10.0.0.1", "10.0.0.2"]),
        (["for=192.0.2.1, ,"], "192.0.2.1", ["10.0.0.1"]),
    ],
)
def test_forwarded_names_the_visitor(values, address, proxies):
    assert forwarded(*values) == Visitor(ip_address(address), addresses(*proxies))


@pytest.mark.parametrize(
    "value",
    [
        "for=unknown",
        'for="_hidden"',
        "for=",
        "proto=https",
        "for=192.0.2.1;for=192.0.2.2",
        "for",
        'for="192.0.2.1',
        "?",
    ],
)
def test_a_proxy_that_names_nobody_leaves_nobody_to_charge(value):
    found = forwarded(f"for=9.9.9.9, {value}")
    assert (found.address, found.proxies) == (None, (PEER,))
    assert found.trouble.startswith("10.0.0.1 names no address: ")


@pytest.mark.parametrize(
    "value", ["unknown", "192.0.2.1:http", "192.0.2.1:", "192.0.2.1:123456", "[::1", "x" * 5000]
)
def test_a_malformed_node_beside_a_proxy_leaves_nobody_to_charge(value):
    found = forwarded_for(f"9.9.9.9, {value}")
    assert (found.address, found.proxies) == (None, (PEER,))
    assert len(found.trouble) < 120


def test_the_word_of_a_stranger_is_not_taken():
    stranger = ip_address("192.0.2.7")
    assert forwarded_for("10.0.0.5", peer=stranger) == Visitor(stranger)
    assert forwarded("for=10.0.0.5", peer=stranger) == Visitor(stranger)


def test_a_mapped_peer_is_folded_before_it_is_trusted():
    found = forwarded_for("192.0.2.1", peer=ip_address("::ffff:10.0.0.1"))
    assert found == Visitor(ip_address("192.0.2.1"), (PEER,))


def test_without_trusted_proxies_the_peer_is_the_visitor():
    assert TrustedProxies([]).visitor(PEER, ["192.0.2.1"]) == Visitor(PEER)


def test_a_chain_of_trusted_proxies_is_bounded():
    found = forwarded_for(", ".join(["192.0.2.1", *["10.0.0.2"] * MOST_HOPS]))
    assert found.address is None
    assert len(found.proxies) == MOST_HOPS
    assert "more than 32" in found.trouble
    fewer = forwarded_for(", ".join(["192.0.2.1", *["10.0.0.2"] * (MOST_HOPS - 2)]))
    assert fewer.address == ip_address("192.0.2.1")


def test_a_text_that_is_cut_never_yields_half_an_address():
    value = "192.0.2.1" + " " * MOST_CHARACTERS + ", 10.0.0.2"
    assert forwarded_for(value).address is None
    assert forwarded(f"for=192.0.2.1;x={'y' * MOST_CHARACTERS}, for=10.0.0.2").address is None


@pytest.mark.parametrize(
    ("node", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:80", "192.0.2.1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:80", "2001:db8::1"),
        ("2001:db8::1:80", "2001:db8::1:80"),
    ],
)
def test_a_node_is_read_with_or_without_a_port(node, address):
    assert parse_node(node) == ip_address(address)


_hops = st.lists(
    st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=6, network="2001:db8:ffff::/48"),
    max_size=4,
)
_lies = st.text(max_size=60) | st.text('"\\,;= for[]:1.', max_size=60)
_visitors = st.ip_addresses(v=4, network="192.0.2.0/24") | st.ip_addresses(v=6, network="2001:db8::/48")


@given(_lies, _visitors, _hops)
def test_no_lie_on_the_left_changes_the_visitor_in_x_forwarded_for(lie, visitor, hops):
    chain = [lie, ", ".join(map(str, [visitor, *hops]))]
    assert forwarded_for(*chain) == Visitor(visitor, (PEER, *reversed(hops)))


@given(_lies, _visitors, _hops)
def test_no_lie_on_the_left_changes_the_visitor_in_forwarded(lie, visitor, hops):
    written = [f'for="[{hop}]"' if hop.version == 6 else f"for={hop};proto=https" for hop in [visitor, *hops]]
    assert forwarded(f"{lie}, {', '.join(written)}") == Visitor(visitor, (PEER, *reversed(hops)))


@given(st.lists(_lies, max_size=4))
def test_no_header_does_more_than_name_nobody(values):
    for found in (forwarded_for(*values), forwarded(*values)):
        assert found.address is None or found.proxies or found.address == PEER
