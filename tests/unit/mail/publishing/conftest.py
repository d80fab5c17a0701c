"""A domain that publishes everything, and what inspects one part of it."""

import asyncio

import pytest

from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.publishing.mail_hosts import find_hosts
from pforte.mail.publishing.plan import Plan

DOMAIN = "example.org"


@pytest.fixture
def look():
    """Return a function that runs one part's inspection and returns its findings as pairs, and its entries as lines.

    A part that takes the mail servers is given ``find``: those wanted, or none to take those of the zone.
    """

    def _look(part, zone="", *, find=None, troubles=(), **plan):
        async def story():
            resolver = ZoneFileResolver(zone, troubles=dict.fromkeys(troubles, "SERVFAIL"))
            wanted = Plan(domain=DOMAIN, hosts=find or (), **plan)
            further = [] if find is None else [await find_hosts(resolver, wanted)]
            return await part(resolver, wanted, *further)

        found = asyncio.run(story())
        return [(finding.state.value, finding.why) for finding in found.findings], [
            str(e) for e in found.entries
        ]

    return _look
