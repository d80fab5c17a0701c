"""Networks and moments come out of the register as they went in, and keys sort as look-ups need."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.register.encoding import (
    EncodingError,
    covering_keys,
    decode_address,
    decode_moment,
    decode_network,
    encode_address,
    encode_moment,
    encode_network,
    inside_keys,
    storable,
)


def networks_4():
    return st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(
        lambda pair: IPv4Network((pair[0] >> (32 - pair[1]) << (32 - pair[1]), pair[1]))
    )


def networks_6():
    return st.tuples(st.integers(0, 2**128 - 1), st.integers(0, 128)).map(
        lambda pair: IPv6Network((pair[0] >> (128 - pair[1]) << (128 - pair[1]), pair[1]))
    )


NETWORKS = networks_4() | networks_6()


@given(NETWORKS)
def test_a_network_comes_back(network):
    assert decode_network(encode_network(network)) == network


@given(NETWORKS, NETWORKS)
def test_the_range_holds_exactly_what_is_inside(one, other):
    lowest, highest = inside_keys(one)
    inside = one.version == other.version and other.subnet_of(one)
    assert (lowest <= encode_network(other) <= highest) == inside


@given(networks_4(), st.integers(0, 32))
def test_covering_keys_are_of_supernets(network, prefix):
    keys = covering_keys(network, [prefix])
    expected = [network.supernet(new_prefix=prefix)] if prefix <= network.prefixlen else []
    assert [decode_network(key) for key in keys] == expected


def test_ipv4_is_not_inside_the_whole_of_ipv6():
    """A ban of ::/0 must not be found for an IPv4 address."""
    lowest, highest = inside_keys(ip_network("::/0"))
    assert not lowest <= encode_network(ip_network("192.0.2.1/32")) <= highest


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_comes_back_to_the_microsecond(moment):
    assert decode_moment(encode_moment(moment)) == moment


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_numbers_sort_as_moments_do(one, other):
    assert (encode_moment(one) < encode_moment(other)) == (one < other)


def test_a_moment_of_another_zone_is_the_same_moment():
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert encode_moment(moment) == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize("address", [IPv4Address("192.0.2.1"), IPv6Address("2001:db8::1")])
def test_an_address_comes_back(address):
    assert decode_address(encode_address(address)) == address


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x04",
        b"\x05\xc0\x00\x02\x01\x20",
        b"\x04\xc0\x00\x02\x01\x21",
        b"\x06" + bytes(5),
        b"\x06" + b"\xff" * 17,
    ],
)
def test_damaged_bytes_are_named(raw):
    """A damaged row must never turn into some other network."""
    with pytest.raises(EncodingError, match="not a network"):
        decode_network(raw)


@given(st.binary(max_size=24))
def test_whatever_is_read_as_a_network_was_written_as_one(raw):
    try:
        network = decode_network(raw)
    except EncodingError:
        return
    assert encode_network(network) == raw


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_text_that_can_be_stored_is_left_as_it_is(text):
    assert storable(text) == text


@given(st.text(st.characters()))
def test_any_text_becomes_storable(text):
    found = storable(text)
    assert found.encode().decode() == found
    assert "\0" not in found


def test_an_address_of_another_length_is_refused():
    with pytest.raises(EncodingError, match="not an address"):
        decode_address(b"abc")
