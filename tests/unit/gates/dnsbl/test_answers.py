"""What is answered, read with another library's eyes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.bans.ban import Action, Ban, Decision
from pforte.gates.dnsbl.answers import Answers, Policy
from pforte.gates.dnsbl.zones import Keeper, zones_below
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = NOON.timestamp()
ZONE = "dnsbl.example"
KEEPER = Keeper(("ns.example.net", "ns.example.org"), "hostmaster.example.net", 60)


def ban_of(
    network: str, reason: str = "visit.xss", hours: float = 24, reference: str = "PF-7K3M-Q2XD"
) -> Ban:
    return Ban(
        network=parse_network(network),
        rung=1,
        starts=NOON,
        ends=NOON + timedelta(hours=hours),
        reference=reference,
        reason=reason,
    )


def answers_of(
    *bans: Ban, exempt: Sequence[str] = (), policy: Policy | None = None, load: bool = True
) -> Answers:
    table = TableGate(ip_network(network) for network in exempt)
    if load:
        table.load(bans, NOON)
    return Answers(zones_below(ZONE), KEEPER, table, policy or Policy(seconds=300))


def name_of(address: str, zone: str = ZONE) -> str:
    reverse = ip_address(address).reverse_pointer
    return f"{reverse.removesuffix('.in-addr.arpa').removesuffix('.ip6.arpa')}.{zone}"


def ask(
    answers: Answers, name: str, kind: str = "A", *, now: float = NOW, **options: object
) -> dns.message.Message:
    """Ask twice, because the second time an answer may come from a form, and both must be the same."""
    query = dns.message.make_query(name, kind, **options)  # type: ignore[arg-type]
    raw = query.to_wire()
    answer = answers.answer(raw, now)
    assert answer is not None
    assert answers.answer(raw, now) == answer
    read = dns.message.from_wire(answer)
    assert query.is_response(read)
    assert not read.flags & dns.flags.RA
    return read


def told(message: dns.message.Message) -> list[str]:
    return [record.to_text() for rrset in message.answer for record in rrset]


def is_absent(message: dns.message.Message, rcode: dns.rcode.Rcode, zone: str = ZONE) -> bool:
    """Say whether an absence is told with the SOA that bounds how long it is remembered."""
    (soa,) = message.authority
    assert soa.to_text().startswith(f"{zone}. 60 IN SOA ns.example.net. hostmaster.example.net. ")
    assert soa.to_text().endswith(" 60")
    assert message.flags & dns.flags.AA
    return message.rcode() == rcode and not message.answer


BANS = (
    ban_of("192.0.2.1"),
    ban_of("198.51.100.0/24", "visit.form-spam"),
    ban_of("2001:db8:1:2::/64", "visit.robots"),
    ban_of("203.0.113.9", "in the operator's words"),
)
ANSWERS = answers_of(*BANS)


@pytest.mark.standard("5782:2.1")
@pytest.mark.standard("8482:4.1")
@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("192.0.2.1", "127.0.0.4"),
        ("198.51.100.77", "127.0.0.3"),
        ("::ffff:198.51.100.77", "127.0.0.3"),
        ("2001:db8:1:2:3:4:5:6", "127.0.0.6"),
        ("203.0.113.9", "127.0.0.2"),
    ],
)
def test_a_banned_address_is_listed(address, code):
    answer = ask(ANSWERS, name_of(address))
    assert told(answer) == [code]
    assert answer.answer[0].ttl == 300
    assert answer.flags & dns.flags.AA
    assert told(ask(ANSWERS, name_of(address), "ANY")) == [code]
    (text,) = told(ask(ANSWERS, name_of(address), "TXT"))
    assert "Shut out until 2026-03-02T12:00:00Z, reference PF-7K3M-Q2XD." in text
    assert is_absent(ask(ANSWERS, name_of(address), "AAAA"), dns.rcode.NOERROR)


@pytest.mark.standard("2308:3")
@pytest.mark.parametrize(
    "address", ["192.0.2.2", "198.51.101.0", "2001:db8:1:3::", "::1", "0.0.0.0", "255.255.255.255"]
)
@pytest.mark.parametrize("kind", ["A", "TXT", "ANY", "AAAA", "MX"])
def test_any_other_address_is_not(address, kind):
    assert is_absent(ask(ANSWERS, name_of(address), kind), one_digit(name_of(address)))


def one_digit(name: str) -> dns.rcode.Rcode:
    """Return what a name without a ban is: four single digits may be the end of IPv6 addresses."""
    front = name.removesuffix(f".{ZONE}")
    return dns.rcode.NOERROR if len(front) == 7 else dns.rcode.NXDOMAIN


@pytest.mark.standard("5782:5")
@pytest.mark.parametrize("zone", [zone.name for zone in zones_below(ZONE)])
def test_test_entries_of_each_zone(zone):
    answers = answers_of(ban_of("127.0.0.0/8"), ban_of("::/0"))
    for listed in ("127.0.0.2", "::ffff:7f00:2"):
        assert told(ask(answers, name_of(listed, zone))) == ["127.0.0.2"]
        assert "Test entry" in told(ask(answers, name_of(listed, zone), "TXT"))[0]
    for free in ("127.0.0.1", "::ffff:7f00:1", "127.0.0.3"):
        assert is_absent(ask(answers, name_of(free, zone)), dns.rcode.NXDOMAIN, zone)


@pytest.mark.standard("8020:2")
@pytest.mark.parametrize(
    "front",
    [
        "127",
        "0.127",
        "0.0.127",
        "51.198",
        "100.51.198",
        "8.b.d.0.1.0.0.2",
        "1.0.0.2",
        "0.0.0.0",
        "2",
        "0.1.2",
        "f",
    ],
)
def test_what_lies_above_addresses_exists(front):
    """A resolver that asks label by label (RFC 9156) must not learn that nothing is below."""
    assert is_absent(ask(ANSWERS, f"{front}.{ZONE}"), dns.rcode.NOERROR)
    assert is_absent(ask(ANSWERS, f"{front}.spam.{ZONE}", "NS"), dns.rcode.NOERROR, f"spam.{ZONE}")


def test_an_ipv4_address_that_is_also_the_end_of_ipv6_addresses_is_still_listed():
    answers = answers_of(ban_of("2.0.0.1"))
    assert told(ask(answers, f"1.0.0.2.{ZONE}")) == ["127.0.0.4"]


@pytest.mark.parametrize("front", ["www", "256.1.2.3", "01.0.0.10", "x.1.2.0.192", "1.2.0.192.in-addr"])
def test_other_names_do_not_exist(front):
    assert is_absent(ask(ANSWERS, f"{front}.{ZONE}"), dns.rcode.NXDOMAIN)


def test_each_zone_lists_its_own_kind():
    for zone, address in (
        ("attack", "192.0.2.1"),
        ("spam", "198.51.100.1"),
        ("standards", "2001:db8:1:2::7"),
    ):
        for other in ("attack", "spam", "standards"):
            answer = ask(ANSWERS, name_of(address, f"{other}.{ZONE}"))
            assert bool(told(answer)) == (zone == other)
            assert other == zone or is_absent(answer, dns.rcode.NXDOMAIN, f"{other}.{ZONE}")
    assert not told(ask(ANSWERS, name_of("203.0.113.9", f"attack.{ZONE}")))


def test_an_address_under_several_bans_has_a_code_for_each_kind():
    answers = answers_of(
        ban_of("192.0.2.7", "visit.xss", hours=0.01, reference="PF-A"),
        ban_of("192.0.2.0/24", "visit.form-spam", reference="PF-B"),
        ban_of("192.0.2.0/28", "visit.trap", reference="PF-C"),
        ban_of("192.0.2.0/28", "visit.sql-injection", hours=0.001, reference="PF-D"),
    )
    answer = ask(answers, name_of("192.0.2.7"))
    assert sorted(told(answer)) == ["127.0.0.3", "127.0.0.4", "127.0.0.6"]
    assert answer.answer[0].ttl == 36
    texts = told(ask(answers, name_of("192.0.2.7"), "TXT", use_edns=0))
    assert [part for part in ("PF-A", "PF-B", "PF-C", "PF-D") if part in " ".join(texts)] == [
        "PF-A",
        "PF-B",
        "PF-C",
    ]
    assert ask(answers, name_of("192.0.2.7", f"spam.{ZONE}")).answer[0].ttl == 300


@pytest.mark.parametrize(("left", "ttl"), [(301, 300), (300, 300), (299, 299), (1.5, 1), (0.5, 0)])
def test_nothing_is_remembered_beyond_the_end_of_a_ban(left, ttl):
    answers = answers_of(ban_of("192.0.2.1", hours=1))
    for kind in ("A", "TXT"):
        assert ask(answers, name_of("192.0.2.1"), kind, now=NOW + 3600 - left).answer[0].ttl == ttl
    assert is_absent(ask(answers, name_of("192.0.2.1"), now=NOW + 3600), dns.rcode.NXDOMAIN)


def test_a_decision_is_answered_at_once():
    table = TableGate()
    table.load((), NOON)
    answers = Answers(zones_below(ZONE), KEEPER, table, Policy(seconds=300))
    assert not told(ask(answers, name_of("192.0.2.1")))
    before = ask(answers, ZONE, "SOA").answer[0][0].serial
    assert before == int(NOW)
    later = NOON + timedelta(seconds=5)
    ban = ban_of("192.0.2.1")
    table.apply([Decision(sequence=1, action=Action.BEGIN, ban=ban, decided=later)], later)
    assert told(ask(answers, name_of("192.0.2.1"))) == ["127.0.0.4"]
    assert ask(answers, ZONE, "SOA").answer[0][0].serial == before + 5
    assert ask(answers, name_of("192.0.2.9")).authority[0][0].serial == before + 5


def test_exempt_networks_are_never_listed():
    answers = answers_of(
        *BANS, ban_of("0.0.0.0/0"), ban_of("::/0"), exempt=["198.51.100.0/25", "2001:db8:1::/48"]
    )
    assert not told(ask(answers, name_of("198.51.100.77")))
    assert not told(ask(answers, name_of("2001:db8:1:2::1")))
    assert sorted(told(ask(answers, name_of("198.51.100.200")))) == ["127.0.0.3", "127.0.0.4"]


def test_the_zone_itself():
    assert [record.split()[0] for record in told(ask(ANSWERS, ZONE, "NS"))] == [
        "ns.example.net.",
        "ns.example.org.",
    ]
    for kind in ("SOA", "ANY"):
        assert told(ask(ANSWERS, f"spam.{ZONE}", kind)) == [
            f"ns.example.net. hostmaster.example.net. {int(NOW)} 3600 600 86400 60"
        ]
    for kind in ("A", "TXT", "AAAA", "DS"):
        assert is_absent(ask(ANSWERS, ZONE, kind), dns.rcode.NOERROR)


@pytest.mark.parametrize(
    ("name", "kind", "klass"),
    [("example", "A", "IN"), ("version.bind", "TXT", "CH"), (name_of("192.0.2.1"), "A", "CH"), (name_of("192.0.2.1"), "A", "ANY"),
     (".", "NS", "IN"), (ZONE, "AXFR", "IN"), (ZONE, "IXFR", "IN"), (f"x{ZONE}", "A", "IN")],
)  # fmt: skip
def test_what_is_not_ours_is_refused(name, kind, klass):
    answer = ask(ANSWERS, name, kind, rdclass=klass)
    assert answer.rcode() == dns.rcode.REFUSED
    assert not answer.flags & dns.flags.AA
    assert not answer.answer + answer.authority


@pytest.mark.standard("6891:6.1.3")
def test_edns():
    answer = ask(ANSWERS, name_of("192.0.2.1"), use_edns=0, want_dnssec=True, payload=4096)
    assert (answer.edns, answer.payload) == (0, 1232)
    assert answer.ednsflags & dns.flags.DO
    assert ask(ANSWERS, name_of("192.0.2.1"), use_edns=False).edns == -1
    newer = ask(ANSWERS, name_of("192.0.2.1"), use_edns=1)
    assert (newer.rcode(), newer.edns, newer.answer) == (dns.rcode.BADVERS, 0, [])


def crowded() -> Answers:
    """Answers whose text is four strings long: one ban of each kind over the same address."""
    reasons = ("visit.xss", "visit.form-spam", "visit.trap", "by hand")
    bans = [ban_of("192.0.2.1", reason, reference=f"PF-{number}") for number, reason in enumerate(reasons)]
    return answers_of(*bans, policy=Policy(seconds=300, page="https://desk.example/" + "x" * 90))


def test_an_answer_that_is_too_long_is_cut_and_told_whole_over_tcp():
    answers = crowded()
    name = name_of("192.0.2.1")
    for options, room in (
        ({}, 512),
        ({"use_edns": 0, "payload": 100}, 512),
        ({"use_edns": 0, "payload": 800}, 800),
    ):
        cut = ask(answers, name, "TXT", **options)
        assert cut.flags & dns.flags.TC
        assert not cut.answer
        assert len(cut.to_wire()) <= room
    whole = ask(answers, name, "TXT", use_edns=0, payload=4096)
    assert len(told(whole)) == 4
    raw = answers.answer_stream(dns.message.make_query(name, "TXT").to_wire(), NOW)
    assert raw is not None
    assert len(told(dns.message.from_wire(raw))) == 4


@settings(deadline=None)
@given(flips=st.lists(st.booleans(), min_size=40, max_size=40))
def test_the_case_of_a_question_comes_back(flips):
    """Resolvers mix it at random, and take no answer that does not repeat it (0x20)."""
    name = name_of("2001:db8:1:2::abcd", f"standards.{ZONE}")
    mixed = "".join(c.upper() if flips[place % 40] else c for place, c in enumerate(name))
    raw = dns.message.make_query(mixed, "A").to_wire()
    answer = ANSWERS.answer(raw, NOW)
    assert answer is not None
    assert answer[12:].startswith(raw[12:])
    assert told(dns.message.from_wire(answer)) == ["127.0.0.6"]


@pytest.mark.parametrize(
    ("on_failure", "rcode"), [("closed", dns.rcode.SERVFAIL), ("open", dns.rcode.NXDOMAIN)]
)
def test_before_anything_is_known(on_failure, rcode):
    answers = answers_of(load=False, policy=Policy(seconds=300, on_failure=on_failure))
    for address in ("192.0.2.99", "198.51.100.200"):
        assert ask(answers, name_of(address)).rcode() == rcode
    assert ask(answers, ZONE, "NS").rcode() == dns.rcode.NOERROR


def test_no_flood_of_forms_is_remembered(monkeypatch):
    monkeypatch.setattr("pforte.gates.dnsbl.answers.MOST_FORMS", 20)
    answers = answers_of(*BANS)
    for number in range(50):
        cookie = dns.edns.GenericOption(dns.edns.OptionType.COOKIE, number.to_bytes(8))
        answers.answer(dns.message.make_query(name_of("192.0.2.1"), "A", options=[cookie]).to_wire(), NOW)
    assert 0 < len(answers._forms) <= 20
    padded = dns.message.make_query(name_of("192.0.2.1"), "A", use_edns=0, pad=468).to_wire()
    before = len(answers._forms)
    assert answers.answer(padded, NOW)
    assert len(answers._forms) == before


@given(
    address=st.ip_addresses(),
    kind=st.sampled_from(["A", "TXT", "ANY", "MX"]),
    edns=st.sampled_from([False, 0]),
)
def test_a_form_says_the_same_as_a_whole_reading(address, kind, edns):
    raw = dns.message.make_query(name_of(str(address)), kind, use_edns=edns).to_wire()
    ANSWERS.answer(dns.message.make_query(name_of("192.0.2.2"), kind, use_edns=edns).to_wire(), NOW)
    assert ANSWERS.answer(raw, NOW) == ANSWERS.answer_stream(raw, NOW)


def test_what_cannot_be_read_is_told_or_passed_over():
    assert ANSWERS.answer(b"\0\7", NOW) is None
    answer = ANSWERS.answer(b"\0\7\1\0\0\1" + bytes(6) + b"\x80", NOW)
    assert answer is not None
    assert dns.message.from_wire(answer).rcode() == dns.rcode.FORMERR
