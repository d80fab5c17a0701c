"""Questions are put for the right names and types, and answers are rendered and bounded."""

import asyncio
from ipaddress import ip_address

import dns.rdata
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.dns.questions import (
    MOST_CHARACTERS,
    MOST_VALUES,
    answer_of,
    ask_addresses,
    ask_names,
    ask_records,
    parse_name,
    render_record,
)
from pforte.dns.resolver import Answer, Status


class Asked:
    """A look-up that answers from a dict and remembers what it was asked."""

    def __init__(self, answers=()):
        self.answers = dict(answers)
        self.questions = []

    async def __call__(self, name, kind):
        self.questions.append((name.to_text(), kind.name))
        return self.answers.get((name.to_text(), kind.name), Answer(status=Status.NONE, ttl=7))


FOUND4 = Answer(status=Status.FOUND, values=("192.0.2.1",), ttl=60)
FOUND6 = Answer(status=Status.FOUND, values=("2001:db8::1",), ttl=30)
TROUBLE = Answer(status=Status.TROUBLE, trouble="down")


@pytest.mark.parametrize(
    ("four", "six", "answer"),
    [
        (
            FOUND4,
            FOUND6,
            Answer(status=Status.FOUND, values=(ip_address("192.0.2.1"), ip_address("2001:db8::1")), ttl=30),
        ),
        (FOUND4, None, Answer(status=Status.FOUND, values=(ip_address("192.0.2.1"),), ttl=60)),
        (None, None, Answer(status=Status.NONE, ttl=7)),
        (FOUND4, TROUBLE, Answer(status=Status.TROUBLE, values=(ip_address("192.0.2.1"),), trouble="down")),
        (None, TROUBLE, Answer(status=Status.TROUBLE, trouble="down")),
        (TROUBLE, TROUBLE, Answer(status=Status.TROUBLE, trouble="down")),
    ],
)
def test_both_families_together_are_as_good_as_the_worse(four, six, answer):
    answers = {("a.example.", "A"): four, ("a.example.", "AAAA"): six}
    asked = Asked({question: one for question, one in answers.items() if one is not None})
    assert asyncio.run(ask_addresses(asked, "A.example")) == answer
    assert asked.questions == [("a.example.", "A"), ("a.example.", "AAAA")]


@pytest.mark.parametrize(("version", "kind"), [(4, "A"), (6, "AAAA")])
def test_one_family_alone_is_one_question(version, kind):
    asked = Asked()
    asyncio.run(ask_addresses(asked, "a.example.", version))
    assert asked.questions == [("a.example.", kind)]


@pytest.mark.parametrize(
    ("address", "reverse"),
    [
        ("192.0.2.1", "1.2.0.192.in-addr.arpa."),
        ("::ffff:192.0.2.1", "1.2.0.192.in-addr.arpa."),
        ("2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."),
    ],
)
def test_an_address_is_asked_by_its_reverse_name(address, reverse):
    asked = Asked()
    asyncio.run(ask_names(asked, ip_address(address)))
    assert asked.questions == [(reverse, "PTR")]


def test_an_unknown_record_type_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match='"NOPE" is no DNS record type'):
        asyncio.run(ask_records(Asked(), "a.example", "NOPE"))


@pytest.mark.parametrize(
    "name", ["", "a..b", ".a", "a" * 64 + ".example", "a." * 130, "bücher.example", "\\", "x" * 5000]
)
def test_a_text_that_can_be_no_name_is_not_asked(name):
    asked = Asked()
    assert asyncio.run(ask_addresses(asked, name)).status is Status.NONE
    assert asyncio.run(ask_records(asked, name, "MX")).status is Status.NONE
    assert asked.questions == []


@pytest.mark.parametrize(
    ("kind", "text", "rendered"),
    [
        ("A", "192.0.2.1", "192.0.2.1"),
        ("AAAA", "2001:DB8::1", "2001:db8::1"),
        ("PTR", "Mail.Example.ORG.", "mail.example.org"),
        ("PTR", ".", "."),
        ("TXT", '"v=spf1 " "-all"', "v=spf1 -all"),
        ("TXT", r'"\228\246"', "äö"),
        ("MX", "10 mx.example.", "10 mx.example."),
    ],
)
def test_a_record_is_rendered(kind, text, rendered):
    assert render_record(dns.rdata.from_text("IN", kind, text)) == rendered


def texts(*strings):
    return [dns.rdata.from_text("IN", "TXT", f'"{string}"') for string in strings]


def test_an_answer_has_no_doubles():
    records = texts("a", "b")
    assert answer_of([*records, *records], 5) == Answer(status=Status.FOUND, values=("a", "b"), ttl=5)
    assert answer_of([], 5) == Answer(status=Status.NONE, ttl=5)


def test_an_answer_that_is_too_large_is_trouble_with_its_first_records():
    many = answer_of(texts(*map(str, range(MOST_VALUES + 1))), 5)
    assert (many.status, len(many.values), many.trouble) == (
        Status.TROUBLE,
        MOST_VALUES,
        "the answer is too large",
    )
    full = answer_of(texts(*map(str, range(MOST_VALUES))), 5)
    assert full.status is Status.FOUND
    long = answer_of(texts(*(f"{number:0255}" for number in range(MOST_CHARACTERS // 255 + 1))), 5)
    assert (long.status, len(long.values)) == (Status.TROUBLE, MOST_CHARACTERS // 255)


@given(st.text(max_size=60) | st.text('ab.\\09-_*@ "', max_size=40))
def test_no_text_does_more_than_be_no_name(text):
    name = parse_name(text)
    if name is not None:
        assert name.is_absolute()
        assert parse_name(name.to_text()) == name
