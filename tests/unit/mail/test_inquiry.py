"""Facts are found out in the DNS; trouble there stays trouble."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

from mail_house import facts, judged

from pforte.dns.forward_confirmed import Outcome
from pforte.dns.resolver import Status
from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.checks.declaration import Action
from pforte.mail.facts import NOTHING_YET, Conduct, Shut
from pforte.mail.inquiry import DnsInquiry, NoMemory
from pforte.mail.lists import BlockLists
from pforte.mail.message import Message

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ZONE = """
1.2.0.192.in-addr.arpa. PTR mail.example.net.
mail.example.net. A 192.0.2.1
example.net. MX 10 mail.example.net.
2.0.0.127.bl.example. A 127.0.0.2
1.2.0.192.bl.example. A 127.0.0.2
"""


class Banned(NoMemory):
    def shut_out(self, facts):
        return Shut(reference="PF-1", ends=facts.now)


def inquiry(memory=None, troubles=None):
    resolver = ZoneFileResolver(ZONE, troubles=troubles)
    lists = BlockLists(resolver, ["bl.example"])
    return DnsInquiry(resolver=resolver, lists=lists, memory=memory or NoMemory(), now=lambda: NOW)


def client(address="192.0.2.1", **changes):
    found = replace(facts(), envelope=NOTHING_YET)
    return replace(found, session=replace(found.session, address=ip_address(address), **changes))


def test_a_client_has_names_listings_and_conduct():
    found = asyncio.run(inquiry().of_client(client()))
    assert (found.now, found.shut, found.conduct) == (NOW, None, Conduct())
    assert (found.names.status, found.names.names) == (Outcome.PASS, ("mail.example.net",))
    assert [each.zone for each in found.listings] == ["bl.example"]


def test_names_that_the_mail_server_has_proven_are_taken():
    found = asyncio.run(inquiry().of_client(client("198.51.100.1", names=("mx.example",))))
    assert (found.names.status, found.names.names) == (Outcome.PASS, ("mx.example",))
    unproven = asyncio.run(inquiry().of_client(client("198.51.100.1", names=())))
    assert unproven.names.status is Outcome.PERMERROR


def test_nothing_more_is_asked_about_who_is_shut_out():
    found = asyncio.run(inquiry(Banned()).of_client(client()))
    assert (found.shut.reference, found.names, found.listings) == ("PF-1", None, ())


def test_the_sender_s_domain_is_looked_at_where_there_is_one():
    def domain(sender, troubles=None):
        begun = replace(client(), envelope=replace(NOTHING_YET, sender=sender))
        return asyncio.run(inquiry(troubles=troubles).of_sender(begun)).sender_domain

    assert domain("a@Example.net").takes_mail is Status.FOUND
    assert domain("a@nowhere.example").takes_mail is Status.NONE
    assert domain("a@example.net", {"example.net": "SERVFAIL"}).takes_mail is Status.TROUBLE
    assert domain("") is None
    assert domain("a@[192.0.2.1]") is None


def test_headers_tell_marks_and_remove_forged_ones():
    found = replace(client(), message=Message(b"X-Pforte-Policy: x\r\n\r\n"))
    added, removed = inquiry().headers(found, judged(Action.MARK))
    assert ([name for name, _ in added], removed) == (["Authentication-Results", "X-Pforte-Policy"], (0,))
