"""Whoever publishes what is proposed is complete: proposals and comparisons cannot disagree."""

import asyncio

import pytest

from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.identity.dmarc.record import Policy
from pforte.mail.publishing import Certificate, DkimKey, Inspection, Plan, State, inspect

KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
ADDRESSES = """
mx.example.org. A 192.0.2.1
mail.example.org. A 192.0.2.1
1.2.0.192.in-addr.arpa. PTR mx.example.org.
1.2.0.192.in-addr.arpa. PTR mail.example.org.
mta-sts.example.org. A 192.0.2.3
example.net. TXT "v=spf1 mx -all"
"""
PLANS = {
    "least": Plan(domain="example.org"),
    "all": Plan(
        domain="example.org",
        hosts=("mx.example.org", "mail.example.org"),
        senders=("ip4:192.0.2.0/24", "include:example.net"),
        dkim=(DkimKey("s1", KEY),),
        policy=Policy.REJECT,
        reports="reports@example.org",
        certificates=(Certificate(("*.example.org",), "ab" * 32),),
        logo="https://example.org/logo.svg",
    ),
}
STARTS = {
    "nothing": "",
    "bad": """
example.org. MX 0 .
example.org. TXT "v=spf1 a +all"
_dmarc.example.org. TXT "v=DMARC1; p=refuse; sp=x"
_mta-sts.example.org. TXT "v=STSv1; id=-"
_smtp._tls.example.org. TXT "v=TLSRPTv1; rua=x"
s1._domainkey.example.org. TXT "v=DKIM1; p="
""",
    "some": """
example.org. MX 10 mx.example.org.
example.org. TXT "v=spf1 mx ~all"
_dmarc.example.org. TXT "v=DMARC1; p=quarantine; rua=mailto:reports@example.org"
_mta-sts.example.org. TXT "v=STSv1; id=1"
""",
}


def inspected(zone, plan):
    return asyncio.run(inspect(ZoneFileResolver(zone), plan))


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("name", PLANS)
def test_whoever_publishes_what_is_proposed_is_complete(start, name):
    plan = PLANS[name]
    first = inspected(STARTS[start] + ADDRESSES, plan)
    assert not first.complete
    zone = ADDRESSES + "\n".join(map(str, first.entries))
    again = inspected(zone, plan)
    assert [
        each for each in again.findings if each.state in (State.MISSING, State.WRONG, State.UNKNOWN)
    ] == []
    assert (again.complete, again.certain) == (True, True)
    assert set(map(str, again.entries)) == set(map(str, first.entries)), "what is there stays"


def test_everything_that_lacks_says_what_to_do():
    for start in STARTS.values():
        for plan in PLANS.values():
            for finding in inspected(start, plan).findings:
                assert finding.standard
                assert finding.why
                assert bool(finding.remedy) == (finding.state not in (State.THERE, State.UNKNOWN)), finding


def test_trouble_makes_uncertain_but_not_incomplete():
    plan = PLANS["least"]
    zone = ADDRESSES + "\n".join(map(str, inspected(ADDRESSES, plan).entries))
    resolver = ZoneFileResolver(zone, troubles={"_smtp._tls.example.org": "SERVFAIL"})
    found = asyncio.run(inspect(resolver, plan))
    assert isinstance(found, Inspection)
    assert (found.complete, found.certain) == (True, False)
