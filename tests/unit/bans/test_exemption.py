"""Nobody is banned who must not be."""

import pytest

from pforte.bans.exemption import Exemptions
from pforte.net.addresses import parse_address, parse_network

EXEMPTIONS = Exemptions(
    [
        (parse_network("192.0.2.1"), "default gateway"),
        (parse_network("192.0.2.1"), "resolver"),
        (parse_network("198.51.100.0/24"), "setting exempt.networks"),
        (parse_network("198.51.100.7"), "host name www.example.org"),
        (parse_network("2001:db8::5/128"), "own address"),
    ],
    [parse_network("100.64.0.0/10")],
)


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("127.9.9.9", "loopback"),
        ("::1", "loopback"),
        ("192.0.2.1", "default gateway"),
        ("192.0.2.2", ""),
        ("198.51.100.8", "setting exempt.networks"),
        ("198.51.100.7", "host name www.example.org"),
        ("2001:db8::5", "own address"),
        ("2001:db8::6", ""),
    ],
)
def test_an_address_has_the_reason_of_its_most_exact_exemption(who, reason):
    assert EXEMPTIONS.reason(parse_address(who)) == reason


@pytest.mark.parametrize(
    ("network", "reason"),
    [
        ("198.51.100.0/25", "setting exempt.networks"),
        ("198.51.100.0/24", "setting exempt.networks"),
        ("198.51.100.0/23", ""),
        ("2001:db8::/64", ""),
        ("2001:db8::5/128", "own address"),
        ("127.0.0.0/16", "loopback"),
    ],
)
def test_a_network_is_exempt_only_as_a_whole(network, reason):
    assert EXEMPTIONS.reason(parse_network(network)) == reason


def test_exempt_networks_inside_a_wider_one_are_found():
    inside = EXEMPTIONS.overlaps(parse_network("198.51.0.0/16"))
    assert sorted(str(network) for network, _ in inside) == ["198.51.100.0/24", "198.51.100.7/32"]
    assert EXEMPTIONS.overlaps(parse_network("2001:db8::/64")) == [
        (parse_network("2001:db8::5/128"), "own address")
    ]
    assert EXEMPTIONS.overlaps(parse_network("203.0.113.0/24")) == []


@pytest.mark.parametrize(
    ("network", "shared"),
    [("100.64.1.1", True), ("100.0.0.0/8", True), ("100.128.0.0/10", False), ("2001:db8::/64", False)],
)
def test_a_network_is_shared_inside_and_around_a_shared_one(network, shared):
    assert EXEMPTIONS.shared(parse_network(network)) is shared


def test_every_exempt_network_is_listed_for_the_gates():
    networks = {str(network) for network, _ in EXEMPTIONS.networks()}
    assert networks == {
        "127.0.0.0/8",
        "::1/128",
        "192.0.2.1/32",
        "198.51.100.0/24",
        "198.51.100.7/32",
        "2001:db8::5/128",
    }
