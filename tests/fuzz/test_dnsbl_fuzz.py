"""No bytes on the DNS port make the block list stumble, think for long, or talk more than it should."""

import time
from datetime import UTC, datetime, timedelta

import dns.exception
import dns.message
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.bans.ban import Ban
from pforte.gates.dnsbl.answers import Answers, Policy
from pforte.gates.dnsbl.wire import OUR_SIZE, PLAIN_SIZE, truncate
from pforte.gates.dnsbl.zones import Keeper, zones_below
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = NOON.timestamp()
REASONS = ("visit.xss", "visit.form-spam", "visit.trap", "words")


def answers() -> Answers:
    table = TableGate()
    table.load(
        (
            Ban(
                network=parse_network(network),
                rung=1,
                starts=NOON,
                ends=NOON + timedelta(days=1),
                reference=f"PF-{reason}",
                reason=reason,
            )
            for network in ("192.0.2.0/24", "2001:db8::/32")
            for reason in REASONS
        ),
        NOON,
    )
    keeper = Keeper(("ns.example.net",), "hostmaster.example.net", 60)
    return Answers(
        zones_below("dnsbl.example"), keeper, table, Policy(seconds=300, page="https://desk.example/")
    )


ANSWERS = answers()
PIECES = st.sampled_from(
    [
        b"\0\7\1\0\0\1\0\0\0\0\0\0", b"\0\7\1\0\0\1\0\0\0\0\0\1", b"\0\7\x28\0\0\1\0\0\0\0\0\0", b"\0\7\x81\0\0\1\0\0\0\0\0\0",
        b"\0\7\0\x20\0\1\0\0\0\1\0\2", b"\1" + b"7", b"\3" + b"192", b"\3" + b"256", b"\0011" * 4, b"\1f" * 31, b"\1f" * 32,
        b"\0018\1b\1d\0010\0011\0010\0010\0012", b"\5dnsbl\7example\0", b"\5DNSBL\7exAMPLE\0", b"\6attack", b"\4spam", b"\0", b"\0\1\0\1", b"\0\x10\0\1",
        b"\0\xff\0\1", b"\0\xfc\0\1", b"\0\xfb\0\1", b"\0\0\x29\x04\xd0\0\0\0\0\0\0", b"\0\0\x29\xff\xff\0\1\x80\0\0\0", b"\0\0\x29\2\0\0\0\0\0\0\4\0\x0a\0\0",
        b"\xc0\x0c", b"\xc0", b"\x3f" + b"x" * 63, b"\x40", b"\xff", b"\0\0\xfa\0\xff\0\0\0\0\0\0",
    ]
)  # fmt: skip
MESSAGES = st.lists(st.one_of(PIECES, st.binary(max_size=8)), max_size=14).map(b"".join)


def judged(raw: bytes, answer: bytes | None, size: int) -> None:
    """Hold what must be true of every answer."""
    if len(raw) < 12 or raw[2] & 0x80:
        assert answer is None
        return
    assert answer is not None
    assert answer[:2] == raw[:2]
    assert len(answer) <= size
    read = dns.message.from_wire(answer)
    assert answer[2] & 0x80
    assert read.opcode() == raw[2] >> 3 & 0xF
    if read.question:
        assert answer[12:].startswith(raw[12 : 12 + len(read.question[0].name.to_wire()) + 4])
    if read.rcode() == 3 or (read.rcode() == 0 and not read.answer and not read.flags & 0x0200):
        assert len(read.authority) == 1
    dns.message.from_wire(truncate(answer))


@given(MESSAGES)
@settings(max_examples=500, deadline=None)
def test_any_datagram_is_answered_as_the_standard_says_or_not_at_all(raw):
    answer = ANSWERS.answer(raw, NOW)
    judged(raw, answer, OUR_SIZE)
    assert ANSWERS.answer(raw, NOW) == answer, "a form that was remembered says something else"
    judged(raw, ANSWERS.answer_stream(raw, NOW), 65_535)


@given(
    name=st.sampled_from(["7.2.0.192.dnsbl.example", "0.127.dnsbl.example", "dnsbl.example", "1.0.0.127.spam.dnsbl.example"]),
    kind=st.sampled_from(["A", "TXT", "ANY", "NS", "IXFR"]),
    edns=st.sampled_from([False, 0, 1]),
    places=st.lists(st.tuples(st.integers(0, 90), st.integers(0, 255)), max_size=4),
    cut=st.integers(0, 90) | st.none(),
)  # fmt: skip
@settings(max_examples=400, deadline=None)
def test_any_damage_to_a_good_question_is_survived(name, kind, edns, places, cut):
    raw = bytearray(dns.message.make_query(name, kind, use_edns=edns).to_wire())
    for place, byte in places:
        raw[place % len(raw)] = byte
    damaged = bytes(raw[:cut])
    judged(damaged, ANSWERS.answer(damaged, NOW), OUR_SIZE)


@given(MESSAGES)
@settings(max_examples=300, deadline=None)
def test_another_library_reads_what_we_read(raw):
    """Where ours finds a question that can be answered, theirs finds the same one."""
    answer = ANSWERS.answer(raw, NOW)
    if answer is None or not (question := dns.message.from_wire(answer).question):
        return
    try:
        theirs = dns.message.from_wire(raw)
    except (dns.exception.DNSException, ValueError):
        return  # they look into records that mean nothing here
    assert [(rrset.name, rrset.rdtype, rrset.rdclass) for rrset in theirs.question] == [
        (rrset.name, rrset.rdtype, rrset.rdclass) for rrset in question
    ]


@pytest.mark.parametrize(
    "unit",
    [b"\1f", b"\x3f" + b"x" * 63, b"\xc0\x0c", b"\0\0\x29\4\xd0\0\0\0\0\0\0", b"\0", b"\0011"],
    ids=["nibbles", "labels", "pointers", "options", "roots", "octets"],
)
@pytest.mark.parametrize("head", [b"\0\7\1\0\0\1\0\0\0\0\0\0", b"\0\7\1\0\0\1\0\0\0\0\xff\xff"])
def test_long_messages_cost_no_more_than_their_length(head, unit):
    """A message of 64 kB over TCP must not take longer than one that is read to its end."""
    raw = (head + b"\5dnsbl\7example\0\0\1\0\1" + unit * 65_535)[:65_535]
    bare = (head + unit * 65_535)[:65_535]
    began = time.process_time()
    for _ in range(20):
        ANSWERS.answer_stream(raw, NOW)
        ANSWERS.answer_stream(bare, NOW)
    assert time.process_time() - began < 5, "reading it is not linear"


def test_an_answer_to_whoever_asks_without_edns_is_small():
    """Whoever asks in another's name must gain little from us."""
    raw = dns.message.make_query("7.2.0.192.dnsbl.example", "TXT").to_wire()
    answer = ANSWERS.answer(raw, NOW)
    assert answer is not None
    assert len(answer) <= PLAIN_SIZE
