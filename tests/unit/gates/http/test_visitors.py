"""The visitor is the rightmost address that no trusted proxy has; the quick hint never says otherwise."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.http.visitors import Unknown, Visitors

TRUSTED = [ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48")]


def visitor(header: str, peer: str, **fields: bytes) -> str | Unknown:
    visitors = Visitors(TRUSTED, header)  # type: ignore[arg-type]
    headers = {name.replace("_", "-").encode(): value for name, value in fields.items()}
    return visitors.visitor(visitors.asker(peer), headers)


@pytest.mark.parametrize(
    ("header", "value", "address"),
    [
        ("x-forwarded-for", b"192.0.2.7", "192.0.2.7"),
        ("x-forwarded-for", b"198.51.100.66, 192.0.2.7", "192.0.2.7"),
        ("x-forwarded-for", b"198.51.100.66, 192.0.2.7, 10.1.2.3", "192.0.2.7"),
        ("x-forwarded-for", b"10.1.2.3", "10.1.2.3"),
        ("x-forwarded-for", b"192.0.2.7:4711", "192.0.2.7"),
        ("x-forwarded-for", b"[2001:db8::7]:4711", "2001:db8::7"),
        ("x-forwarded-for", b"::ffff:192.0.2.7", "192.0.2.7"),
        ("x-real-ip", b"192.0.2.7", "192.0.2.7"),
        ("forwarded", b'for=198.51.100.66, for="[2001:db8::7]:4711";proto=https', "2001:db8::7"),
    ],
)
def test_trusted_proxies_are_believed(header, value, address):
    assert visitor(header, "127.0.0.1", **{header.replace("-", "_"): value}) == address


def test_nobody_else_is_believed():
    assert visitor("x-forwarded-for", "198.51.100.66", x_forwarded_for=b"192.0.2.7") == "198.51.100.66"
    assert visitor("x-forwarded-for", "::ffff:198.51.100.66", x_forwarded_for=b"192.0.2.7") == "198.51.100.66"


def test_only_the_header_that_is_set_counts():
    """A proxy passes the others on as the visitor sent them."""
    assert visitor(
        "x-forwarded-for", "127.0.0.1", x_real_ip=b"192.0.2.7", forwarded=b"for=192.0.2.7"
    ) == Unknown("127.0.0.1 sent no x-forwarded-for")


@pytest.mark.parametrize("value", [b"unknown", b"www.example.org", b"192.0.2.7, junk", b"1" * 300])
def test_who_names_no_address_names_nobody(value):
    assert isinstance(visitor("x-forwarded-for", "127.0.0.1", x_forwarded_for=value), Unknown)


ADDRESSES = st.one_of(
    st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(str), st.sampled_from(["10.0.0.1", "127.0.0.1"])
)


@given(peer=ADDRESSES, value=st.one_of(ADDRESSES.map(str.encode), st.binary(max_size=40)))
def test_where_the_hint_is_an_address_it_is_the_visitor(peer, value):
    from pforte.net.addresses import AddressError, parse_address  # noqa: PLC0415  of this one test

    visitors = Visitors(TRUSTED, "x-forwarded-for")
    asker = visitors.asker(peer)
    hint = visitors.hint(asker, {b"x-forwarded-for": value})
    try:
        address = str(parse_address(hint))
    except AddressError:
        return
    assert visitors.visitor(asker, {b"x-forwarded-for": value}) == address


@pytest.mark.parametrize(
    ("header", "peer", "forwards"),
    [
        ("x-forwarded-for", "127.0.0.1", True),
        ("x-forwarded-for", "192.0.2.7", False),
        ("x-real-ip", "127.0.0.1", False),
        ("forwarded", "127.0.0.1", False),
    ],
)
def test_whose_word_stands_in_x_forwarded_for(header, peer, forwards):
    assert Visitors(TRUSTED, header).asker(peer).forwards is forwards
