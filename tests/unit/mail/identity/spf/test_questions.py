"""What a check may ask is counted, and trouble never looks like an answer."""

import asyncio
from ipaddress import ip_address

import pytest

from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.identity.spf.questions import (
    MOST_EXCHANGERS,
    MOST_POINTERS,
    UNKNOWN,
    Halt,
    Limits,
    Questions,
    are_near,
)
from pforte.mail.identity.spf.result import Result

ZONE = """
host.example. A 192.0.2.1
host.example. A 192.0.2.200
host.example. AAAA 2001:db8::1
six.example. AAAA 2001:db8::1
mail.example. MX 10 host.example.
mail.example. MX 20 down.example.
late.example. MX 10 down.example.
null.example. MX 0 .
dead.example. MX 10 gone.example.
1.2.0.192.in-addr.arpa. PTR host.example.
1.2.0.192.in-addr.arpa. PTR www.host.example.
1.2.0.192.in-addr.arpa. PTR false.example.
1.2.0.192.in-addr.arpa. PTR down.example.
www.host.example. A 192.0.2.1
false.example. A 192.0.2.2
"""
TROUBLES = {"down.example": "SERVFAIL", "3.2.0.192.in-addr.arpa": "SERVFAIL"}


def ask(question, address="192.0.2.1", zone=ZONE, troubles=TROUBLES, **limits):
    async def run():
        questions = Questions(
            ZoneFileResolver(zone, troubles=troubles), ip_address(address), Limits(**limits)
        )
        return await question(questions), questions

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("address", "name", "bits", "expected", "voids"),
    [
        ("192.0.2.1", "host.example", 32, True, 0),
        ("192.0.2.2", "host.example", 32, False, 0),
        ("192.0.2.2", "host.example", 24, True, 0),
        ("198.51.100.1", "host.example", 0, True, 0),
        ("198.51.100.1", "six.example", 0, False, 1),
        ("2001:db8::1", "host.example", 128, True, 0),
        ("2001:db8::2", "host.example", 127, False, 0),
        ("2001:db8::2", "host.example", 64, True, 0),
        ("2001:db8::2", "gone.example", 0, False, 1),
    ],
)
def test_hosts(address, name, bits, expected, voids):
    found, questions = ask(lambda each: each.holds(name, bits, "a"), address)
    assert (found, questions.voids) == (expected, voids)


@pytest.mark.standard("7208:5.4")
@pytest.mark.parametrize(
    ("name", "bits", "expected", "voids"),
    [
        ("mail.example", 32, True, 0),
        ("null.example", 0, False, 0),
        ("dead.example", 0, False, 0),
        ("host.example", 0, False, 1),
    ],
)
def test_exchangers(name, bits, expected, voids):
    found, questions = ask(lambda each: each.exchanger_holds(name, bits, "mx"))
    assert (found, questions.voids) == (expected, voids)


@pytest.mark.parametrize("name", ["late.example", "down.example"])
def test_trouble_with_an_exchanger_leaves_it_open(name):
    with pytest.raises(Halt) as caught:
        ask(lambda each: each.exchanger_holds(name, 32, "mx"))
    assert caught.value.result is Result.TEMPERROR
    assert 'down.example, which "mx" needs, could not be looked up (SERVFAIL)' in caught.value.why


@pytest.mark.standard("7208:4.6.4")
def test_more_exchangers_than_ten_are_a_mistake_of_the_owner():
    hosts = [f"h{number}.example. A 192.0.2.{number}" for number in range(MOST_EXCHANGERS + 1)]
    mx = [f"many.example. MX {number} h{number}.example." for number in range(MOST_EXCHANGERS + 1)]
    question = lambda each: each.exchanger_holds("many.example", 32, "mx:many.example")  # noqa: E731
    assert ask(question, zone="\n".join(hosts + mx[:-1]))[0] is True
    with pytest.raises(Halt, match="more than 10 mail exchangers") as caught:
        ask(question, zone="\n".join(hosts + mx))
    assert caught.value.result is Result.PERMERROR


@pytest.mark.standard("7208:5.5")
@pytest.mark.parametrize(
    ("address", "name", "expected", "voids"),
    [
        ("192.0.2.1", "host.example", True, 0),
        ("192.0.2.1", "HOST.example", True, 0),
        ("192.0.2.1", "www.host.example", True, 0),
        ("192.0.2.1", "ost.example", False, 0),
        ("192.0.2.1", "false.example", False, 0),
        ("192.0.2.1", "down.example", False, 0),
        ("192.0.2.3", "host.example", False, 0),
        ("192.0.2.4", "host.example", False, 1),
    ],
)
def test_validated_names(address, name, expected, voids):
    """Trouble with a client's names never helps or harms the domain: it does not match."""
    found, questions = ask(lambda each: each.is_named_below(name, "ptr"), address)
    assert (found, questions.voids) == (expected, voids)


@pytest.mark.standard("7208:4.6.4")
def test_only_ten_names_of_a_client_are_looked_at():
    names = [f"1.2.0.192.in-addr.arpa. PTR n{number}.example." for number in range(MOST_POINTERS + 1)]
    question = lambda each: each.is_named_below("example", "ptr")  # noqa: E731
    tenth = [f"n{MOST_POINTERS - 1}.example. A 192.0.2.1"]
    eleventh = [f"n{MOST_POINTERS}.example. A 192.0.2.1"]
    assert ask(question, zone="\n".join(names + tenth))[0] is True
    assert ask(question, zone="\n".join(names + eleventh))[0] is False


@pytest.mark.parametrize(
    ("address", "domain", "expected"),
    [
        ("192.0.2.1", "host.example", "host.example"),
        ("192.0.2.1", "www.host.example", "www.host.example"),
        ("192.0.2.1", "example", "host.example"),
        ("192.0.2.1", "elsewhere.test", "host.example"),
        ("192.0.2.1", "false.example", "host.example"),
        ("192.0.2.3", "host.example", UNKNOWN),
        ("192.0.2.4", "host.example", UNKNOWN),
    ],
)
def test_the_name_for_the_macro_p(address, domain, expected):
    assert ask(lambda each: each.validated_name(domain), address)[0] == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("host.example", True), ("six.example", False), ("gone.example", False)]
)
def test_existence_is_an_ipv4_address(name, expected):
    assert ask(lambda each: each.has_address(name, "exists"), "2001:db8::1")[0] is expected


def test_a_name_of_others_is_told_in_printable_characters():
    """A local part of control characters becomes a name by a macro, and the reason goes to terminals."""

    async def question(questions):
        return await questions.has_address("a\x1b[2J.down.example", "exists:%{l}.down.example")

    with pytest.raises(Halt, match=r"a\\x1b\[2J\.down\.example, which"):
        ask(question, troubles={"a\x1b[2J.down.example": "SERVFAIL"})


def test_trouble_is_no_existence():
    with pytest.raises(Halt, match="SERVFAIL"):
        ask(lambda each: each.has_address("down.example", "exists"))


@pytest.mark.standard("7208:4.6.4")
def test_terms_and_voids_are_limited():
    async def terms(questions):
        for number in range(3):
            questions.count_term(f"a{number}")

    async def voids(questions):
        for number in range(3):
            await questions.holds(f"gone{number}.example", 32, f"a{number}")

    assert ask(terms, terms=3)[1].terms == 3
    with pytest.raises(Halt, match='"a2" is the first beyond') as caught:
        ask(terms, terms=2)
    assert caught.value.result is Result.PERMERROR
    assert ask(voids, voids=3)[1].voids == 3
    with pytest.raises(Halt, match='"a2" is the first beyond'):
        ask(voids)


def test_a_halt_names_the_innermost_record():
    halt = Halt(Result.PERMERROR, "it is wrong")
    halt.place("inner.example", "v=spf1 x")
    halt.place("outer.example", "v=spf1 y")
    assert (halt.domain, halt.record) == ("inner.example", "v=spf1 x")
    assert halt.why == "in the SPF record of inner.example, it is wrong"


@pytest.mark.parametrize(
    ("one", "other", "bits", "expected"),
    [
        ("192.0.2.1", "192.0.2.1", 32, True),
        ("192.0.2.0", "192.0.2.1", 31, True),
        ("192.0.2.0", "192.0.2.1", 32, False),
        ("0.0.0.0", "255.255.255.255", 0, True),
        ("::1", "::1", 128, True),
        ("2001:db8::", "2001:db9::", 31, True),
        ("2001:db8::", "2001:db9::", 32, False),
        ("::c000:201", "192.0.2.1", 0, False),
    ],
)
def test_near_addresses(one, other, bits, expected):
    assert are_near(ip_address(one), ip_address(other), bits) is expected
