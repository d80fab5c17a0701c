"""Proving that a visitor is the crawler its agent names."""

import asyncio
import json
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.dns.resolver import Answer, Status
from pforte.dns.zone_file import ZoneFileResolver
from pforte.robots.verification import (
    RANGES_LIMIT,
    RangesError,
    Verification,
    crawler_of_ranges,
    parse_ranges,
    verify,
)

ZONE = """
$TTL 300
1.64.249.66.in-addr.arpa. PTR crawl-66-249-64-1.googlebot.com.
crawl-66-249-64-1.googlebot.com. A 66.249.64.1
2.64.249.66.in-addr.arpa. PTR crawl-66-249-64-2.googlebot.com.
crawl-66-249-64-2.googlebot.com. A 66.249.64.99
7.100.51.198.in-addr.arpa. PTR googlebot.com.evil.example.
googlebot.com.evil.example. A 198.51.100.7
8.100.51.198.in-addr.arpa. PTR evilgooglebot.com.
evilgooglebot.com. A 198.51.100.8
9.100.51.198.in-addr.arpa. PTR slow.evil.example.
10.100.51.198.in-addr.arpa. PTR slow.googlebot.com.
11.100.51.198.in-addr.arpa. PTR rate-limited-proxy.GOOGLE.com.
rate-limited-proxy.google.com. A 198.51.100.11
12.100.51.198.in-addr.arpa. PTR fetcher4-2.go.mail.ru.
fetcher4-2.go.mail.ru. A 198.51.100.12
14.100.51.198.in-addr.arpa. PTR 14.100.51.198.bc.googleusercontent.com.
14.100.51.198.bc.googleusercontent.com. A 198.51.100.14
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR six.googlebot.com.
six.googlebot.com. AAAA 2001:db8::1
"""
RESOLVER = ZoneFileResolver(
    ZONE,
    troubles={
        "slow.evil.example": "time-out",
        "slow.googlebot.com": "time-out",
        "13.100.51.198.in-addr.arpa": "SERVFAIL",
    },
)
RANGES = {
    "googlebot": (ip_network("203.0.113.0/28"),),
    "duckduckbot": (ip_network("203.0.113.16/28"), ip_network("2001:db8:d::/48")),
}


def verified(crawler: str, address: str) -> Verification:
    return asyncio.run(verify(crawler, ip_address(address), RESOLVER, RANGES))


@pytest.mark.parametrize(
    ("crawler", "address", "verification"),
    [
        ("googlebot", "66.249.64.1", "proven"),
        ("googlebot", "::ffff:66.249.64.1", "proven"),
        ("googlebot", "2001:db8::1", "proven"),
        ("googlebot", "198.51.100.11", "proven"),  # names compare without case
        ("googlebot", "203.0.113.5", "proven"),  # its published range, whatever DNS says
        ("googlebot", "66.249.64.2", "forged"),  # the name does not lead back
        ("googlebot", "198.51.100.7", "forged"),  # the domain stands in front, not at the end
        ("googlebot", "198.51.100.8", "forged"),  # a longer name is another domain
        ("googlebot", "198.51.100.99", "forged"),  # no name at all
        ("googlebot", "198.51.100.9", "forged"),  # a forger's own slow server keeps nothing open
        ("googlebot", "198.51.100.14", "forged"),  # any customer of Google's cloud has such a name
        ("googlebot", "198.51.100.10", "unknown"),  # Google's server is slow
        ("googlebot", "198.51.100.13", "unknown"),  # the reverse zone is broken
        ("bingbot", "66.249.64.1", "forged"),  # another crawler's address
        ("duckduckbot", "203.0.113.17", "proven"),
        ("duckduckbot", "2001:db8:d::9", "proven"),
        ("duckduckbot", "198.51.100.99", "forged"),  # ranges are all that is published
        ("gptbot", "198.51.100.99", "unknown"),  # its ranges were not given to us
        ("mail.ru_bot", "198.51.100.12", "proven"),
        ("mail.ru_bot", "198.51.100.99", "unknown"),  # nobody published that all others are forged
        ("ahrefsbot", "198.51.100.99", "unknown"),
        ("", "198.51.100.99", "unknown"),
    ],
)
def test_claims(crawler, address, verification):
    """A wrong FORGED bans the search engine, a wrong PROVEN frees a forger; trouble is neither."""
    assert verified(crawler, address) == verification


class Flood:
    """Names without end, all in the right domain, none of which leads back."""

    def __init__(self):
        self.asked = 0

    async def names(self, address):
        return Answer(status=Status.FOUND, values=tuple(f"n{number}.googlebot.com" for number in range(1000)))

    async def addresses(self, name, version=None):
        self.asked += 1
        return Answer(status=Status.NONE)

    async def records(self, name, kind):
        raise AssertionError("only names and addresses are asked")


def test_a_flood_of_names_costs_few_questions():
    flood = Flood()
    assert asyncio.run(verify("googlebot", ip_address("198.51.100.1"), flood, {})) is Verification.FORGED
    assert flood.asked == 10


def test_published_lists_are_read():
    raw = json.dumps(
        {
            "creationTime": "2026-01-01T00:00:00",
            "prefixes": [{"ipv6Prefix": "2001:4860:4801:10::/64"}, {"ipv4Prefix": "192.178.5.0/27"}],
        }
    )
    assert parse_ranges(raw.encode()) == (ip_network("2001:4860:4801:10::/64"), ip_network("192.178.5.0/27"))


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "no JSON"),
        (b"<html>", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"\xff", "no JSON"),
        (b"[]", "prefixes"),
        (b"{}", "prefixes"),
        (b'{"prefixes": []}', "prefixes"),
        (b'{"prefixes": {}}', "prefixes"),
        (b'{"prefixes": [7]}', "entry 1"),
        (b'{"prefixes": [{"ipv4Prefix": 7}]}', "entry 1"),
        (b'{"prefixes": [{"ipv4Prefix": "192.0.2.0/24"}, {"ipv4Prefix": "x"}]}', "entry 2"),
        (b'{"prefixes": [{"ipv4Prefix": "192.0.2.1/24"}]}', "host bits"),
        (b'{"prefixes": [{"ipv4Prefix": "0.0.0.0/0"}]}', "wider"),
        (b'{"prefixes": [{"ipv6Prefix": "::/0"}]}', "wider"),
        (b'{"prefixes": [{"ipv6Prefix": "::ffff:0:0/96"}]}', "v4-mapped"),
        (b" " * (RANGES_LIMIT + 1), "longer"),
    ],
)
def test_other_files_are_refused(raw, told):
    """A list that proves everybody would free every forger."""
    with pytest.raises(RangesError, match=told):
        parse_ranges(raw)


@given(raw=st.binary(max_size=60))
def test_any_octets_are_read_or_refused(raw):
    with pytest.raises(RangesError):
        parse_ranges(raw)


def test_lists_are_known_by_the_names_their_operators_use():
    assert crawler_of_ranges("Googlebot") == "googlebot"
    assert crawler_of_ranges("special-crawlers") == "googlebot"
    assert crawler_of_ranges("searchbot") == "oai-searchbot"


@pytest.mark.parametrize("stem", ["nobody", "petalbot", ""])
def test_a_file_for_no_crawler_is_refused(stem):
    with pytest.raises(RangesError, match="googlebot"):
        crawler_of_ranges(stem)
