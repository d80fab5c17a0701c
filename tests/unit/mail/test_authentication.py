"""SPF, DKIM, ARC and DMARC say together who answers for a mail."""

import asyncio
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from mail_house import facts

from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.authentication import authenticate_message, authenticate_sender, author_domains
from pforte.mail.facts import House
from pforte.mail.identity import dmarc, spf
from pforte.mail.message import Message
from pforte.mail.session import Envelope

SAMPLES = Path(__file__).parents[2] / "samples"
ZONE = """
sender.example. TXT "v=spf1 ip4:192.0.2.9 -all"
_dmarc.sender.example. TXT "v=DMARC1; p=reject"
mail.sender.example. TXT "v=spf1 a -all"
mail.sender.example. A 192.0.2.9
s._domainkey.sender.example. TXT "v=DKIM1; k=ed25519; p=mR+JXScR7VDpLsoARMO+h8HkKvTe4eMUSOQzdQcbAXI="
s._domainkey.lists.example. TXT "v=DKIM1; k=ed25519; p=pUj6FHISCGvcpHDVr0gRHNObXWrYMkYAq3jD+VMNCQ0="
"""


def found(message, address="192.0.2.9", sender="anna@sender.example", zone=ZONE):
    raw = message if isinstance(message, bytes) else (SAMPLES / message).read_bytes()
    begun = facts()
    begun = replace(
        begun,
        house=House(sealers=frozenset({"lists.example"})),
        session=replace(begun.session, address=ip_address(address), helo="mail.sender.example"),
        envelope=Envelope(sender=sender, recipients=("b@pforte.example",)),
        message=Message(raw),
    )
    resolver = ZoneFileResolver(zone)
    return asyncio.run(authenticate_message(resolver, asyncio.run(authenticate_sender(resolver, begun))))


def test_a_signature_of_the_author_proves_the_mail():
    known = found("mail.dmarc/passes/signed.eml", address="198.51.100.1")
    assert (known.spf.result, known.dmarc.result) == (spf.Result.FAIL, dmarc.Result.PASS)
    assert (known.proven_author, known.signers, known.trusted_sealer) == (
        "sender.example",
        ("sender.example",),
        "",
    )


def test_spf_alone_proves_the_domain_but_no_author_by_signature():
    known = found(b"From: anna@sender.example\r\n\r\n")
    assert (known.dmarc.result, known.proven_author, known.signers) == (dmarc.Result.PASS, "", ())


def test_a_believed_sealer_is_named():
    known = found("mail.dmarc/passes/sealed.eml", address="198.51.100.1", sender="list@lists.example")
    assert (known.dmarc.result, known.trusted_sealer) == (dmarc.Result.FAIL, "lists.example")


def test_a_key_that_is_only_tried_proves_nothing():
    known = found(
        "mail.dmarc/passes/signed.eml", "198.51.100.1", zone=ZONE.replace("v=DKIM1; k", "v=DKIM1; t=y; k")
    )
    assert (known.dmarc.result, known.signers) == (dmarc.Result.FAIL, ())


def test_the_null_sender_is_judged_by_the_greeting_and_proves_no_author():
    known = found(b"From: anna@sender.example\r\n\r\n", sender="")
    assert (known.spf.result, known.spf.identity) == (spf.Result.PASS, spf.Identity.HELO)
    assert known.dmarc.result is dmarc.Result.FAIL


def test_without_a_client_or_a_message_nothing_is_said():
    begun = replace(facts(), message=None)
    begun = replace(begun, session=replace(begun.session, client_known=False))
    resolver = ZoneFileResolver("")
    assert asyncio.run(authenticate_sender(resolver, begun)) is begun
    assert asyncio.run(authenticate_message(resolver, begun)) is begun


@pytest.mark.parametrize(
    ("raw", "domains"),
    [
        (b"From: Anna <a@one.example>\r\n\r\n", ["one.example"]),
        (b"From: a@one.example, b@two.example\r\n\r\n", ["one.example", "two.example"]),
        (b"From: nobody\r\n\r\n", []),
        (b"From: a@\xfc.example\r\n\r\n", ["?.example"]),
        (b"Subject: x\r\n\r\n", []),
    ],
)
def test_the_authors_domains_are_read(raw, domains):
    assert list(author_domains(Message(raw))) == domains
