"""The table answers look-ups of addresses, and takes nothing else for one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.bans.ban import Ban
from pforte.clock import SetClock
from pforte.gates.postfix.dialogue import QuestionError
from pforte.gates.postfix.reply import Replies
from pforte.gates.postfix.socketmap import LONGEST_QUESTION, SocketmapDialogue, take_netstrings
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def dialogue(*networks: str) -> SocketmapDialogue:
    table = TableGate()
    ends = NOON + timedelta(hours=1)
    table.load(
        [
            Ban(network=parse_network(each), rung=1, starts=NOON, ends=ends, reference="PF-1", reason="visit.xss")
            for each in networks
        ],
        NOON,
    )  # fmt: skip
    return SocketmapDialogue(Replies(table=table, clock=SetClock(NOON)))


def netstring(raw: bytes) -> bytes:
    return b"%d:%s," % (len(raw), raw)


def ask(talk: SocketmapDialogue, key: str) -> bytes:
    ((answer,), rest) = take_netstrings(talk.feed(netstring(f"pforte {key}".encode())), 1_000)
    assert rest == b""
    return answer


def test_addresses_are_looked_up():
    talk = dialogue("192.0.2.1", "2001:db8::/64")
    for address in ("192.0.2.1", "2001:db8::7"):
        assert ask(talk, address).startswith(
            b"OK 554 5.7.1 Refused until 2026-03-01T13:00:00Z, reference PF-1"
        )
    for key in ("192.0.2.2", "192.0.2", "192", "mail.example.net", "", "2001:db8:1::7", "192.0.2.1 x"):
        assert ask(talk, key) == b"NOTFOUND "


def test_what_is_left_of_an_address_is_no_address():
    """Postfix asks about 1::3:4:5:6:7, and then about 1::3:4:5:6, which is in another network."""
    talk = dialogue("1:0:0:0::/64")
    whole = "1::3:4:5:6:7"
    while whole:
        assert ask(talk, whole) == b"NOTFOUND ", whole
        whole = whole.rpartition(":")[0]
    assert ask(talk, "1::3:4:5:6").startswith(b"OK ")


def test_another_table_is_refused_by_name():
    assert dialogue().feed(netstring(b"other 192.0.2.1")) == netstring(
        b"PERM there is no table of this name here, only pforte"
    )


def test_a_question_without_a_key_is_none():
    with pytest.raises(QuestionError, match="a key"):
        dialogue().feed(netstring(b"pforte"))


@given(
    questions=st.lists(st.binary(max_size=30).map(lambda raw: b"pforte " + raw), max_size=8),
    cuts=st.lists(st.integers(1, 40), max_size=10),
)
def test_questions_are_answered_in_order_however_they_are_cut(questions, cuts):
    stream = b"".join(map(netstring, [*questions, b"pforte 192.0.2.1"]))
    talk, answers, at = dialogue("192.0.2.1"), b"", 0
    for size in [*cuts, len(stream)]:
        answers += talk.feed(stream[at : at + size])
        at += size
    found, rest = take_netstrings(answers, 1_000)
    assert (len(found), rest) == (len(questions) + 1, b"")
    assert found[-1].startswith(b"OK ")


@given(st.lists(st.binary(max_size=50)), st.binary(max_size=3))
def test_netstrings_are_taken_apart_as_they_were_put_together(strings, more):
    begun = b"40:" + more
    assert take_netstrings(b"".join(map(netstring, strings)) + begun, 50) == (strings, begun)


@pytest.mark.parametrize(
    "raw", [b"a", b":,", b"01:a,", b"1 :a,", b"-1:a,", b"1:ab", b"99999", b"4097:", b"0:\n"]
)
def test_what_is_no_netstring_is_refused(raw):
    with pytest.raises(QuestionError):
        take_netstrings(raw, LONGEST_QUESTION)


@pytest.mark.parametrize("raw", [b"", b"1", b"4096", b"4096:", b"0:", b"3:abc"])
def test_what_may_become_a_netstring_is_kept(raw):
    assert take_netstrings(raw, LONGEST_QUESTION) == ([], raw)
