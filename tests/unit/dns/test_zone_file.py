"""The zone-file resolver answers as a recursive resolver would that knows exactly these records."""

import asyncio
from ipaddress import ip_address

import pytest

from pforte.dns.resolver import Answer, Status
from pforte.dns.zone_file import MOST_ALIASES, ZoneFileResolver
from pforte.dns.zone_text import ZoneFileError

ZONE = """
$TTL 600
$ORIGIN example.org.
@        SOA   ns hostmaster 1 7200 3600 86400 300
www      A     192.0.2.1
host.deep A    192.0.2.2
*        TXT   "wild"
*.star   60 A  192.0.2.3
own.star MX    10 www
*.alias  CNAME www
$ORIGIN 2.0.192.in-addr.arpa.
1        PTR   www.example.org.
"""


def ask(name, kind, zone=ZONE, **options):
    return asyncio.run(ZoneFileResolver(zone, **options).records(name, kind))


NONEXISTENT = Answer(status=Status.NONE, ttl=300, nonexistent=True)


def found(*values, ttl=600):
    return Answer(status=Status.FOUND, values=values, ttl=ttl)


@pytest.mark.parametrize(
    ("name", "kind", "answer"),
    [
        ("www.example.org", "A", found("192.0.2.1")),
        ("WWW.Example.ORG.", "A", found("192.0.2.1")),
        ("www.example.org", "TXT", Answer(status=Status.NONE, ttl=300)),
        # RFC 4592 s2.2.2: an empty non-terminal exists, so no wildcard stands for it.
        ("deep.example.org", "TXT", Answer(status=Status.NONE, ttl=300)),
        ("other.deep.example.org", "TXT", NONEXISTENT),
        ("any.example.org", "TXT", found("wild")),
        ("any.thing.example.org", "TXT", found("wild")),
        ("x.star.example.org", "A", found("192.0.2.3", ttl=60)),
        ("own.star.example.org", "A", Answer(status=Status.NONE, ttl=300)),
        ("below.own.star.example.org", "A", NONEXISTENT),
        ("x.alias.example.org", "A", found("192.0.2.1")),
        ("example.com", "A", Answer(status=Status.NONE, nonexistent=True)),
    ],
)
def test_names_wildcards_and_aliases_are_answered(name, kind, answer):
    assert ask(name, kind) == answer


def test_a_chain_of_aliases_is_followed_to_its_bound():
    def chain(length):
        aliases = "".join(
            f"a{number}.example. {600 - number} CNAME a{number + 1}.example.\n" for number in range(length)
        )
        return f"{aliases}a{length}.example. 600 A 192.0.2.1\n"

    assert ask("a0.example", "A", chain(MOST_ALIASES)) == found("192.0.2.1", ttl=600 - MOST_ALIASES + 1)
    longer = ask("a0.example", "A", chain(MOST_ALIASES + 1))
    assert (longer.status, longer.trouble) == (Status.TROUBLE, "more than 8 aliases follow one another")
    assert ask("a.example", "A", "a.example. CNAME a.example.").status is Status.TROUBLE
    assert ask("a.example", "CNAME", "a.example. CNAME b.example.") == found("b.example", ttl=3600)


def test_trouble_is_injected_for_a_name_and_what_is_an_alias_of_it():
    zone = "a.example. CNAME Slow.example.\nslow.example. A 192.0.2.1\n"
    for name in ("slow.example", "a.example"):
        answer = ask(name, "A", zone, troubles={"slow.EXAMPLE.": "no answer"})
        assert answer == Answer(status=Status.TROUBLE, trouble="no answer")


def test_several_files_are_read_together(tmp_path):
    forward, reverse = tmp_path / "forward", tmp_path / "reverse"
    forward.write_text("$ORIGIN example.org.\n@ 60 SOA ns host 1 2 3 4 5\nwww 60 A 192.0.2.1\n")
    reverse.write_text("1.2.0.192.in-addr.arpa. 60 PTR www.example.org.\n")
    resolver = ZoneFileResolver.read([forward, reverse])
    assert asyncio.run(resolver.names(ip_address("192.0.2.1"))).values == ("www.example.org",)
    assert asyncio.run(resolver.addresses("www.example.org")).values == (ip_address("192.0.2.1"),)


def test_what_two_files_say_of_one_name_is_taken_together(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("www.example.org. 60 A 192.0.2.1\n")
    other.write_text("www.example.org. 60 A 192.0.2.2\n")
    resolver = ZoneFileResolver.read([one, other])
    assert asyncio.run(resolver.addresses("www.example.org")).values == (
        ip_address("192.0.2.1"),
        ip_address("192.0.2.2"),
    )


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ZoneFileError, match="none: cannot be read: "):
        ZoneFileResolver.read([tmp_path / "none"])
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(ZoneFileError, match="binary: cannot be read: "):
        ZoneFileResolver.read([binary])
