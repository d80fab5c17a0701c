"""Hostile records, names and fields: SPF, reverse names and Authentication-Results end with a result, never an error."""

import asyncio
from ipaddress import ip_address

from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.dns.resolver import Answer, Status
from pforte.mail.identity.authres import ResultsError, claims, parse_results, render_results
from pforte.mail.identity.iprev import check_iprev, spelled_address
from pforte.mail.identity.spf import Client, Result, check_mail_from

PIECES = st.one_of(
    st.sampled_from(
        ["v=spf1 ", " ", "a", "mx", "ptr", "include:", "exists:", "redirect=", "exp=", "ip4:", "ip6:", "-all", "%{", "}", "%{d}", "%{p}", "%{l1r-}", "%", ".", "..", "/", "//", "0", "129", "example.org", "\\", "\\046", "\r\n", "\x00", "ÿ", "192.0.2.1", "::1", "+", "~", "?", "@", "a.b." * 70]
    ),
    st.text("abc%{}.:/=-+~?dlsoipvhcrt0123456789", max_size=12),
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=10).map("".join)
RECORDS = TEXTS.map("v=spf1 {}".format)


class HostileResolver:
    """Gives to every question whatever an attacker wants, as one answer after the other."""

    def __init__(self, answers):
        self._answers = answers
        self._asked = 0

    async def records(self, name, kind):
        return self._next()

    async def names(self, address):
        return self._next()

    async def addresses(self, name, version=None):
        answer = self._next()
        numbers = tuple(
            ip_address(len(value) % 256 + (0xC0000200 if version == 4 else 0)) for value in answer.values
        )
        return Answer(status=answer.status, values=numbers, trouble=answer.trouble)

    def _next(self):
        self._asked += 1
        status, values = self._answers[self._asked % len(self._answers)]
        return Answer(status=status, values=values if status is not Status.NONE else ())


ANSWERS = st.lists(
    st.tuples(
        st.sampled_from([Status.FOUND, Status.FOUND, Status.FOUND, Status.NONE, Status.TROUBLE]),
        st.lists(st.one_of(RECORDS, RECORDS, TEXTS), max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=100, deadline=None)
@given(ANSWERS, TEXTS, TEXTS, st.sampled_from(["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1"]))
def test_spf_ends_with_a_result(answers, sender, helo, address):
    client = Client(ip_address(address), helo)
    found = asyncio.run(check_mail_from(HostileResolver(answers), client, f"{sender}@a.example"))
    assert found.result in Result
    assert found.lookups <= 10
    assert found.explanation.isprintable()
    assert len(found.explanation) <= 400
    assert (found.mechanism + found.why).isprintable()


@settings(max_examples=50, deadline=None)
@given(ANSWERS, TEXTS, st.ip_addresses())
def test_reverse_names_end_with_a_result(answers, name, address):
    found = asyncio.run(check_iprev(HostileResolver(answers), address))
    assert found.why
    spelled_address(name, address)


FIELD = st.lists(
    st.one_of(
        st.sampled_from(
            [b"mx.example", b";", b"=", b".", b" ", b"\t", b"\r\n ", b"(", b")", b'"', b"\\", b"none", b"spf=pass", b"smtp.mailfrom=", b"reason=", b"@", b"/1", b"1", b"\x00", b"\xff", b"\xc3\xa9", b"header.b", b"a@b.c"]
        ),
        st.binary(max_size=4),
    ),
    max_size=20,
).map(b"".join)  # fmt: skip


@settings(max_examples=200)
@given(FIELD)
def test_fields_are_read_or_refused_and_what_is_read_can_be_written(raw):
    claims(raw, ("mx.example",))
    try:
        results = parse_results(b"mx.example; " + raw)
    except ResultsError:
        return
    assert claims(b"mx.example; " + raw, ("mx.example",))
    assert parse_results(render_results(results, utf8=True).encode()) == results
