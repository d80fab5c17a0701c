"""The mails of one session; most of it stands in test_conversation, over a real connection."""

import asyncio
from dataclasses import replace
from ipaddress import ip_address

from smtp_house import MAIL, Setup

from pforte.dns.forward_confirmed import Confirmation, Outcome
from pforte.gates.smtp.commands import Path
from pforte.gates.smtp.text import Room, Text
from pforte.gates.smtp.transaction import Transactions
from pforte.mail.session import Session


def begun(setup):
    reception = setup.receive(Session(address=ip_address("192.0.2.1"), port=7))
    return Transactions(setup.house, reception), reception


def text_of(raw):
    text = Text(1_000, Room(1_000))
    text.take_chunk(bytearray(raw), len(raw), is_last=True)
    return text


def test_the_client_is_who_the_dns_has_proven():
    transactions, reception = begun(Setup())
    assert (transactions.client.name, transactions.client.port) == ("", 7)
    reception._facts = replace(reception._facts, names=Confirmation(Outcome.PASS, ("mail.a.example",)))
    assert transactions.client.name == "mail.a.example"


def test_each_mail_has_a_name_of_its_own():
    setup = Setup()
    transactions, _ = begun(setup)

    async def run():
        for _ in range(2):
            await transactions.begin(Path("a@a.example"))
            await transactions.address("u@ours.example")
            await transactions.take(text_of(MAIL))

    asyncio.run(run())
    assert len({letter.queue for letter, _ in setup.carrier.letters}) == 2


def test_a_mail_that_is_forgotten_is_forgotten_everywhere():
    setup = Setup()
    transactions, reception = begun(setup)

    async def run():
        await transactions.begin(Path("a@a.example"))
        await transactions.address("u@ours.example")
        await transactions.forget()

    asyncio.run(run())
    assert reception.facts.envelope.sender is None
    assert setup.carrier.forgotten == 1
    transactions.close()
    assert setup.carrier.closed == 1
