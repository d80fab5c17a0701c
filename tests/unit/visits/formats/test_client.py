"""An address is read as written, and nothing else passes for one."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.net.addresses import parse_address
from pforte.visits.formats.client import read_client, read_site


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_every_address_is_read(address):
    """All forms of one address mean the same."""
    text = str(address)
    assert read_client(text.encode()) == text
    assert read_client(f"[{text}]".encode()) == text
    port = f"[{text}]:65535" if address.version == 6 else f"{text}:65535"
    assert read_client(port.encode()) == text


@given(st.binary(max_size=60))
def test_whatever_is_read_is_an_address(raw):
    """The rest of the house can read what this returns."""
    text = read_client(raw)
    if text is not None:
        parse_address(text)


@given(st.text("0123456789abcdef:.[]%", max_size=30))
def test_nearly_addresses(text):
    """What ``ipaddress`` refuses is refused, even if it looks like an address."""
    client = read_client(text.encode())
    if client is None and "[" not in text and "%" not in text:
        with pytest.raises(ValueError, match=r"."):
            ipaddress.ip_address(text)


def test_forms():
    """v4-mapped, zone id, leading zeros, names, lists."""
    assert read_client(b"::ffff:192.0.2.1") == "::ffff:192.0.2.1"
    assert read_client(b"fe80::1%eth0") == "fe80::1"
    assert read_client(b"[192.0.2.1]") == "192.0.2.1"
    for raw in (
        b"[192.0.2]",
        b"12345",
        b"192.030.0.6",
        b"example.com",
        b"-",
        b"",
        b"192.0.2.1, 192.0.2.2",
        b"192.0.2.256",
        b"1:" * 50,
    ):
        assert read_client(raw) is None


@pytest.mark.parametrize(
    ("raw", "site"),
    [
        (b"WWW.Example.org", b"www.example.org"),
        (b"example.org:443", b"example.org"),
        (b"[2001:db8::1]:443", b"[2001:db8::1]"),
        (b"2001:db8::1", b"2001:db8::1"),
        (b"-", b""),
        (b"", b""),
    ],
)
def test_sites(raw, site):
    """One site has one name."""
    assert read_site(raw) == site
