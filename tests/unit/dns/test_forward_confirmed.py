"""An address is confirmed by a name that points back to it; trouble never refutes it."""

import asyncio
from ipaddress import ip_address

import pytest

from pforte.dns.forward_confirmed import MOST_NAMES, Confirmation, Outcome, Pointer, confirm
from pforte.dns.zone_file import ZoneFileResolver

ZONE = """
$TTL 600
1.2.0.192.in-addr.arpa. PTR Crawl.Example.
2.2.0.192.in-addr.arpa. PTR crawl.example.
3.2.0.192.in-addr.arpa. PTR stranger.example.
3.2.0.192.in-addr.arpa. PTR crawl3.example.
4.2.0.192.in-addr.arpa. PTR none.example.
5.2.0.192.in-addr.arpa. PTR down.example.
6.2.0.192.in-addr.arpa. PTR down.example.
6.2.0.192.in-addr.arpa. PTR crawl6.example.
7.2.0.192.in-addr.arpa. PTR mapped.example.
8.2.0.192.in-addr.arpa. PTR half.example.
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR crawl.example.
crawl.example. A 192.0.2.1
crawl.example. AAAA 2001:db8::1
stranger.example. A 198.51.100.1
crawl3.example. CNAME real3.example.
real3.example. A 192.0.2.3
crawl6.example. A 192.0.2.6
mapped.example. AAAA ::ffff:192.0.2.7
"""
TROUBLES = {"down.example": "SERVFAIL", "9.2.0.192.in-addr.arpa": "no answer"}


def confirmed(address, zone=ZONE):
    return asyncio.run(confirm(ZoneFileResolver(zone, troubles=TROUBLES), ip_address(address)))


@pytest.mark.parametrize(
    ("address", "status", "names"),
    [
        ("192.0.2.1", Outcome.PASS, ("crawl.example",)),
        ("::ffff:192.0.2.1", Outcome.PASS, ("crawl.example",)),
        ("2001:db8::1", Outcome.PASS, ("crawl.example",)),
        ("192.0.2.3", Outcome.PASS, ("crawl3.example",)),
        ("192.0.2.6", Outcome.PASS, ("crawl6.example",)),
        ("192.0.2.2", Outcome.FAIL, ()),
        ("192.0.2.4", Outcome.FAIL, ()),
        ("192.0.2.7", Outcome.FAIL, ()),
        ("192.0.2.5", Outcome.TEMPERROR, ()),
        ("192.0.2.9", Outcome.TEMPERROR, ()),
        ("192.0.2.10", Outcome.PERMERROR, ()),
    ],
)
def test_an_address_is_confirmed_only_by_a_name_that_points_back(address, status, names):
    assert confirmed(address) == Confirmation(status, names)


def test_no_more_than_ten_names_are_looked_at():
    names = "".join(f"1.2.0.192.in-addr.arpa. PTR n{number}.example.\n" for number in range(MOST_NAMES + 1))
    last = f"n{MOST_NAMES}.example. A 192.0.2.1\n"
    assert confirmed("192.0.2.1", names + last).status is Outcome.FAIL
    tenth = f"n{MOST_NAMES - 1}.example. A 192.0.2.1\n"
    assert confirmed("192.0.2.1", names + tenth) == Confirmation(
        Outcome.PASS, (f"n{MOST_NAMES - 1}.example",)
    )


def test_the_results_have_the_names_of_the_standard():
    assert [outcome.value for outcome in Outcome] == ["pass", "fail", "temperror", "permerror"]


def test_what_was_observed_is_kept_for_an_explanation():
    found = confirmed("192.0.2.3")
    assert found.pointers == (
        Pointer("stranger.example", (ip_address("198.51.100.1"),), confirmed=False),
        Pointer("crawl3.example", (ip_address("192.0.2.3"),), confirmed=True),
    )
    assert confirmed("192.0.2.5").pointers == (
        Pointer("down.example", (), confirmed=False, trouble="SERVFAIL"),
    )
    assert confirmed("192.0.2.9").trouble == "no answer"
    assert confirmed("192.0.2.10").pointers == ()
