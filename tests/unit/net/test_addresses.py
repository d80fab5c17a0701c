"""Addresses are read as people and programs write them, and charged to the right network."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.net.addresses import (
    LONGEST_TEXT,
    AddressError,
    fold,
    network_of,
    network_of_text,
    number_of,
    parse_address,
    parse_network,
)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1\n", "192.0.2.1"),
        ("[192.0.2.1]", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::192.0.2.1", "::c000:201"),
    ],
)
def test_an_address_is_read(text, address):
    assert parse_address(text) == ip_address(address)


@pytest.mark.parametrize(
    "text",
    ["", "-", "localhost", "192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.1/32", "[::1", "::1]", "192.0.2.1%eth0",
     "[[::1]]", "1.2.3.4:80", "[::1]:80", "::1::", "\0", "\ud800", "٣.1.1.1"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text):
    for read in (parse_address, network_of_text, parse_network):
        if read is parse_network and "/" in text:
            continue
        with pytest.raises(AddressError):
            read(text)


@given(
    st.one_of(
        st.text(max_size=30),
        st.text("0123456789abcdefF:.[]%", max_size=30),
        st.ip_addresses().map(str),
        st.ip_addresses(v=4).map(lambda address: f"::ffff:{address}"),
        st.ip_addresses().map(lambda address: f"[{address}]"),
        st.ip_addresses(v=6).map(lambda address: f"{address}%eth0"),
    )
)
def test_the_number_of_an_address_is_that_of_the_address(text):
    """Spaces around it, which people write, are no part of an address that programs look up."""
    try:
        address = parse_address(text)
    except AddressError:
        assert number_of(text) is None
    else:
        assert number_of(text) == (None if text != text.strip() else (int(address), address.max_prefixlen))


@pytest.mark.parametrize("text", ["", "[" * 5_000 + "]" * 5_000, "[[192.0.2.1]]", "1" * 9_999, ":" * 9_999])
def test_what_is_no_address_has_no_number(text):
    assert number_of(text) is None


def test_a_long_text_is_refused_before_a_cache_keeps_it():
    long = "fe80::1%" + "x" * LONGEST_TEXT
    for read in (parse_address, network_of_text, parse_network):
        with pytest.raises(AddressError, match="is not an IP address") as caught:
            read(long)
        assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    ("address", "prefix", "network"),
    [
        ("192.0.2.1", 64, "192.0.2.1/32"),
        ("::ffff:192.0.2.1", 64, "192.0.2.1/32"),
        ("2001:db8:1:2::a", 64, "2001:db8:1:2::/64"),
        ("2001:db8:1:2::a", 56, "2001:db8:1::/56"),
        ("2001:db8:1:2::a", 128, "2001:db8:1:2::a/128"),
    ],
)
def test_an_act_is_charged_to_its_network(address, prefix, network):
    assert network_of(ip_address(address), prefix) == ip_network(network)
    assert network_of_text(address, prefix) == ip_network(network)


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("192.0.2.1", "192.0.2.1/32"),
        ("2001:db8::7", "2001:db8::/64"),
        (" 2001:db8::/32 ", "2001:db8::/32"),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::/0", "::/0"),
        ("fe80::%eth0/64", "fe80::/64"),
        ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
    ],
)
def test_a_network_is_read(text, network):
    assert parse_network(text) == ip_network(network)


@pytest.mark.parametrize(
    "text",
    [
        "192.0.2.1/24",
        "192.0.2.0/33",
        "2001:db8::1/32",
        "/",
        "x/8",
        "10.0.0.0/8/8",
        "::/-1",
        "10.0.0.0%eth0/8",
    ],
)
def test_what_is_no_network_is_refused_and_quoted(text):
    with pytest.raises(AddressError, match="is not a network"):
        parse_network(text)


@given(st.ip_addresses())
def test_an_address_lies_in_the_network_it_is_charged_to(address):
    network = network_of(address)
    assert fold(address) in network
    assert network_of_text(str(address)) == network
    assert parse_address(str(address)) == fold(address)


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_folded_to_ipv4(address):
    mapped = IPv6Address(0xFFFF << 32 | int(address))
    assert fold(mapped) == address
    assert isinstance(fold(mapped), IPv4Address)
    assert network_of(mapped) == IPv4Network(address)
