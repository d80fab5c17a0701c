"""No bytes on the sockets for Postfix make the gate stumble, grow, or answer more than it was asked."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.bans.ban import Ban
from pforte.clock import SetClock
from pforte.gates.postfix.dialogue import QuestionError
from pforte.gates.postfix.policy import LONGEST_QUESTION, PolicyDialogue
from pforte.gates.postfix.reply import Replies
from pforte.gates.postfix.socketmap import SocketmapDialogue
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLE = TableGate()
TABLE.load(
    [
        Ban(network=parse_network(each), rung=1, starts=NOON, ends=NOON + timedelta(hours=1), reference="PF-1", reason="x")
        for each in ("192.0.2.0/24", "::/64")
    ],
    NOON,
)  # fmt: skip
REPLIES = Replies(table=TABLE, clock=SetClock(NOON))
PIECES = st.sampled_from(
    [b"request=smtpd_access_policy", b"protocol_state=", b"RCPT", b"ETRN", b"client_address=", b"192.0.2.1", b"::1", b"\n", b"\n\n",
     b"=", b"recipient=", b"postmaster", b"@", b"\xff\xfe", b"\0", b"x" * 300, b"pforte ", b"16:pforte 192.0.2.1,", b"11:pforte 1::1,",
     b":", b",", b"0:,", b"9999", b"4", b" ", b"%", b"[::1%eth0]", "²".encode(), b"request=smtpd_access_policy\nprotocol_state=RCPT\n\n"]
)  # fmt: skip
STREAMS = st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=25).map(b"".join)
SIZES = st.lists(st.integers(1, 200), max_size=10)


def talk(dialogue, stream, sizes):
    answers, at = b"", 0
    for size in [*sizes, len(stream)]:
        try:
            answers += dialogue.feed(stream[at : at + size])
        except QuestionError:
            break
        at += size
        assert len(dialogue._buffer) <= LONGEST_QUESTION
    return answers


@given(STREAMS, SIZES)
@settings(max_examples=300, deadline=None)
def test_any_stream_to_the_policy_service(stream, sizes):
    answers = talk(PolicyDialogue(REPLIES, ("postmaster",)), stream, sizes)
    assert answers.count(b"\n\n") <= stream.count(b"\n\n")
    for answer in answers.split(b"\n\n")[:-1]:
        assert answer.startswith((b"action=DUNNO", b"action=554 5.7.1 "))
        assert b"\n" not in answer


@given(STREAMS, SIZES)
@settings(max_examples=300, deadline=None)
def test_any_stream_to_the_table(stream, sizes):
    answers = talk(SocketmapDialogue(REPLIES), stream, sizes)
    assert answers.isascii()
    assert answers.count(b"NOTFOUND") + answers.count(b"PERM") + answers.count(b"OK 554") <= stream.count(
        b","
    )
