"""The machine's own addresses, gateways and resolvers are found in the kernel's words; errors are told."""

import sys
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.net import local
from pforte.net.local import Local, read_local

FIB_TRIE = """\
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 127.0.0.0/8 2 0 2
        +-- 127.0.0.0/31 1 0 0
           |-- 127.0.0.0
              /8 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
     +-- 192.0.2.0/24 2 0 2
           |-- 192.0.2.0
              /24 link UNICAST
           |-- 192.0.2.2
              /32 host LOCAL
        |-- 192.0.2.255
           /32 link BROADCAST
        |-- 198.51.100.0
           /24 host LOCAL
Local:
           |-- 192.0.2.2
              /32 host LOCAL
"""
IF_INET6 = """\
20010db8000000000000000000000002 04 40 00 82     eth0
fe8000000000000000fc00fffe000001 04 40 20 80     eth0
00000000000000000000000000000001 01 80 10 80       lo
"""
ROUTE = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t{gateway}\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0
eth1\t00000000\t090200C0\t0002\t0\t0\t0\t00000000\t0\t0\t0
eth1\t0000000A\t{gateway}\t0003\t0\t0\t0\t000000FF\t0\t0\t0
""".format(gateway="010200C0" if sys.byteorder == "little" else "C0000201")
IPV6_ROUTE = """\
20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 20010db8000000000000000000000001 00000400 00000002 00000000 00000003     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000002 00000000 00000003     eth1
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
"""
RESOLV = """\
# nameserver 192.0.2.99
; nameserver 192.0.2.98
search example.org
nameserver 192.0.2.53
nameserver fe80::53%eth0 # the router
nameserver
nameserver resolver.example.org
options timeout:1
"""


@pytest.fixture
def machine(tmp_path):
    for name, text in {
        "fib_trie": FIB_TRIE, "if_inet6": IF_INET6, "route": ROUTE, "ipv6_route": IPV6_ROUTE, "resolv.conf": RESOLV
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text)
    return tmp_path


def networks(*texts):
    return tuple(map(ip_network, texts))


def test_everything_is_read(machine):
    assert read_local(machine, [machine / "resolv.conf", machine / "none"]) == Local(
        own=networks(
            "127.0.0.0/8",
            "127.0.0.1",
            "192.0.2.2",
            "198.51.100.0/24",
            "::1",
            "2001:db8::2",
            "fe80::fc:ff:fe00:1",
        ),
        gateways=networks("192.0.2.1", "2001:db8::1", "fe80::1"),
        resolvers=networks("192.0.2.53", "fe80::53"),
    )


def test_where_nothing_can_be_found_loopback_is_still_ours(tmp_path):
    assert read_local(tmp_path, ()) == Local(own=networks("127.0.0.0/8", "::1"), gateways=(), resolvers=())


def test_what_cannot_be_read_is_named_and_the_rest_is_read(machine):
    (machine / "route").unlink()
    (machine / "route").mkdir()
    found = read_local(machine, [machine / "resolv.conf"])
    assert found.troubles == (f"{machine / 'route'} cannot be read: Is a directory",)
    assert found.gateways == networks("2001:db8::1", "fe80::1")
    assert found.resolvers


@pytest.mark.skipif(not local.PROC.exists(), reason="this machine has no /proc/net")
def test_the_real_machine_has_loopback_and_no_trouble():
    found = read_local()
    assert ip_network("127.0.0.1") in found.own
    assert found.troubles == ()


def test_lines_of_another_form_are_passed_over():
    leaf = ["|-- 999.1.1.1", "/32 host LOCAL", "|-- 192.0.2.1", "/24 host LOCAL", "/32 host LOCAL"]
    assert list(local.parse_own_v4(leaf)) == list(networks("192.0.2.1"))
    assert list(local.parse_own_v6(["", "zz" * 16, "+" + "0" * 31, "0" * 31])) == []
    short = [
        "eth0 00000000",
        "eth0 00000000 zz0200C0 0003 0 0 0 00000000",
        "eth0 00000000 010200C0 zzzz 0 0 0 00000000",
    ]
    assert list(local.parse_gateways_v4(short)) == []
    assert list(local.parse_gateways_v6(["0" * 32, f"{'0' * 32} 00 x x zz x x x 00000003"])) == []


PARSERS = [
    local.parse_own_v4, local.parse_own_v6, local.parse_gateways_v4, local.parse_gateways_v6, local.parse_resolvers
]  # fmt: skip
_words = st.sampled_from(["|--", "1.2.3.4", "999.1.1.1", "/32 host LOCAL", "/99 host LOCAL", "0" * 32, "zz" * 16, "00",
                          "00000000", "0003", "nameserver", "+1", "fe80::1%x", "\0", "\n", " ", "0x000003"])  # fmt: skip


@given(
    st.sampled_from(PARSERS),
    st.lists(st.one_of(st.lists(_words, max_size=12).map(" ".join), st.text()), max_size=6),
)
def test_no_line_does_more_than_be_passed_over(parse, lines):
    for network in parse(lines):
        assert network.version in (4, 6)
