"""Block lists of others are believed only while their test points say that they work."""

import asyncio
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest

from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.facts import Listing
from pforte.mail.lists import TEST_AGAIN, BlockLists, reversed_name

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WELL = "2.0.0.127.bl.example. A 127.0.0.2\n"
LISTED = '9.2.0.192.bl.example. A 127.0.0.4\n9.2.0.192.bl.example. A 127.0.0.2\n9.2.0.192.bl.example. TXT "open relay"\n'
HERE = ip_address("192.0.2.9")


def ask(zone, *, troubles=None, times=(NOW,)):
    told = []
    lists = BlockLists(
        ZoneFileResolver(zone, troubles=troubles),
        ["bl.example."],
        lambda name, text: told.append((name, text)),
    )

    async def run():
        return [await lists.ask(HERE, now) for now in times]

    return asyncio.run(run()), told


def test_a_listing_tells_its_codes_and_reason():
    found, told = ask(WELL + LISTED)
    assert found == [(Listing(zone="bl.example", codes=("127.0.0.2", "127.0.0.4"), reason="open relay"),)]
    assert told == []


def test_who_is_not_listed_is_not():
    assert ask(WELL) == ([()], [])


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (LISTED, "does not list its test point"),
        (LISTED + WELL + "1.0.0.127.bl.example. A 127.0.0.2\n", "lists everybody"),
        (LISTED + "2.0.0.127.bl.example. A 127.255.255.254\n", "refuses our questions"),
        (WELL + "9.2.0.192.bl.example. A 127.255.255.255\n", "refuses our questions"),
    ],
)
def test_a_list_out_of_order_says_nothing_and_is_told_once(zone, said):
    found, told = ask(zone, times=(NOW, NOW, NOW + timedelta(minutes=1)))
    assert found == [(), (), ()]
    assert [(name, said in text) for name, text in told] == [("bl.example", True)]


def test_a_list_that_does_not_answer_says_nothing():
    found, told = ask(WELL + LISTED, troubles={"2.0.0.127.bl.example": "time-out"})
    assert found == [()]
    assert "does not answer" in told[0][1]


def test_answers_that_are_no_codes_come_from_elsewhere_and_do_not_count():
    assert ask(WELL + "9.2.0.192.bl.example. A 198.51.100.1\n") == ([()], [])


def test_test_points_are_asked_again_after_a_while():
    told = []
    resolver = ZoneFileResolver(LISTED)
    lists = BlockLists(resolver, ["bl.example"], lambda name, text: told.append(text))

    async def run():
        first = await lists.ask(HERE, NOW)
        lists._resolver = ZoneFileResolver(WELL + LISTED)
        return first, await lists.ask(HERE, NOW), await lists.ask(HERE, NOW + TEST_AGAIN)

    first, soon, later = asyncio.run(run())
    assert (first, soon, len(later)) == ((), (), 1)
    assert told[-1] == ""


def test_ipv6_addresses_are_asked_by_nibbles():
    assert (
        reversed_name(ip_address("2001:db8::1"))
        == "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
    )


def test_nobody_is_listed_by_a_list_while_it_is_being_tested():
    everybody = LISTED + WELL + "1.0.0.127.bl.example. A 127.0.0.2\n"
    lists = BlockLists(ZoneFileResolver(everybody), ["bl.example"])

    async def run():
        return await asyncio.gather(*(lists.ask(HERE, NOW) for _ in range(5)))

    assert asyncio.run(run()) == [()] * 5
