"""Clients are remembered: who is banned, who asks too much, who is new."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import structlog

from pforte.bans.ban import Ban, Origin, Reach
from pforte.dns.forward_confirmed import Confirmation, Outcome
from pforte.gates.table.gate import TableGate
from pforte.mail.facts import Conduct, Facts, House
from pforte.mail.session import Envelope, Session
from pforte.net.addresses import network_of
from pforte.register.errors import RegisterError
from pforte.service.mail.memory import MailMemory, proves_nothing
from pforte.service.mail.rates import Rates
from pforte.settings.mail import MailRateSettings
from pforte.worker import Worker

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FACTS = Facts(
    now=NOW,
    house=House(),
    session=Session(address=ip_address("192.0.2.1")),
    envelope=Envelope(sender="a@b", recipients=("c@d",)),
    names=Confirmation(Outcome.FAIL),
)


async def nothing(_network, _since):
    return {}


async def away(_network, _since):
    raise RegisterError("away")


def memory(*, greeted=None, recall=nothing, wait=300):
    triples = {} if greeted is None else greeted
    table = TableGate(())
    ban = Ban(
        network=ip_network("198.51.100.0/24"),
        rung=1,
        starts=NOW,
        ends=NOW + timedelta(hours=1),
        reference="PF-7K3M-Q2XD",
        reason="visit.xss",
        origin=Origin.LADDER,
        reach=Reach.EVERYWHERE,
    )
    table.load((ban,), NOW)
    return MailMemory(
        table=table,
        rates=Rates(MailRateSettings(connections=1), recall),
        greet=lambda triple: triples.setdefault(triple, NOW),
        worker=Worker("test"),
        charge=network_of,
        wait=timedelta(seconds=wait),
        is_suspect=proves_nothing,
    )


def test_a_ban_is_known_with_its_reference_and_end():
    known = memory()
    assert known.shut_out(FACTS) is None
    shut = known.shut_out(replace(FACTS, session=Session(address=ip_address("198.51.100.7"))))
    assert (shut.reference, shut.ends, shut.reason) == ("PF-7K3M-Q2XD", NOW + timedelta(hours=1), "visit.xss")


def test_a_new_sender_without_a_name_waits_and_then_no_longer():
    known = memory()
    at = lambda seconds: replace(FACTS, now=NOW + timedelta(seconds=seconds))  # noqa: E731
    waits = [asyncio.run(known.conduct_of(at(seconds))).wait for seconds in (0, 100, 299.5, 300, 1000)]
    assert waits == [300, 200, 1, 0, 0]


def test_each_pair_of_sender_and_recipient_waits_for_itself_in_any_spelling():
    greeted = {}
    known = memory(greeted=greeted)
    for sender, recipient in (("a@b", "c@d"), ("A@B", "C@d"), ("a@b", "e@d")):
        asyncio.run(
            known.conduct_of(replace(FACTS, envelope=Envelope(sender=sender, recipients=(recipient,))))
        )
    assert len(greeted) == 2


def test_who_has_a_name_or_asks_no_recipient_or_meets_no_greylist_waits_for_nothing():
    named = replace(FACTS, names=Confirmation(Outcome.PASS, ("mail.example",)))
    early = replace(FACTS, envelope=Envelope())
    assert [asyncio.run(memory().conduct_of(each)).wait for each in (named, early)] == [0, 0]
    assert asyncio.run(memory(wait=0).conduct_of(FACTS)).wait == 0


def test_what_is_over_a_limit_is_told():
    known = memory(wait=0)
    for _ in range(2):
        known.rates.count(ip_network("192.0.2.1/32"), "connections", NOW)
    assert asyncio.run(known.conduct_of(FACTS)).over == {"connections": "2 in a minute, at most 1"}


def test_while_the_register_is_away_nobody_waits():
    with structlog.testing.capture_logs() as log:
        assert asyncio.run(memory(recall=away).conduct_of(FACTS)) == Conduct()
    assert [each["event"] for each in log] == ["mail.conduct-unknown"]


def test_bounces_and_clients_that_nobody_knows_yet_wait_for_nothing():
    bounce = replace(FACTS, envelope=Envelope(sender="", recipients=("c@d",)))
    unknown = replace(FACTS, names=Confirmation(Outcome.TEMPERROR))
    assert [asyncio.run(memory().conduct_of(each)).wait for each in (bounce, unknown)] == [0, 0]
