"""What a result tells beside pass and fail: reasons, each identifier, bounds. The rules stand in tests/conformance."""

import asyncio

import pytest

from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.identity.dmarc import (
    DkimIdentifier,
    Limits,
    Mode,
    Policy,
    Result,
    SpfIdentifier,
    evaluate,
    evaluate_from,
)

ZONE = '_dmarc.example.org. TXT "v=DMARC1; p=reject; adkim=s"'


def judge(author="example.org", zone=ZONE, spf=None, dkim=(), **options):
    return asyncio.run(evaluate(ZoneFileResolver(zone), author, spf=spf, dkim=dkim, **options))


def test_each_identifier_is_told_with_how_it_stands():
    found = judge(
        spf=SpfIdentifier("Bounce.example.org", "pass"),
        dkim=[
            DkimIdentifier("mail.example.org", "pass", "k1"),
            DkimIdentifier("example.org", "fail", "k2"),
            DkimIdentifier("example.net", "pass"),
        ],
    )
    assert [(str(each), each.mode, each.aligned) for each in found.alignments] == [
        ("spf=pass bounce.example.org", Mode.RELAXED, True),
        ("dkim=pass d=mail.example.org s=k1", Mode.STRICT, False),
        ("dkim=fail d=example.org s=k2", Mode.STRICT, None),
        ("dkim=pass d=example.net", Mode.STRICT, False),
    ]
    assert (
        found.why
        == "spf=pass bounce.example.org is of the same organisation as the author's domain example.org"
    )


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (
            {"dkim": [DkimIdentifier("example.org", "pass", "k")]},
            "dkim=pass d=example.org s=k is the author's domain",
        ),
        (
            {},
            (
                "the DMARC record of example.org asks for p=reject, and nothing passed that is aligned: neither SPF nor"
                " DKIM named a domain"
            ),
        ),
        (
            {"spf": SpfIdentifier("a.example", "pass"), "dkim": [DkimIdentifier("example.org", "fail", "k")]},
            (
                "the DMARC record of example.org asks for p=reject, and nothing passed that is aligned: spf=pass a.example"
                " is not aligned; dkim=fail d=example.org s=k"
            ),
        ),
        (
            {"dkim": [DkimIdentifier(f"n{number}.example", "fail") for number in range(9)]},
            (
                "the DMARC record of example.org asks for p=reject, and nothing passed that is aligned: dkim=fail"
                " d=n0.example; dkim=fail d=n1.example; dkim=fail d=n2.example; dkim=fail d=n3.example; ..."
            ),
        ),
        ({"author": "example.net"}, "neither example.net nor a domain above it has a DMARC record"),
        ({"author": "no..name"}, "the From field names no domain that can stand in the DNS"),
        (
            {"dkim": [DkimIdentifier("example.org", "temperror", "k")]},
            "dkim=temperror d=example.org s=k might yet pass for example.org",
        ),
        (
            {"zone": '_dmarc.example.org. TXT "v=DMARC1; p=reject; t=y"'},
            (
                "the DMARC record of example.org asks for p=reject, and says that it is only tested, and nothing passed"
                " that is aligned: neither SPF nor DKIM named a domain"
            ),
        ),
        (
            {"zone": '_dmarc.example.org. TXT "v=DMARC1; p=x"'},
            "the DMARC record of example.org holds no valid policy and no address for reports, so it does not apply",
        ),
        (
            {"zone": '_dmarc.example.org. TXT "v=DMARC1"\n_dmarc.example.org. TXT "v=DMARC1; p=none"'},
            (
                "neither example.org nor a domain above it has a DMARC record; example.org has more than one, which"
                " counts as none"
            ),
        ),
    ],
)
def test_reasons_name_what_decided(asked, why):
    assert judge(**asked).why == why


def test_an_identifier_that_can_be_no_name_is_not_aligned():
    """Otherwise a signature of nonsense would leave the result open for ever."""
    found = judge(dkim=[DkimIdentifier("exa..mple", "pass"), DkimIdentifier("", "temperror")])
    assert found.result is Result.FAIL
    assert [each.aligned for each in found.alignments] == [False, False]


def test_walks_for_one_mail_are_bounded():
    asked = []

    class Counting(ZoneFileResolver):
        async def records(self, name, kind):
            asked.append(name)
            return await super().records(name, kind)

    zone = (
        '_dmarc.example.org. TXT "v=DMARC1; p=reject"\n_dmarc.last.example.org. TXT "v=DMARC1; p=none; psd=n"'
    )
    dkim = [DkimIdentifier(f"{number}.last.example.org", "pass") for number in range(30)]
    found = asyncio.run(evaluate(Counting(zone), "example.org", dkim=dkim, limits=Limits(most_walks=3)))
    assert found.result is Result.FAIL
    assert (
        len(asked) == len(set(asked)) == 2 + 1 + 3
    )  # the author's walk, last.example.org, and three of the thirty


def test_a_mail_without_one_author_names_those_it_has():
    resolver = ZoneFileResolver(ZONE)
    found = asyncio.run(evaluate_from(resolver, ["a.example", "b.example", "A.example"]))
    assert (found.result, found.disposition) == (Result.PERMERROR, Policy.NONE)
    assert found.why == "the From field names 2 domains (a.example, b.example), so nobody's policy applies"
    none = asyncio.run(evaluate_from(resolver, []))
    assert none.why == "the From field names no domain, so nobody's policy applies"


def test_trouble_names_the_place_and_what_it_was():
    resolver = ZoneFileResolver(ZONE, troubles={"_dmarc.example.org": "SERVFAIL"})
    found = asyncio.run(evaluate(resolver, "example.org"))
    assert found.why == "the DMARC record could not be looked up (_dmarc.example.org: SERVFAIL)"


def test_trouble_with_the_organisation_is_named():
    zone = '_dmarc.example.org. TXT "v=DMARC1; p=reject"'
    resolver = ZoneFileResolver(zone, troubles={"_dmarc.org": "SERVFAIL"})
    dkim = [DkimIdentifier("mail.example.org", "pass"), DkimIdentifier("mail.example.org", "pass")]
    found = asyncio.run(evaluate(resolver, "example.org", dkim=dkim))
    assert found.result is Result.TEMPERROR
    assert found.why == (
        "whether dkim=pass d=mail.example.org is aligned with example.org could not be looked up"
        " (_dmarc.org: SERVFAIL)"
    )


def test_trouble_with_existence_is_named():
    zone = '_dmarc.example.org. TXT "v=DMARC1; p=none; np=reject"'
    resolver = ZoneFileResolver(zone, troubles={"ghost.example.org": "SERVFAIL"})
    found = asyncio.run(evaluate(resolver, "ghost.example.org"))
    assert found.why == "whether ghost.example.org exists could not be looked up, and its policy hangs on it"
