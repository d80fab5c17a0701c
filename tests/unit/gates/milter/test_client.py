"""What is told of a client becomes facts, and nothing is taken for proven that is not."""

from ipaddress import ip_address

import pytest

from pforte.gates.milter.client import path_of, session_of, tls_of
from pforte.gates.milter.wire import WireError
from pforte.mail.session import Tls


def connect(name=b"mail.example.net", family=b"4", port=25025, address=b"192.0.2.1\0"):
    return name + b"\0" + family + port.to_bytes(2, "big") + address


def session(data, **macros):
    return session_of(data, macros, tls_known=True)


def test_a_client_of_postfix():
    found = session(connect(), client_resolve="OK", j="mx.example.org")
    assert found.address == ip_address("192.0.2.1")
    assert found.port == 25025
    assert found.names == ("mail.example.net",)
    assert found.receiver == "mx.example.org"
    assert found.tls is None
    assert found.tls_known
    assert found.client_known


@pytest.mark.parametrize("address", [b"2001:db8::1\0", b"IPv6:2001:db8::1\0", b"ipv6:2001:DB8::1"])
def test_both_spellings_of_an_ipv6_address(address):
    assert session(connect(family=b"6", address=address)).address == ip_address("2001:db8::1")


def test_an_ipv4_address_in_an_ipv6_one_is_ipv4():
    assert session(connect(family=b"6", address=b"::ffff:192.0.2.1\0")).address == ip_address("192.0.2.1")


@pytest.mark.parametrize("resolved", ["FORGED", "TEMP", "FAIL"])
def test_a_name_that_is_not_proven_is_asked_for_again(resolved):
    """TEMP is trouble of the DNS and no verdict; FAIL may also mean that the server looks no names up."""
    assert session(connect(), client_resolve=resolved).names is None


@pytest.mark.parametrize("name", [b"[192.0.2.1]", b"unknown", b""])
def test_an_address_in_brackets_is_no_name(name):
    assert session(connect(name), client_resolve="OK").names is None


def test_without_the_macro_the_name_counts():
    """Both servers give a name there only when it points back to the address."""
    assert session(connect(b"Mail.Example.net.")).names == ("mail.example.net",)


@pytest.mark.parametrize("data", [b"localhost\0L\0\0/run/x\0", b"unknown\0U"])
def test_a_client_without_an_address_is_not_known(data):
    assert not session(data).client_known


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "without a client"),
        (b"name\0", "without a client"),
        (connect(address=b"x\0"), "not an IP address"),
    ],
)
def test_a_broken_client_is_an_error(data, said):
    with pytest.raises(WireError, match=said):
        session(data)


def test_encryption():
    said = {"tls_version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384", "cipher_bits": "256"}
    assert tls_of(said) == Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256)
    assert tls_of({"cipher": "x"}) is None
    assert tls_of({"tls_version": ""}) is None


@pytest.mark.parametrize("bits", ["", "x", "12x", "²", "9" * 5_000])
def test_a_strength_that_is_no_number_is_unknown(bits):
    assert tls_of({"tls_version": "TLSv1.2", "cipher_bits": bits}) == Tls("TLSv1.2", "", 0)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b"<>", ""),
        (b"<a@example.org>", "a@example.org"),
        (b"a@example.org", "a@example.org"),
        (b"<\xc3\xbc@example.org>", "ü@example.org"),
        (b"<\xff@example.org>", "\udcff@example.org"),
        (b"<a", "<a"),
    ],
)
def test_a_path_loses_its_brackets(raw, path):
    assert path_of(raw) == path
