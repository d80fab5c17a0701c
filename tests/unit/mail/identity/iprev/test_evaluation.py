"""The matrix of forward-confirmed reverse DNS: each way it can end, with its result and its words."""

import asyncio
from ipaddress import ip_address

import pytest

from pforte.dns.forward_confirmed import MOST_NAMES, Confirmation, Outcome
from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.identity.iprev import check_iprev, evaluate

ZONE = """
1.2.0.192.in-addr.arpa. PTR mail.example.
mail.example. A 192.0.2.1
mail.example. AAAA 2001:db8::1
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR Mail.Example.
2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR four.example.
four.example. A 192.0.2.4
3.2.0.192.in-addr.arpa. PTR six.example.
six.example. AAAA 2001:db8::3
4.2.0.192.in-addr.arpa. PTR elsewhere.example.
elsewhere.example. A 198.51.100.1
elsewhere.example. A 198.51.100.2
5.2.0.192.in-addr.arpa. PTR nothing.example.
6.2.0.192.in-addr.arpa. PTR elsewhere.example.
6.2.0.192.in-addr.arpa. PTR nothing.example.
6.2.0.192.in-addr.arpa. PTR third.example.
third.example. A 192.0.2.6
7.2.0.192.in-addr.arpa. PTR elsewhere.example.
7.2.0.192.in-addr.arpa. PTR nothing.example.
8.2.0.192.in-addr.arpa. CNAME 8.0-15.2.0.192.in-addr.arpa.
8.0-15.2.0.192.in-addr.arpa. PTR alias.example.
alias.example. CNAME real.example.
real.example. A 192.0.2.8
9.2.0.192.in-addr.arpa. CNAME gone.2.0.192.in-addr.arpa.
10.2.0.192.in-addr.arpa. PTR away.example.
away.example. CNAME nowhere.example.
12.2.0.192.in-addr.arpa. PTR down.example.
13.2.0.192.in-addr.arpa. PTR elsewhere.example.
13.2.0.192.in-addr.arpa. PTR slow.example.
14.2.0.192.in-addr.arpa. PTR down.example.
14.2.0.192.in-addr.arpa. PTR back.example.
back.example. A 192.0.2.14
15.2.0.192.in-addr.arpa. PTR ring.example.
ring.example. CNAME ring.example.
"""
TROUBLES = {
    "11.2.0.192.in-addr.arpa": "SERVFAIL",
    "17.2.0.192.in-addr.arpa": "no answer within 2 s",
    "down.example": "SERVFAIL",
    "slow.example": "no answer within 2 s",
}


def look(address, zone=ZONE):
    return asyncio.run(check_iprev(ZoneFileResolver(zone, troubles=TROUBLES), ip_address(address)))


@pytest.mark.standard("8601:3")
@pytest.mark.parametrize(
    ("address", "result", "why"),
    [
        pytest.param(
            "192.0.2.1", "pass", "mail.example, a name of 192.0.2.1, has this address", id="one name"
        ),
        pytest.param(
            "2001:db8::1", "pass", "mail.example, a name of 2001:db8::1, has this address", id="IPv6"
        ),
        pytest.param(
            "::ffff:192.0.2.1", "pass", "mail.example, a name of 192.0.2.1, has this address", id="v4-mapped"
        ),
        pytest.param(
            "192.0.2.6",
            "pass",
            "third.example, a name of 192.0.2.6, has this address",
            id="the third of many",
        ),
        pytest.param(
            "192.0.2.8",
            "pass",
            "alias.example, a name of 192.0.2.8, has this address",
            id="CNAME on both ways",
        ),
        pytest.param(
            "192.0.2.14",
            "pass",
            "back.example, a name of 192.0.2.14, has this address",
            id="SERVFAIL beside it",
        ),
        pytest.param(
            "192.0.2.4",
            "fail",
            "the name of 192.0.2.4 does not lead back to it: elsewhere.example has 198.51.100.1, 198.51.100.2",
            id="PTR to another address",
        ),
        pytest.param(
            "192.0.2.5",
            "fail",
            "the name of 192.0.2.5 does not lead back to it: nothing.example has no IPv4 address",
            id="PTR without A",
        ),
        pytest.param(
            "192.0.2.3",
            "fail",
            "the name of 192.0.2.3 does not lead back to it: six.example has no IPv4 address",
            id="PTR with AAAA only",
        ),
        pytest.param(
            "2001:db8::2",
            "fail",
            "the name of 2001:db8::2 does not lead back to it: four.example has no IPv6 address",
            id="IPv6 PTR with A only",
        ),
        pytest.param(
            "192.0.2.7",
            "fail",
            "the names of 192.0.2.7 do not lead back to it: elsewhere.example has 198.51.100.1, 198.51.100.2;"
            " nothing.example has no IPv4 address",
            id="many names, none back",
        ),
        pytest.param(
            "192.0.2.10",
            "fail",
            "the name of 192.0.2.10 does not lead back to it: away.example has no IPv4 address",
            id="CNAME to nothing",
        ),
        pytest.param(
            "192.0.2.16",
            "permerror",
            "192.0.2.16 has no name: the DNS holds no PTR record for it",
            id="no PTR",
        ),
        pytest.param(
            "192.0.2.9",
            "permerror",
            "192.0.2.9 has no name: the DNS holds no PTR record for it",
            id="reverse CNAME to nothing",
        ),
        pytest.param(
            "2001:db8::99",
            "permerror",
            "2001:db8::99 has no name: the DNS holds no PTR record for it",
            id="IPv6 without PTR",
        ),
        pytest.param(
            "192.0.2.11",
            "temperror",
            "the names of 192.0.2.11 could not be looked up (SERVFAIL)",
            id="SERVFAIL for PTR",
        ),
        pytest.param(
            "192.0.2.17",
            "temperror",
            "the names of 192.0.2.17 could not be looked up (no answer within 2 s)",
            id="time-out for PTR",
        ),
        pytest.param(
            "192.0.2.12",
            "temperror",
            "whether a name of 192.0.2.12 leads back to it is not known:"
            " down.example could not be looked up (SERVFAIL)",
            id="SERVFAIL for A",
        ),
        pytest.param(
            "192.0.2.13",
            "temperror",
            "whether a name of 192.0.2.13 leads back to it is not known:"
            " slow.example could not be looked up (no answer within 2 s);"
            " elsewhere.example has 198.51.100.1, 198.51.100.2",
            id="time-out for one of two",
        ),
        pytest.param(
            "192.0.2.15",
            "temperror",
            "whether a name of 192.0.2.15 leads back to it is not known:"
            " ring.example could not be looked up (more than 8 aliases follow one another)",
            id="CNAME loop",
        ),
    ],
)
def test_the_matrix(address, result, why):
    found = look(address)
    assert (found.result, found.why) == (result, why)


def test_only_the_first_ten_names_are_looked_at_and_three_told():
    zone = "".join(f"1.2.0.192.in-addr.arpa. PTR n{number}.example.\n" for number in range(MOST_NAMES + 2))
    found = look("192.0.2.1", zone)
    assert found.result == "fail"
    assert found.confirmation.more == 2
    assert found.why == (
        "the first 10 names of 192.0.2.1 do not lead back to it: n0.example has no IPv4 address;"
        " n1.example has no IPv4 address; n2.example has no IPv4 address; ..."
    )


def test_the_word_of_a_mail_server_is_enough():
    found = evaluate(ip_address("::ffff:192.0.2.1"), Confirmation(Outcome.PASS, ("mail.example",)))
    assert (found.result, found.address) == ("pass", ip_address("192.0.2.1"))
    assert found.why == "mail.example, a name of 192.0.2.1, has this address"
