"""Anything may stand in the DNS and in a From field; reading it ends, stays bounded and lets nobody pass by accident."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.dns.resolver import Answer, Status
from pforte.mail.identity.dmarc import DkimIdentifier, Result, SpfIdentifier, evaluate, parse_record
from pforte.mail.identity.dmarc.record import MOST_TAGS, MOST_URIS

PARTS = [
    "v=DMARC1",
    ";",
    "=",
    "p",
    "sp",
    "np",
    "reject",
    "none",
    "rua",
    "mailto:",
    "@",
    "!",
    ",",
    "psd",
    "y",
    "n",
    " ",
    "\t",
]
text = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PARTS), max_size=60).map("".join),
    st.lists(st.sampled_from(PARTS), max_size=60).map(lambda parts: "v=DMARC1;" + "".join(parts)),
)
domain = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(["a", "b", "example", "org", "ü", ""]), max_size=12).map(".".join),
)
result = st.sampled_from(["pass", "fail", "temperror", "none", "permerror"])


@settings(max_examples=400, deadline=None)
@given(text)
def test_any_text_is_a_record_or_none(raw):
    record = parse_record(raw)
    if record is not None:
        assert len(record.mistakes) <= MOST_TAGS + 2 * MOST_URIS + 8
        assert all(len(mistake.why) < 200 and len(mistake.tag) <= 60 for mistake in record.mistakes)
        assert len(record.rua) <= MOST_URIS


class Anything:
    """Answers each question with what hypothesis likes."""

    def __init__(self, data):
        self._data = data
        self.asked = 0

    async def records(self, name, kind):
        self.asked += 1
        status = self._data.draw(st.sampled_from(Status))
        values = () if status is Status.NONE else tuple(self._data.draw(st.lists(text, max_size=3)))
        nonexistent = status is Status.NONE and self._data.draw(st.booleans())
        trouble = "SERVFAIL" if status is Status.TROUBLE else ""
        return Answer(status=status, values=values, nonexistent=nonexistent, trouble=trouble)


@settings(max_examples=200, deadline=None)
@given(
    st.data(),
    domain,
    st.none() | st.builds(SpfIdentifier, domain, result),
    st.lists(st.builds(DkimIdentifier, domain, result), max_size=4),
)
def test_any_dns_gives_a_result(data, author, spf, dkim):
    resolver = Anything(data)
    found = asyncio.run(evaluate(resolver, author, spf=spf, dkim=dkim))
    assert found.why
    assert resolver.asked <= 8 * (2 + len(dkim)) + 1
    passed = any(each.result == "pass" and each.aligned for each in found.alignments)
    assert (found.result is Result.PASS) == passed
    assert found.result is Result.FAIL or found.disposition == "none"
