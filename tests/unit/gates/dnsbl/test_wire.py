"""A message is read as dnspython reads it, and what is wrong with it is said, or nothing is."""

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.dnsbl.wire import (
    NoQueryError,
    Query,
    Rcode,
    Type,
    parse_query,
    render_head,
    render_name,
    render_record,
    render_refusal,
    truncate,
)

LABELS = st.lists(st.text("abcXYZ019-_", min_size=1, max_size=63), min_size=0, max_size=6).filter(
    lambda labels: sum(len(label) + 1 for label in labels) < 255
)


def ask(name: str = "2.0.0.127.dnsbl.example", kind: str = "A", **options: object) -> bytes:
    return dns.message.make_query(name, kind, **options).to_wire()  # type: ignore[arg-type]


def refusal(raw: bytes) -> Rcode | None:
    with pytest.raises(NoQueryError) as caught:
        parse_query(raw)
    return caught.value.rcode


@given(
    labels=LABELS,
    kind=st.integers(0, 65_535),
    klass=st.integers(0, 65_535),
    size=st.none() | st.integers(0, 65_535),
    dnssec=st.booleans(),
    recursion=st.booleans(),
)
def test_a_question_is_read_as_another_library_wrote_it(labels, kind, klass, size, dnssec, recursion):
    query = dns.message.QueryMessage(id=7)
    query.flags = dns.flags.RD if recursion else dns.flags.Flag(0)
    wire = dns.name.Name([label.encode() for label in labels] + [b""]).to_wire()
    head = query.to_wire()[:4] + b"\0\1" + bytes(4) + (b"\0\1" if size is not None else b"\0\0")
    raw = head + wire + kind.to_bytes(2) + klass.to_bytes(2)
    ends = len(raw)
    if size is not None:
        raw += b"\0\0\x29" + size.to_bytes(2) + bytes(2) + (b"\x80\0" if dnssec else b"\0\0") + b"\0\0"
    found = parse_query(raw)
    assert found.labels == tuple(label.lower().encode() for label in labels)
    assert (found.type, found.klass, found.ends, found.recursion) == (kind, klass, ends, recursion)
    if size is None:
        assert found.edns is None
    else:
        assert found.edns is not None
        assert (found.edns.size, found.edns.version, found.edns.dnssec) == (size, 0, dnssec)


@pytest.mark.standard("6891:6.1.1")
def test_the_options_of_other_programs_do_no_harm():
    cookie = dns.edns.GenericOption(dns.edns.OptionType.COOKIE, b"12345678")
    assert parse_query(ask(use_edns=0, options=[cookie], pad=128)).edns is not None
    twice = ask(use_edns=0)
    twice = twice[:11] + b"\2" + twice[12:] + b"\0\0\x29\4\xd0" + bytes(6)
    assert refusal(twice) is Rcode.FORMERR
    named = ask()
    named = named[:11] + b"\1" + named[12:] + b"\1x\0\0\x29\4\xd0" + bytes(6)
    assert refusal(named) is Rcode.FORMERR


@pytest.mark.standard("1035:4.1.1")
@pytest.mark.parametrize(
    "raw", [b"", b"\0" * 11, ask()[:2] + b"\x84" + ask()[3:]], ids=["empty", "short", "answer"]
)
def test_what_is_no_question_gets_no_answer(raw):
    """Two servers that answer each other's answers would never stop."""
    assert refusal(raw) is None


@pytest.mark.parametrize(
    "opcode", [dns.opcode.NOTIFY, dns.opcode.UPDATE, dns.opcode.STATUS, dns.opcode.IQUERY]
)
def test_other_work_is_not_done_here(opcode):
    message = dns.message.make_query("dnsbl.example", "SOA")
    message.set_opcode(opcode)
    assert refusal(message.to_wire()) is Rcode.NOTIMP


def test_malformed_questions():
    good = ask()
    assert parse_query(good)
    for place, value in ((5, 0), (5, 2), (7, 1), (9, 1), (11, 1), (12, 0xC0), (12, 64), (11, 9)):
        assert refusal(good[:place] + value.to_bytes() + good[place + 1 :]) is Rcode.FORMERR
    assert refusal(good + b"\0") is Rcode.FORMERR
    for length in range(12, len(good)):
        assert refusal(good[:length]) is Rcode.FORMERR
    endless = good[:12] + b"\x3f" + b"x" * 63
    assert refusal(endless * 1 + (b"\x3f" + b"x" * 63) * 9 + b"\0\0\1\0\1") is Rcode.FORMERR


def test_a_transfer_is_read_with_its_record():
    raw = dns.message.make_query("dnsbl.example", "IXFR")
    raw.authority.append(dns.rrset.from_text("dnsbl.example.", 0, "IN", "SOA", "ns. h. 1 1 1 1 1"))
    assert parse_query(raw.to_wire()).type == Type.IXFR


def test_an_answer_is_what_another_library_reads():
    raw = ask(use_edns=0, want_dnssec=True)
    query = parse_query(raw)
    record = b"\xc0\x0c" + render_record(Type.NS, 60, render_name("NS.example."))
    head = render_head(query, Rcode.NOERROR, (1, 0), authoritative=True)
    option = b"\0\0\x29\4\xd0\0\0\x80\0\0\0"
    read = dns.message.from_wire(raw[:2] + head + raw[12 : query.ends] + record + option)
    assert read.answer[0].to_text() == "2.0.0.127.dnsbl.example. 60 IN NS ns.example."
    assert read.flags & dns.flags.AA
    assert dns.message.from_wire(raw).is_response(read)


@pytest.mark.parametrize("rcode", [Rcode.REFUSED, Rcode.SERVFAIL, Rcode.BADVERS])
def test_a_refusal_repeats_the_question(rcode):
    raw = ask(use_edns=0)
    read = dns.message.from_wire(render_refusal(raw, rcode, parse_query(raw)))
    assert read.rcode() == rcode
    assert read.question == dns.message.from_wire(raw).question
    assert read.edns == 0
    assert not read.flags & dns.flags.AA


def test_a_refusal_of_what_could_not_be_read_has_a_header_only():
    raw = ask()[:2] + b"\x29\x10" + b"\xff" * 30
    assert render_refusal(raw, Rcode.NOTIMP) == raw[:2] + b"\xa9\x04" + bytes(8)


@pytest.mark.standard("2181:9")
@pytest.mark.parametrize("edns", [False, 0])
def test_a_cut_answer_keeps_question_and_option(edns):
    raw = ask(use_edns=edns)
    query = parse_query(raw)
    head = render_head(query, Rcode.NOERROR, (1, 0), authoritative=True)
    record = b"\xc0\x0c" + render_record(Type.A, 60, bytes(4))
    option = b"" if edns is False else b"\0\0\x29\4\xd0" + bytes(6)
    cut = truncate(raw[:2] + head + raw[12 : query.ends] + record + option)
    read = dns.message.from_wire(cut)
    assert read.flags & dns.flags.TC
    assert read.question == dns.message.from_wire(raw).question
    assert not read.answer
    assert len(cut) <= len(raw)
    assert dns.message.from_wire(truncate(render_refusal(raw, Rcode.FORMERR))).flags & dns.flags.TC


def test_queries_are_values():
    assert parse_query(ask()) == Query(
        (b"2", b"0", b"0", b"127", b"dnsbl", b"example"), 1, 1, len(ask()), True, None
    )
