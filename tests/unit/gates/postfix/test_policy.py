"""The policy service answers what Postfix asks, refuses per recipient, and takes nothing for a question that is none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.bans.ban import Ban
from pforte.clock import SetClock
from pforte.gates.postfix.dialogue import QuestionError
from pforte.gates.postfix.policy import LONGEST_QUESTION, PolicyDialogue, parse_question
from pforte.gates.postfix.reply import Replies
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OTHERS = ("postmaster", "abuse", "complaints@example.net")
BEFORE = ("CONNECT", "HELO", "EHLO", "MAIL")
AFTER = ("DATA", "END-OF-MESSAGE")


def dialogue(let_through=OTHERS):
    table = TableGate()
    ban = Ban(
        network=parse_network("192.0.2.1"),
        rung=1,
        starts=NOON,
        ends=NOON + timedelta(hours=1),
        reference="PF-1",
        reason="visit.xss",
    )
    table.load([ban], NOON)
    return PolicyDialogue(Replies(table=table, clock=SetClock(NOON)), let_through)


def question(state="RCPT", address="192.0.2.1", recipient="user@example.net", **others):
    named = {
        "request": "smtpd_access_policy",
        "protocol_state": state,
        "client_address": address,
        "recipient": recipient,
    }
    return "".join(f"{name}={value}\n" for name, value in (named | others).items()).encode() + b"\n"


def refused(answer):
    return answer.startswith(b"action=554 5.7.1 ") and answer.endswith(b"\n\n")


DUNNO = b"action=DUNNO\n\n"


def test_who_is_shut_out_is_refused_and_nobody_else():
    assert refused(dialogue().feed(question()))
    for address in ("192.0.2.2", "2001:db8::1", "unknown", ""):
        assert dialogue().feed(question(address=address)) == DUNNO


def test_a_question_without_an_address_is_about_nobody():
    assert dialogue().feed(b"request=smtpd_access_policy\nprotocol_state=RCPT\n\n") == DUNNO


@pytest.mark.standard("5321:4.5.1")
@pytest.mark.parametrize(
    "recipient",
    ["postmaster", "Postmaster", "POSTMASTER@example.net", "abuse@other.example", "Complaints@Example.NET"],
)
@pytest.mark.parametrize("state", ["RCPT", *AFTER, "VRFY"])
def test_who_must_stay_reachable_does(recipient, state):
    assert dialogue().feed(question(state, recipient=recipient)) == DUNNO


@pytest.mark.parametrize(
    "recipient",
    ["complaints@example.org", "postmaster+x@example.net", "xabuse@example.net", "@abuse", "a@abuse@x"],
)
def test_nobody_else_does(recipient):
    assert refused(dialogue().feed(question(recipient=recipient)))


@pytest.mark.parametrize("state", [*BEFORE, *AFTER])
def test_a_refusal_waits_for_the_recipient(state):
    """At DATA none is named where there are several; each of them was asked about at RCPT."""
    assert dialogue().feed(question(state, recipient="")) == DUNNO


@pytest.mark.parametrize("state", [*BEFORE, "RCPT", *AFTER, "VRFY", "ETRN"])
def test_without_exemptions_it_waits_for_nothing(state):
    assert refused(dialogue(()).feed(question(state, recipient="")))


def test_etrn_is_for_no_recipient():
    assert refused(dialogue().feed(question("ETRN", recipient="", etrn_domain="example.net")))


def test_many_questions_on_one_connection():
    talk = dialogue()
    both = question() + question(address="192.0.2.2")
    assert talk.feed(both[:-1]).count(b"\n\n") == 1
    assert talk.feed(both[-1:] + question()).startswith(DUNNO)
    assert talk.feed(b"") == b""


@given(
    asked=st.lists(
        st.tuples(st.sampled_from(["192.0.2.1", "192.0.2.2"]), st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=9))
    ),
    cuts=st.lists(st.integers(1, 60), max_size=20),
)  # fmt: skip
def test_questions_are_answered_in_order_however_they_are_cut(asked, cuts):
    stream = b"".join(question(address=address, helo_name=name) for address, name in asked)
    talk, answers, at = dialogue(), b"", 0
    for size in [*cuts, len(stream)]:
        answers += talk.feed(stream[at : at + size])
        at += size
    assert [refused(answer + b"\n\n") for answer in answers.split(b"\n\n")[:-1]] == [
        address == "192.0.2.1" for address, _ in asked
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.1\r\n\n",
        b"\n\n",
        b"request=smtpd_access_policy\n\n",
        b"request=junk\nprotocol_state=RCPT\n\n",
        b"request=smtpd_access_policy\nprotocol_state=RCPT\nno attribute\n\n",
    ],
)
def test_what_is_no_question_is_refused(raw):
    with pytest.raises(QuestionError):
        dialogue().feed(raw)


def test_long_questions_are_refused_complete_or_not():
    with pytest.raises(QuestionError, match="longer"):
        dialogue().feed(b"x" * (LONGEST_QUESTION + 1))
    with pytest.raises(QuestionError, match="longer"):
        dialogue().feed(question(helo_name="x" * LONGEST_QUESTION))
    talk = dialogue()
    assert talk.feed(b"x" * LONGEST_QUESTION) == b""
    with pytest.raises(QuestionError):
        talk.feed(b"x")


def test_values_may_hold_anything_but_a_line_end():
    found = parse_question(question(sender="a=b=c", helo_name="ü\x00")[:-2])
    assert found["sender"] == "a=b=c"
    assert found["helo_name"] == "ü\x00"
