"""Nobody is banned who must not be."""

import pytest

from pforte.bans.exemption import Exemptions, build_exemptions
from pforte.net.addresses import parse_address, parse_network
from pforte.net.local import Local
from pforte.settings.table import ExemptSettings

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


@pytest.mark.parametrize(
    ("network", "reason"),
    [("2001:db8::5/128", "own address"), ("2001:db8::/56", "own address"), ("203.0.113.0/24", "")],
)
def test_a_network_that_holds_somebody_exempt_is_told(network, reason):
    assert EXEMPTIONS.held(parse_network(network)) == reason


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


LOCAL = Local(
    own=(parse_network("192.0.2.10"), parse_network("2001:db8::10/128")),
    gateways=(parse_network("192.0.2.1"),),
    resolvers=(parse_network("192.0.2.53"),),
)


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("192.0.2.10", "own address"),
        ("2001:db8::10", "own address"),
        ("192.0.2.1", "default gateway"),
        ("192.0.2.53", "DNS resolver"),
        ("198.51.100.1", "setting exempt.networks"),
        ("2001:db8:7::9", "setting exempt.networks"),
        ("203.0.113.7", "address of monitor.example, setting exempt.hosts"),
        ("127.0.0.1", "loopback"),
        ("203.0.113.8", ""),
    ],
)
def test_the_settings_and_the_machine_say_who_is_exempt(who, reason):
    settings = ExemptSettings(networks=("198.51.100.0/24", "2001:db8:7::1"), hosts=("monitor.example",))
    found = build_exemptions(settings, LOCAL, {"monitor.example": [parse_address("203.0.113.7")]})
    assert found.reason(parse_address(who)) == reason


def test_each_kind_can_be_switched_off_but_loopback():
    settings = ExemptSettings(own=False, gateway=False, resolvers=False)
    found = build_exemptions(settings, LOCAL)
    assert [reason for _, reason in found.networks()] == ["loopback", "loopback"]


def test_shared_networks_come_from_the_settings():
    found = build_exemptions(ExemptSettings(), LOCAL)
    assert found.shared(parse_network("100.64.7.7"))
    assert not build_exemptions(ExemptSettings(shared=()), LOCAL).shared(parse_network("100.64.7.7"))
