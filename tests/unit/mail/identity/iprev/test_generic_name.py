"""A name that spells its address was made by rule; a name with other numbers was given by somebody."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pforte.mail.identity.iprev import spelled_address

MADE_BY_RULE = [
    ("203.0.113.9", "dyn-203-0-113-9.example"),
    ("203.0.113.9", "203-0-113-9.dyn.example"),
    ("203.0.113.9", "203.0.113.9.static.example"),
    ("203.0.113.9", "static.9.113.0.203.example"),
    ("203.0.113.9", "host203_0_113_9.example"),
    ("203.0.113.9", "c-203-0-113-9.hsd1.example"),
    ("203.0.113.9", "pool-203.0-113.9.example"),
    ("203.0.113.9", "203000113009.example"),
    ("203.0.113.9", "203-000-113-009.example"),
    ("203.0.113.9", "h009113000203.example"),
    ("203.0.113.9", "pCB007109.dip0.example"),
    ("203.0.113.9", "cb-00-71-09.example"),
    ("203.0.113.9", "x097100cb.example"),
    ("203.0.113.9", "ip3405803785.example"),
    ("203.0.113.9", "cpe-0-113-9.example"),
    ("203.0.113.9", "9-113-0.cable.example"),
    ("::ffff:203.0.113.9", "dyn-203-0-113-9.example"),
    ("2001:db8::5", "2001-db8--5.example"),
    ("2001:db8:1:2:3:4:5:6", "2001-db8-1-2-3-4-5-6.example"),
    ("2001:db8:1:2:3:4:5:6", "2001-0db8-0001-0002-0003-0004-0005-0006.example"),
    ("2001:db8:1:2:3:4:5:6", "20010db8000100020003000400050006.example"),
    ("2001:db8:1:2:3:4:5:6", "6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.example"),
    ("2001:db8:1:2:3:4:5:6", "cust-2001-db8-1-2.example"),
    ("2001:db8:1:2:a1b2:c3ff:fed4:e5f6", "host-a1b2-c3ff-fed4-e5f6.example"),
    ("2001:db8:1:2:a1b2:c3ff:fed4:e5f6", "a1b2c3fffed4e5f6.example"),
]
GIVEN_BY_SOMEBODY = [
    ("203.0.113.9", "mail.example"),
    ("203.0.113.9", "mx9.example"),
    ("203.0.113.9", "mx113-9.example"),
    ("203.0.113.9", "dyn-203-0-113-8.example"),
    ("203.0.113.9", "dyn-203-1-113-9.example"),
    ("203.0.113.9", "dyn-203-0-113-90.example"),
    ("203.0.113.9", "dyn90-113-9.example"),
    ("203.0.113.9", "20300113009.example"),
    ("203.0.113.9", "13405803785.example"),
    ("203.0.113.9", "out-2026-11-24.example"),
    ("10.20.30.40", "mx10-20.example"),
    ("192.0.2.1", "mail-a1.eu-central-1.example"),
    ("192.0.2.1", ""),
    ("2001:db8::25", "mx25.example"),
    ("2001:db8::5", "2001-db8--57.example"),
    ("2001:db8::1", "mx-2001.example"),
    ("2001:db8:1:2::1", "smtp-0-0-0-1.example"),
    ("::1", "host1.example"),
    ("2001:db8:1:2:a1b2:c3ff:fed4:e5f6", "host-a1b2-c3ff-fed4-e5f7.example"),
]


@pytest.mark.parametrize(("address", "name"), MADE_BY_RULE)
def test_names_made_by_rule(address, name):
    assert spelled_address(name, ip_address(address))


@pytest.mark.parametrize(("address", "name"), GIVEN_BY_SOMEBODY)
def test_names_given_by_somebody(address, name):
    assert spelled_address(name, ip_address(address)) == ""


def test_the_part_that_spells_it_is_told():
    assert spelled_address("a.DYN_203-0.113-9.example", ip_address("203.0.113.9")) == "203-0-113-9"


@given(st.ip_addresses(v=4), st.sampled_from("-._"), st.booleans(), st.sampled_from(["", "dyn-", "x"]))
def test_every_ipv4_address_is_seen_in_its_name(address: IPv4Address, separator, reverse, before):
    octets = str(address).split(".")[:: -1 if reverse else 1]
    assert spelled_address(f"{before}{separator.join(octets)}.example", address)
    assert spelled_address(f"{before}{address.packed.hex()}.example", address)


@given(st.ip_addresses(v=6))
def test_every_ipv6_address_is_seen_in_its_name(address: IPv6Address):
    assume(address.ipv4_mapped is None)
    assert spelled_address(address.exploded.replace(":", "-") + ".example", address)
    assert spelled_address(address.reverse_pointer.removesuffix("ip6.arpa") + "example", address)


@given(st.text("0123456789abcdef-._x", max_size=80), st.ip_addresses())
def test_what_is_found_stands_in_the_name(name, address):
    found = spelled_address(name, address)
    assert found in "-".join(filter(None, name.replace(".", "-").replace("_", "-").split("-"))) or not found
