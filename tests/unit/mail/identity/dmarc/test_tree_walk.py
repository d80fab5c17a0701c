"""The walk: what is asked, what stops it, and where an organisation begins. The rules stand in tests/conformance."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.identity.dmarc.record import parse_record
from pforte.mail.identity.dmarc.tree_walk import (
    MOST_QUERIES,
    Found,
    TreeWalk,
    Walker,
    organizational_domain,
    targets,
)

labels = st.lists(st.sampled_from(["a", "bb", "mail", "x1"]), min_size=1, max_size=40)


@pytest.mark.standard("9989:4.10")
@given(labels)
def test_a_walk_asks_eight_questions_at_most_and_ends_at_the_top(parts):
    walked = targets(".".join(parts))
    assert walked[0] == ".".join(parts)
    assert walked[-1] == parts[-1]
    assert len(walked) == min(len(parts), MOST_QUERIES)
    assert [domain.count(".") + 1 for domain in walked[1:]] == sorted(range(1, len(walked)), reverse=True)
    assert all(walked[0] == domain or walked[0].endswith(f".{domain}") for domain in walked)


def walk(zone, *starts, troubles=()):
    async def story():
        walker = Walker(ZoneFileResolver(zone, troubles=dict.fromkeys(troubles, "SERVFAIL")))
        return [await walker.walk(start) for start in starts]

    return asyncio.run(story())


ZONE = """
_dmarc.mail.example.org. TXT "v=DMARC1; p=none"
_dmarc.example.org. TXT "v=DMARC1; p=reject"
_dmarc.two.example.org. TXT "v=DMARC1; p=none"
_dmarc.two.example.org. TXT "v=DMARC1; p=reject"
_dmarc.psd. TXT "v=DMARC1; psd=y"
"""


def test_what_is_found_is_kept_the_longest_name_first():
    (found,) = walk(ZONE, "a.mail.example.org")
    assert found.asked == ("a.mail.example.org", "mail.example.org", "example.org", "org")
    assert [each.domain for each in found.found] == ["mail.example.org", "example.org"]
    assert (found.surplus, found.trouble) == ((), "")


def test_several_records_are_told_and_count_as_none():
    (found,) = walk(ZONE, "two.example.org")
    assert found.surplus == ("two.example.org",)
    assert [each.domain for each in found.found] == ["example.org"]


def test_trouble_ends_the_walk_and_names_the_place():
    (found,) = walk(ZONE, "a.mail.example.org", troubles=["_dmarc.example.org"])
    assert found.trouble == "_dmarc.example.org: SERVFAIL"
    assert found.asked[-1] == "example.org"


def test_a_second_walk_asks_only_what_is_new():
    asked = []

    class Counting(ZoneFileResolver):
        async def records(self, name, kind):
            asked.append(name)
            return await super().records(name, kind)

    async def story():
        walker = Walker(Counting(ZONE))
        await walker.walk("mail.example.org")
        await walker.walk("www.example.org")

    asyncio.run(story())
    assert asked == ["_dmarc.mail.example.org", "_dmarc.example.org", "_dmarc.org", "_dmarc.www.example.org"]


@given(labels, st.data())
def test_an_organisation_is_the_start_or_above_it(parts, data):
    """Whatever stands in the DNS, nobody is of an organisation elsewhere."""
    start = ".".join(parts)
    found = []
    for domain in targets(start):
        tag = data.draw(st.sampled_from([None, "", "; psd=y", "; psd=n", "; psd=u"]))
        if tag is not None:
            found.append(Found(domain, parse_record(f"v=DMARC1; p=none{tag}")))
            if tag in ("; psd=y", "; psd=n"):
                break
    organization = organizational_domain(TreeWalk(start, (), tuple(found)))
    assert organization == start or start.endswith(f".{organization}")
    assert found or organization == start
