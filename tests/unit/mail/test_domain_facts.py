"""A domain takes mail by its MX records, or by an address where it has none (RFC 5321 s5.1, RFC 7505)."""

import asyncio

import pytest

from pforte.dns.resolver import Status
from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.domain_facts import look_at_domain

ZONE = """
mx.example. MX 10 mail.mx.example.
null.example. MX 0 .
both.example. MX 0 .
both.example. MX 10 mail.example.
a.example. A 192.0.2.1
aaaa.example. AAAA 2001:db8::1
txt.example. TXT "no mail"
"""


@pytest.mark.parametrize(
    ("name", "takes", "null"),
    [
        ("mx.example", Status.FOUND, False),
        ("null.example", Status.NONE, True),
        ("both.example", Status.FOUND, False),
        ("a.example", Status.FOUND, False),
        ("aaaa.example", Status.FOUND, False),
        ("txt.example", Status.NONE, False),
        ("absent.example", Status.NONE, False),
    ],
)
def test_who_takes_mail(name, takes, null):
    facts = asyncio.run(look_at_domain(ZoneFileResolver(ZONE), name))
    assert (facts.takes_mail, facts.null_mx) == (takes, null)


@pytest.mark.parametrize("name", ["mx.example", "a.example"])
def test_trouble_is_no_verdict(name):
    facts = asyncio.run(look_at_domain(ZoneFileResolver(ZONE, troubles={name: "SERVFAIL"}), name))
    assert facts.takes_mail is Status.TROUBLE
    assert facts.trouble
