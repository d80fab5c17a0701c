"""Every address is found in its name, and nothing else is taken for one."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.dnsbl.owner import V4_BITS, V6_BITS, Owner, Place, leading_address, read_owner

V4, V6 = st.ip_addresses(v=4), st.ip_addresses(v=6)


def labels_of(address: IPv4Address | IPv6Address) -> list[bytes]:
    name = address.reverse_pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")
    return [label.encode() for label in name.split(".")]


def message(labels: list[bytes]) -> bytes:
    return bytes(12) + b"".join(len(label).to_bytes() + label for label in labels) + b"\5dnsbl\0\0\1\0\1"


@given(V4)
def test_each_ipv4_address(address):
    labels = labels_of(address)
    assert read_owner(labels) == Owner(Place.ADDRESS, V4_BITS, int(address))
    raw = message(labels)
    at, bits, number = leading_address(raw)
    assert (bits, number) == (V4_BITS, int(address))
    assert raw[at:].startswith(b"\5dnsbl")


@given(V6)
def test_each_ipv6_address(address):
    labels = labels_of(address)
    folded = address.ipv4_mapped or address
    bits = V4_BITS if address.ipv4_mapped else V6_BITS
    assert read_owner(labels) == Owner(Place.ADDRESS, bits, int(folded))
    for raw in (message(labels), message([label.upper() for label in labels])):
        at, found, number = leading_address(raw)
        assert (found, number) == (bits, int(folded))
        assert raw[at:].startswith(b"\5dnsbl")


@pytest.mark.standard("5782:5")
def test_the_test_entry_of_ipv6_is_that_of_ipv4():
    for text in ("127.0.0.2", "::ffff:7f00:2"):
        assert read_owner(labels_of(ip_address(text))) == Owner(Place.ADDRESS, V4_BITS, 0x7F000002)


@given(address=V4 | V6, kept=st.integers(1, 31))
def test_each_end_of_an_address_may_have_addresses_below(address, kept):
    labels = labels_of(address)
    if kept < len(labels):
        end = labels[len(labels) - kept :]
        place = read_owner(end).place
        assert place is Place.WITHIN or (kept == 4 and all(len(label) == 1 for label in end))


def test_the_zone_itself():
    assert read_owner([]) == Owner(Place.APEX)


@pytest.mark.parametrize(
    "name",
    ["www", "256", "1.2.3.256", "01.2.3.4", "1.2.3.4.5.66", "+1.2.3.4", "1.2.3.x", "g.1.2.3.4.5", "٣.1.2.3", "-1", "1.a.300",
     "x.2.0.0.127", ".".join("1" * 33)],
)  # fmt: skip
def test_what_is_no_address(name):
    assert read_owner([label.encode() for label in name.split(".")]) == Owner(Place.NOTHING)


@given(st.binary(max_size=120))
def test_nothing_but_an_address_is_found_at_the_beginning(raw):
    try:
        at, bits, number = leading_address(raw)
    except (KeyError, IndexError, ValueError):
        return
    labels = []
    place = 12
    while place < at:
        labels.append(raw[place + 1 : place + 1 + raw[place]].lower())
        place += raw[place] + 1
    assert read_owner(labels) == Owner(Place.ADDRESS, bits, number)
