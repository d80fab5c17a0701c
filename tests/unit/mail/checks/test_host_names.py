"""Names and addresses that a client may call itself by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.mail.checks.host_names import is_address_literal, is_host_name


@pytest.mark.parametrize(
    "name", ["a.example", "xn--bcher-kva.example", "a_b.example", "1.example", "a" * 63 + ".example"]
)
def test_host_names(name):
    assert is_host_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a..b",
        "-a.example",
        "a-.example",
        "a" * 64 + ".example",
        "10.0.0.1",
        "ä.example",
        "a." * 127 + "example",
    ],
)
def test_what_is_no_host_name(name):
    assert not is_host_name(name)


@pytest.mark.parametrize("text", ["[1.2.3.4]", "[IPv6:::1]", "[ipv6:2001:db8::1]"])
def test_addresses_in_brackets(text):
    assert is_address_literal(text)


@pytest.mark.parametrize(
    "text", ["1.2.3.4", "[1.2.3]", "[::1]", "[IPv6:1.2.3.4]", "[", "[]", "[IPv6:fe80::1%eth0]"]
)
def test_what_is_no_address_in_brackets(text):
    assert is_address_literal(text) is (text == "[IPv6:fe80::1%eth0]")


@given(st.text(max_size=300))
def test_any_text_is_judged(text):
    is_host_name(text)
    is_address_literal(text)
