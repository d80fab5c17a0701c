"""The network resolver asks each question once, bounds what is under way, and never takes trouble for an answer.

How it speaks with servers is shown in tests/contracts/test_resolver.py; here the servers are a function.
"""

import asyncio
from datetime import timedelta
from ipaddress import ip_address

import dns.exception
import dns.flags
import dns.message
import dns.rdataclass
import dns.resolver
import dns.rrset
import pytest

from pforte.dns import network_resolver
from pforte.dns.network_resolver import MOST_ALIASES, NetworkResolver
from pforte.dns.resolver import Answer, Status


def read(message):
    """Read a message as it comes from the wire, because dnspython finds only records it has read."""
    return dns.message.from_wire(message.to_wire())


def reply(name, kind, *answer, authority=()):
    """Make dnspython's answer of lines in the form of a zone file."""
    message = dns.message.make_response(dns.message.make_query(name, kind))
    for lines, section in ((answer, message.answer), (authority, message.authority)):
        for line in lines:
            owner, ttl, rdtype, rest = line.split(" ", 3)
            section.append(dns.rrset.from_text(owner, int(ttl), "IN", rdtype, rest))
    return dns.resolver.Answer(name, kind, dns.rdataclass.IN, read(message))


def nonexistent(name, ttl):
    message = dns.message.make_response(dns.message.make_query(name, "A"))
    message.authority.append(dns.rrset.from_text("example.", 9999, "IN", "SOA", f"ns. host. 1 2 3 4 {ttl}"))
    return dns.resolver.NXDOMAIN(qnames=[name], responses={name: read(message)})


class Servers:
    """Servers that answer by a function of name and type, once the gate is open."""

    def __init__(self, answer=None):
        self.answer = answer or (lambda name, kind: reply(name, kind, f"{name} 60 A 192.0.2.1"))
        self.asked = []
        self.under_way = self.most_under_way = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, name, kind):
        self.asked.append(name.to_text())
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self.gate.wait()
            await asyncio.sleep(0)
            return self.answer(name, kind)
        finally:
            self.under_way -= 1


def resolver_of(servers, **options):
    resolver = NetworkResolver(["127.0.0.1"], **options)
    resolver._ask = servers
    return resolver


def one(answer, **options):
    """Ask one question of servers that answer by a function."""
    return asyncio.run(resolver_of(Servers(answer), **options).addresses("a.example", 4))


FOUND = Answer(status=Status.FOUND, values=(ip_address("192.0.2.1"),), ttl=60)


def test_an_answer_is_kept_and_asked_again_when_it_no_longer_holds():
    async def story():
        now = [100.0]
        servers = Servers()
        resolver = resolver_of(servers, monotonic=lambda: now[0])
        first = await resolver.addresses("a.example", 4)
        now[0] += 50
        second = await resolver.addresses("A.Example.", 4)
        now[0] += 10
        third = await resolver.addresses("a.example", 4)
        return first.ttl, second.ttl, third.ttl, len(servers.asked)

    assert asyncio.run(story()) == (60, 10, 60, 2)


def test_what_does_not_exist_is_kept_as_long_as_its_zone_says():
    def answer(name, kind):
        raise nonexistent(name, 30)

    async def story():
        now = [100.0]
        servers = Servers(answer)
        resolver = resolver_of(servers, monotonic=lambda: now[0])
        first = await resolver.addresses("a.example", 4)
        now[0] += 29
        await resolver.addresses("a.example", 4)
        asked_before = len(servers.asked)
        now[0] += 1
        await resolver.addresses("a.example", 4)
        return first, asked_before, len(servers.asked)

    assert asyncio.run(story()) == (Answer(status=Status.NONE, ttl=30, nonexistent=True), 1, 2)


def test_the_same_question_at_once_is_put_once():
    async def story():
        servers = Servers()
        resolver = resolver_of(servers)
        answers = await asyncio.gather(*(resolver.addresses("a.example", 4) for _ in range(50)))
        return set(answers), servers.asked

    assert asyncio.run(story()) == ({FOUND}, ["a.example."])


def test_one_who_gives_up_takes_no_answer_from_the_others():
    async def story():
        servers = Servers()
        servers.gate.clear()
        resolver = resolver_of(servers)
        impatient = asyncio.create_task(resolver.addresses("a.example", 4))
        patient = asyncio.create_task(resolver.addresses("a.example", 4))
        await asyncio.sleep(0.01)
        impatient.cancel()
        await asyncio.sleep(0)
        servers.gate.set()
        return await patient, impatient.cancelled(), len(servers.asked)

    assert asyncio.run(story()) == (FOUND, True, 1)


def test_only_so_many_questions_are_under_way_at_once():
    async def story():
        servers = Servers()
        resolver = resolver_of(servers, concurrency=3)
        names = [f"n{number}.example" for number in range(20)]
        answers = await asyncio.gather(*(resolver.addresses(name, 4) for name in names))
        return {answer.status for answer in answers}, servers.most_under_way

    assert asyncio.run(story()) == ({Status.FOUND}, 3)


def test_more_than_may_wait_is_trouble_at_once():
    async def story():
        servers = Servers()
        servers.gate.clear()
        resolver = resolver_of(servers, concurrency=1)
        waiting = [asyncio.create_task(resolver.addresses(f"n{number}.example", 4)) for number in range(11)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        refused = await resolver.addresses("one.more.example", 4)
        servers.gate.set()
        return refused, {answer.status for answer in await asyncio.gather(*waiting)}

    refused, others = asyncio.run(story())
    assert refused == Answer(status=Status.TROUBLE, trouble="too many look-ups are under way")
    assert others == {Status.FOUND}


def test_a_question_that_waits_too_long_for_its_turn_is_trouble_and_is_not_kept():
    async def story():
        servers = Servers()
        servers.gate.clear()
        resolver = resolver_of(servers, concurrency=1, timeout=timedelta(seconds=0.05))
        held = asyncio.create_task(resolver._turn.acquire())
        await held
        waited = await resolver.addresses("a.example", 4)
        resolver._turn.release()
        servers.gate.set()
        return waited, await resolver.addresses("a.example", 4)

    waited, later = asyncio.run(story())
    assert waited == Answer(status=Status.TROUBLE, trouble="too many look-ups are under way")
    assert later == FOUND


def test_servers_that_never_answer_are_trouble_and_the_turn_is_given_back():
    async def story():
        servers = Servers()
        servers.gate.clear()
        resolver = resolver_of(servers, concurrency=1, timeout=timedelta(seconds=0.05))
        silent = await resolver.addresses("a.example", 4)
        servers.gate.set()
        return silent, await resolver.addresses("b.example", 4)

    silent, later = asyncio.run(story())
    assert silent == Answer(status=Status.TROUBLE, trouble="no answer within 0.05 s")
    assert later == FOUND


def test_closing_answers_those_who_wait_with_trouble():
    async def story():
        servers = Servers()
        servers.gate.clear()
        resolver = resolver_of(servers)
        waiting = asyncio.create_task(resolver.addresses("a.example", 4))
        await asyncio.sleep(0.01)
        await resolver.close()
        return await waiting, resolver._under_way

    assert asyncio.run(story()) == (Answer(status=Status.TROUBLE, trouble="the resolver is closed"), {})


@pytest.mark.parametrize(
    "error",
    [dns.resolver.NoNameservers(), dns.exception.FormError("broken"), OSError("network is unreachable")],
)
def test_whatever_servers_and_network_do_is_trouble(error):
    def answer(name, kind):
        raise error

    answer_ = one(answer)
    assert (answer_.status, answer_.values) == (Status.TROUBLE, ())
    assert answer_.trouble


def test_a_mistake_of_ours_reaches_all_who_wait():
    def answer(name, kind):
        raise ZeroDivisionError

    async def story():
        resolver = resolver_of(Servers(answer))
        asked = (resolver.addresses("a.example", 4) for _ in range(2))
        return await asyncio.gather(*asked, return_exceptions=True)

    assert list(map(type, asyncio.run(story()))) == [ZeroDivisionError] * 2


def test_both_versions_are_asked_at_the_same_time():
    async def story():
        servers = Servers()
        servers.gate.clear()
        resolver = resolver_of(servers)
        asked = asyncio.create_task(resolver.addresses("a.example"))
        await asyncio.sleep(0.01)
        under_way = servers.under_way
        asked.cancel()
        servers.gate.set()
        await asyncio.wait([asked])
        await resolver.close()
        return under_way

    assert asyncio.run(story()) == 2


def test_nothing_of_the_type_is_none():
    soa = "example. 9999 SOA ns. host. 1 2 3 4 40"
    assert one(lambda name, kind: reply(name, kind, authority=[soa])) == Answer(status=Status.NONE, ttl=40)
    bare = one(reply)
    assert bare.status is Status.NONE


def test_a_referral_is_trouble():
    answer = one(lambda name, kind: reply(name, kind, authority=["example. 9999 NS ns.example."]))
    assert answer == Answer(status=Status.TROUBLE, trouble="the server refers to others instead of answering")


def test_an_alias_whose_target_has_nothing_is_none():
    alias, soa = "a.example. 50 CNAME b.example.", "example. 9999 SOA ns. host. 1 2 3 4 40"
    assert one(lambda name, kind: reply(name, kind, alias, authority=[soa])) == Answer(
        status=Status.NONE, ttl=40
    )


def test_half_an_answer_is_completed_and_holds_as_long_as_its_shortest_part():
    def answer(name, kind):
        if name.to_text() == "a.example.":
            return reply(name, kind, "a.example. 5 CNAME b.example.")
        return reply(name, kind, "b.example. 60 A 192.0.2.1")

    assert one(answer) == Answer(status=Status.FOUND, values=FOUND.values, ttl=5)


def test_aliases_without_end_are_trouble():
    servers = Servers(lambda name, kind: reply(name, kind, f"{name} 60 CNAME x.{name}"))
    answer = asyncio.run(resolver_of(servers).addresses("a.example", 4))
    assert answer == Answer(status=Status.TROUBLE, trouble="more than 8 aliases follow one another")
    assert len(servers.asked) == MOST_ALIASES + 1


def test_a_machine_without_configured_resolvers_is_in_trouble_not_broken(monkeypatch):
    real = network_resolver.dns.asyncresolver.Resolver

    def unconfigured(*, configure):
        if configure:
            raise dns.resolver.NoResolverConfiguration
        return real(configure=False)

    monkeypatch.setattr(network_resolver.dns.asyncresolver, "Resolver", unconfigured)
    answer = asyncio.run(NetworkResolver(timeout=timedelta(seconds=0.2)).addresses("a.example", 4))
    assert answer.status is Status.TROUBLE


def test_the_time_is_divided_among_the_servers(monkeypatch):
    made = []
    real = network_resolver.dns.asyncresolver.Resolver

    def resolver(*, configure):
        made.append(real(configure=configure))
        return made[-1]

    monkeypatch.setattr(network_resolver.dns.asyncresolver, "Resolver", resolver)
    NetworkResolver(["127.0.0.1", "127.0.0.2", "::1"], port=5353, timeout=timedelta(seconds=6))
    assert (made[0].nameservers, made[0].port) == (["127.0.0.1", "127.0.0.2", "::1"], 5353)
    assert (made[0].lifetime, made[0].timeout) == (6.0, 2.0)
