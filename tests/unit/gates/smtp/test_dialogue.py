"""Any cut of the octets gives the same dialogue; garbage never breaks it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.gates.smtp.dialogue import MOST_MAILS, Arrived, Dialogue, Odd, Said
from pforte.gates.smtp.replies import TOO_MANY_MAILS
from pforte.gates.smtp.text import Room

LEGAL = [
    b"EHLO a.example\r\n",
    b"MAIL FROM:<a@a.example>\r\nRCPT TO:<u@b.example>\r\nRSET\r\nMAIL FROM:<>\r\nRCPT TO:<u@b.example>\r\nDATA\r\n",
    b"Subject: x\r\n\r\n..point\r\nbody\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<u@b.example>\r\nBDAT 3\r\nabcBDAT 2 LAST\r\n\r\nNOOP\r\n",
    b"QUIT\r\n",
]


def hear(dialogue, octets, *, overtaken=True):
    """Feed octets; grant everything; return what was asked for."""
    dialogue.feed(octets)
    heard = []
    while (act := dialogue.next()) is not None:
        moved = dialogue.overtaken() if overtaken else None
        message = (act.text.message, act.text.loss) if isinstance(act, Arrived) else None
        heard.append((replace(act, text=None) if isinstance(act, Arrived) else act, moved, message))
        dialogue.accept(act)
    return heard


@given(st.lists(st.integers(1, 60), max_size=20))
@settings(deadline=None, max_examples=60)
def test_where_a_turn_is_cut_makes_no_difference(sizes):
    whole, pieces = Dialogue(1_000, Room(1_000)), Dialogue(1_000, Room(1_000))
    for turn in LEGAL:
        expected, heard, at = hear(whole, turn), [], 0
        for size in [*sizes, len(turn)]:
            heard += hear(pieces, turn[at : at + size])
            at += size
        assert heard == expected
        assert all(moved is None for _, moved, _ in heard)


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [b"EHLO a\r\n", b"HELO a\r\n", b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<a@b>\r\n", b"DATA\r\n", b".\r\n", b"BDAT 5\r\n",
             b"BDAT 0 LAST\r\n", b"BDAT 9 LAST\r\n", b"STARTTLS\r\n", b"RSET\r\n", b"QUIT\r\n", b"NOOP\r\n", b"\r\n", b"\r", b"\n",
             b"\0", b"x" * 600, b"\r\n.\r\n", b"\n.\n", b"MAIL FROM:<", b"<>" * 40]
        ),
        st.binary(max_size=12),
    ),
    max_size=30,
).map(b"".join)  # fmt: skip


@given(PIECES, st.lists(st.integers(1, 80), max_size=12))
@settings(deadline=None, max_examples=60)
def test_garbage_breaks_nothing_wherever_it_is_cut(octets, sizes):
    room = Room(2_000)
    whole, pieces, heard, at = Dialogue(500, room), Dialogue(500, Room(2_000)), [], 0
    expected = hear(whole, octets, overtaken=False)
    # Behind STARTTLS what had come already is dropped, so a cut there makes all the difference.
    if b"STARTTLS\r\n" not in octets:
        for size in [*sizes, len(octets)]:
            heard += hear(pieces, octets[at : at + size], overtaken=False)
            at += size
        assert heard == expected
    whole.forget()
    assert room.free == 2_000


def test_the_order_of_commands():
    """RFC 5321 s4.1.4."""
    dialogue = Dialogue(1_000, Room(1_000))

    def codes(octets):
        return [
            act.answer.code if isinstance(act, Said) else type(act).__name__
            for act, _, _ in hear(dialogue, octets)
        ]

    assert codes(b"MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n") == [503, 503, 503]
    assert codes(b"HELO a\r\nMAIL FROM:<> SIZE=1\r\nRCPT TO:<a@b>\r\n") == ["Greeting", 555, 503]
    assert codes(b"EHLO a\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\nSTARTTLS\r\nDATA\r\n") == [
        "Greeting",
        "Sending",
        503,
        503,
        503,
    ]
    assert codes(b"RCPT TO:<a@b> NOTIFY=NEVER\r\nRCPT TO:<a@b>\r\nRCPT <a@b>\r\n") == [555, "Addressing", 501]
    assert codes(b"EHLO a\r\nRCPT TO:<a@b>\r\n") == ["Greeting", 503]
    assert codes(b"STARTTLS\r\n") == ["Securing"]
    assert codes(b"MAIL FROM:<>\r\nSTARTTLS\r\nEHLO a\r\nSTARTTLS\r\n") == [503, 503, "Greeting", 503]
    assert codes(b"EHLO\r\nSTARTTLS x\r\nDATA x\r\nRSET x\r\nRSET\r\n") == [501, 501, 501, 501, "Forgetting"]
    assert codes(b"VRFY a\r\nEXPN a\r\nAUTH PLAIN x\r\nHELP\r\nXYZ\r\nGET / HTTP/1.1\r\n") == [
        252,
        502,
        502,
        214,
        500,
        554,
    ]


def test_a_connection_carries_so_many_mails():
    dialogue = Dialogue(1_000, Room(1_000))
    hear(dialogue, b"EHLO a\r\n")
    for _ in range(MOST_MAILS):
        hear(dialogue, b"MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nBDAT 0 LAST\r\n")
    assert hear(dialogue, b"MAIL FROM:<>\r\n") == [(Said(TOO_MANY_MAILS), None, None)]


def test_a_mail_has_so_many_recipients(monkeypatch):
    monkeypatch.setattr("pforte.gates.smtp.dialogue.MOST_RECIPIENTS", 2)
    dialogue = Dialogue(1_000, Room(1_000))
    *_, (act, _, _) = hear(dialogue, b"EHLO a\r\nMAIL FROM:<>\r\n" + b"RCPT TO:<a@b>\r\n" * 3)
    assert (act.answer.code, act.answer.enhanced) == (452, "4.5.3")


@pytest.mark.parametrize("octets", [b"BDAT 99999999999999999999\r\n", b"DATA\r\n"])
def test_how_much_of_a_text_has_come(octets):
    dialogue = Dialogue(1_000, Room(1_000))
    assert (dialogue.text_arrived, dialogue.is_idle) == (None, True)
    hear(dialogue, b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\n")
    assert (dialogue.text_arrived, dialogue.is_idle) == (None, False)
    hear(dialogue, octets + b"abc")
    assert dialogue.text_arrived == 3


def test_chunks_of_no_mail_are_read_and_refused():
    dialogue = Dialogue(1_000, Room(1_000))
    hear(dialogue, b"EHLO a\r\n")
    (act, _, _), (second, _, _) = hear(dialogue, b"BDAT 6\r\nNOOP\r\nNOOP\r\n")
    assert act.answer.code == 503
    assert second.answer.code == 250


def test_a_chunk_under_way_belongs_to_nothing_once_it_is_forgotten():
    dialogue = Dialogue(1_000, Room(1_000))
    hear(dialogue, b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nBDAT 6\r\nabc")
    dialogue.forget()
    ((act, _, _),) = hear(dialogue, b"def")
    assert act.answer.code == 503


def test_an_oddity_in_a_text_is_told_and_the_text_goes_on():
    dialogue = Dialogue(1_000, Room(1_000))
    hear(dialogue, b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n")
    odd, arrived = hear(dialogue, b"a\nb\r\n.\r\n")
    assert isinstance(odd[0], Odd)
    assert arrived[2] == (b"a\r\nb\r\n", None)
