"""A result comes with everything that explains it; trouble, loops and hostile words change no verdict."""

import asyncio
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.identity.spf import (
    Client,
    Evaluation,
    Identity,
    Limits,
    Receiver,
    Result,
    check_helo,
    check_host,
    check_mail_from,
)

ZONE = r"""
example.org. TXT "v=spf1 ip4:192.0.2.1 include:_spf.example.net -all exp=why.example.org"
example.org. TXT "unrelated"
_spf.example.net. TXT "v=spf1 ip4:192.0.2.2 ip6:2001:db8::/32 ?ip4:192.0.2.3 -ip4:192.0.2.4"
why.example.org. TXT "%{c} is not ours, %{s}, says %{r} at %{t}"
redirected.example. TXT "v=spf1 ip4:198.51.100.1 redirect=target.example"
target.example. TXT "v=spf1 a -all exp=where.%{d}"
where.target.example. TXT "not for %{d} and %{o}"
target.example. A 192.0.2.9
astray.example. TXT "v=spf1 redirect=nothing.example"
dead-include.example. TXT "v=spf1 include:nothing.example -all"
down-include.example. TXT "v=spf1 include:down.example -all"
down-a.example. TXT "v=spf1 a:down.example -all"
twice.example. TXT "v=spf1 -all"
twice.example. TXT "v=spf1 +all"
loop.example. TXT "v=spf1 include:loop.example -all"
broken.example. TXT "v=spf1 +all moo"
open.example. TXT "v=spf1 ip4:198.51.100.0/24"
soft.example. TXT "v=spf1 ~all"
user.example. TXT "v=spf1 exists:%{l}.users.%{d} -all"
joe.users.user.example. A 127.0.0.2
xn--bcher-kva.example. TXT "v=spf1 ip4:192.0.2.1 -all"
mx.example. TXT "v=spf1 ip4:192.0.2.1 -all"
rude.example. TXT "v=spf1 -all exp=words.rude.example"
words.rude.example. TXT "line one%_\010250 line two"
long.example. TXT "v=spf1 -all exp=long.long.example"
long.long.example. TXT "%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}"
echo.example. TXT "v=spf1 -all exp=echo.echo.example"
echo.echo.example. TXT "%{l} %{h}"
p.example. TXT "v=spf1 exists:%{p}.p.example -all"
1.2.0.192.in-addr.arpa. PTR p.example.
p.example. A 192.0.2.1
p.example.p.example. A 127.0.0.2
"""
TROUBLES = {"down.example": "SERVFAIL"}
NOW = Receiver("mx.house.example", datetime(2026, 11, 24, tzinfo=UTC))


def check(sender, address="192.0.2.1", helo="mx.example", zone=ZONE, **options) -> Evaluation:
    resolver = ZoneFileResolver(zone, troubles=TROUBLES)
    return asyncio.run(check_mail_from(resolver, Client(ip_address(address), helo), sender, **options))


@pytest.mark.standard("7208:2.6")
@pytest.mark.standard("7208:5.2")
@pytest.mark.standard("7208:6.1")
@pytest.mark.parametrize(
    ("sender", "address", "result", "mechanism", "domain", "why"),
    [
        ("a@example.org", "192.0.2.1", "pass", "ip4:192.0.2.1", "example.org",
         'the SPF record of example.org lets 192.0.2.1 send ("ip4:192.0.2.1")'),
        ("a@example.org", "192.0.2.2", "pass", "include:_spf.example.net", "example.org",
         'the SPF record of example.org lets 192.0.2.2 send ("include:_spf.example.net" > "ip4:192.0.2.2")'),
        ("a@example.org", "::ffff:192.0.2.1", "pass", "ip4:192.0.2.1", "example.org",
         'the SPF record of example.org lets 192.0.2.1 send ("ip4:192.0.2.1")'),
        ("a@example.org", "2001:db8::7", "pass", "include:_spf.example.net", "example.org",
         'the SPF record of example.org lets 2001:db8::7 send ("include:_spf.example.net" > "ip6:2001:db8::/32")'),
        ("a@example.org", "192.0.2.3", "fail", "-all", "example.org",
         'the SPF record of example.org does not let 192.0.2.3 send ("-all")'),
        ("a@example.org", "192.0.2.4", "fail", "-all", "example.org",
         'the SPF record of example.org does not let 192.0.2.4 send ("-all")'),
        ("a@soft.example", "192.0.2.4", "softfail", "~all", "soft.example",
         'the SPF record of soft.example says that 192.0.2.4 probably may not send ("~all")'),
        ("a@open.example", "192.0.2.1", "neutral", "", "open.example",
         "the SPF record of open.example leaves open whether 192.0.2.1 may send (no term of it matches)"),
        ("a@redirected.example", "192.0.2.9", "pass", "a", "target.example",
         'the SPF record of target.example lets 192.0.2.9 send ("a")'),
        ("a@nothing.example", "192.0.2.1", "none", "", "", "nothing.example has no SPF record"),
        ("a@down.example", "192.0.2.1", "temperror", "", "down.example",
         "the SPF record of down.example could not be looked up (SERVFAIL)"),
        ("a@down-include.example", "192.0.2.1", "temperror", "include:down.example", "down.example",
         "the SPF record of down.example could not be looked up (SERVFAIL)"),
        ("a@down-a.example", "192.0.2.1", "temperror", "a:down.example", "down-a.example",
         'in the SPF record of down-a.example, down.example, which "a:down.example" needs, could not be looked up (SERVFAIL)'),
        ("a@twice.example", "192.0.2.1", "permerror", "", "twice.example", "twice.example has 2 SPF records"),
        ("a@broken.example", "192.0.2.1", "permerror", "moo", "broken.example",
         'in the SPF record of broken.example, "moo" cannot be read: no such mechanism is known'),
        ("a@astray.example", "192.0.2.1", "permerror", "redirect=nothing.example", "astray.example",
         'in the SPF record of astray.example, "redirect=nothing.example" leads nowhere: nothing.example has no SPF record'),
        ("a@dead-include.example", "192.0.2.1", "permerror", "include:nothing.example", "dead-include.example",
         'in the SPF record of dead-include.example, "include:nothing.example" leads nowhere: nothing.example has no SPF record'),
        ("a@loop.example", "192.0.2.1", "permerror", "include:loop.example", "loop.example",
         'in the SPF record of loop.example, more than 10 terms need the DNS, "include:loop.example" is the first beyond'),
    ],
)  # fmt: skip
def test_every_result_says_why(sender, address, result, mechanism, domain, why):
    found = check(sender, address)
    assert (found.result, found.mechanism, found.record_domain) == (result, mechanism, domain)
    assert found.why == why


def test_the_records_that_were_read_are_told_with_their_results():
    steps = check("a@example.org", "192.0.2.4").steps
    assert [(each.domain, each.by, each.depth, each.result, each.mechanism) for each in steps] == [
        ("example.org", "", 0, "fail", "-all"),
        ("_spf.example.net", "include:_spf.example.net", 1, "fail", "-ip4:192.0.2.4"),
    ]
    steps = check("a@redirected.example", "192.0.2.9").steps
    assert [(each.domain, each.by, each.depth, each.result, each.mechanism) for each in steps] == [
        ("redirected.example", "", 0, "pass", ""),
        ("target.example", "redirect=target.example", 0, "pass", "a"),
    ]
    steps = check("a@down-include.example").steps
    assert [(each.domain, each.result) for each in steps] == [("down-include.example", "temperror")]


def test_what_was_asked_is_counted():
    found = check("a@redirected.example", "192.0.2.8")
    assert (found.lookups, found.voids) == (2, 0)
    assert check("a@p.example").lookups == 2  # the mechanism and its macro


@pytest.mark.standard("7208:2.4")
def test_the_null_sender_is_the_postmaster_of_the_helo_name():
    found = check("")
    assert (found.result, found.identity, found.domain) == ("pass", Identity.HELO, "mx.example")
    assert found.sender == "postmaster@mx.example"


@pytest.mark.standard("7208:2.3")
def test_the_helo_name_is_checked_by_itself():
    resolver = ZoneFileResolver(ZONE)
    found = asyncio.run(check_helo(resolver, Client(ip_address("192.0.2.5"), "mx.example")))
    assert (found.result, found.identity, found.mechanism) == ("fail", Identity.HELO, "-all")


@pytest.mark.standard("7208:4.3")
@pytest.mark.parametrize(
    "domain",
    ["", "single", "[192.0.2.1]", "a..example.org", "x" * 64 + ".example", r"ex\097mple.org", "a b.example"],
)
def test_what_is_no_domain_has_no_record(domain):
    found = asyncio.run(
        check_host(ZoneFileResolver(ZONE), Client(ip_address("192.0.2.1"), "h"), domain, "a@b")
    )
    assert found.result is Result.NONE
    assert "is no domain" in found.why


@pytest.mark.parametrize(
    ("sender", "result"),
    [
        ("joe@user.example", "pass"),
        ('"joe"@user.example', "pass"),
        ('"j\\oe"@user.example', "pass"),
        ("jim@user.example", "fail"),
        ('"joe@user.example', "fail"),
        ("jöe@user.example", "fail"),
        ("a@bücher.example", "pass"),
        ('"a@b"@xn--bcher-kva.example', "pass"),
        ("@xn--bcher-kva.example", "pass"),
        ("xn--bcher-kva.example", "pass"),
    ],
)
def test_senders_in_every_spelling(sender, result):
    assert check(sender).result == result


@pytest.mark.standard("7208:6.2")
@pytest.mark.parametrize(
    ("sender", "explanation"),
    [
        ("a@example.org", "192.0.2.77 is not ours, a@example.org, says mx.house.example at 1795478400"),
        ("a@redirected.example", "not for target.example and redirected.example"),
        ("a@rude.example", ""),
        ("a b@echo.example", "a b mx.example"),
        ("a\r\n250@echo.example", ""),
        ("é@echo.example", ""),
    ],
)
def test_the_words_of_the_owner(sender, explanation):
    """They go into an SMTP reply, so no sender and no owner of a domain may begin a line with them."""
    found = check(sender, "192.0.2.77", receiver=NOW)
    assert (found.result, found.explanation) == ("fail", explanation)


def test_without_a_time_no_explanation_tells_one():
    assert check("a@example.org", "192.0.2.77").explanation == ""


def test_the_words_of_the_owner_are_bounded():
    assert check("a@long.example").explanation == ("long.example" * 38)[:400]
    assert check("a@long.example", limits=Limits(explanation=7)).explanation == "long.ex"


class SilentResolver(ZoneFileResolver):
    """Never answers for one name."""

    def __init__(self, name):
        super().__init__(ZONE)
        self._silent = name

    async def records(self, name, kind):
        if name == self._silent:
            await asyncio.Event().wait()
        return await super().records(name, kind)


@pytest.mark.standard("7208:4.6.4")
@pytest.mark.parametrize(
    ("silent", "result", "steps"),
    [("example.org", "temperror", 0), ("_spf.example.net", "temperror", 1), ("why.example.org", "fail", 2)],
)
def test_a_check_that_takes_too_long_is_open(silent, result, steps):
    """But not when all that is late is the owner's explanation."""
    client = Client(ip_address("192.0.2.77"), "h")
    question = check_mail_from(SilentResolver(silent), client, "a@example.org", limits=Limits(seconds=0.05))
    found = asyncio.run(question)
    assert (found.result, len(found.steps), found.explanation) == (result, steps, "")


NAMES = st.sampled_from(["a.example", "b.example", "c.example", "%{d}", "%{l}.example", "%{p}"])
TERM = st.one_of(
    st.builds("{}{}:{}".format, st.sampled_from(["", "-", "~", "?"]), st.sampled_from(["include", "a", "mx", "exists", "ptr"]), NAMES),
    st.builds("redirect={}".format, NAMES),
    st.builds("exp={}".format, NAMES),
    st.sampled_from(["a", "mx", "ptr", "-all", "?all", "ip4:192.0.2.0/24", "ip6:::/0", "a//64"]),
)  # fmt: skip
RECORDS = st.lists(TERM, max_size=6).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(RECORDS, RECORDS, RECORDS, st.sampled_from(["192.0.2.1", "198.51.100.1", "2001:db8::1"]))
def test_records_that_lead_to_each_other_come_to_an_end(first, second, third, address):
    zone = "\n".join(
        [
            f'{name}.example. TXT "v=spf1 {text}"'
            for name, text in zip("abc", (first, second, third), strict=True)
        ]
        + ["a.example. A 192.0.2.1", "b.example. MX 10 a.example.", "1.2.0.192.in-addr.arpa. PTR a.example."]
    )
    found = check("b.b@a.example", address, zone=zone)
    assert found.result in Result
    assert found.why
    assert found.lookups <= 10
    assert found.voids <= 3
    assert len(found.steps) <= 11
