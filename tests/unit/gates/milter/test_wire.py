"""Packets are cut and made as both mail servers write and read them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.milter.wire import (
    MOST_PACKET,
    Command,
    Packet,
    Packets,
    WireError,
    insert_field,
    macros,
    packet,
    remove_field,
    reply,
    texts,
)
from pforte.mail.reception import Answer

PACKETS = st.lists(st.builds(Packet, st.integers(0, 255), st.binary(max_size=40)), max_size=8)


@given(PACKETS, st.lists(st.integers(0, 400), max_size=12))
def test_any_split_of_a_stream_gives_the_same_packets(sent, cuts):
    stream = b"".join(packet(bytes((each.command,)), each.data) for each in sent)
    marks = sorted({0, *(cut for cut in cuts if cut < len(stream)), len(stream)})
    cutter, found = Packets(), []
    for begin, end in pairwise(marks):
        found += cutter.feed(stream[begin:end])
    assert found == sent


@pytest.mark.parametrize("length", [0, MOST_PACKET + 1, 0xFFFFFFFF])
def test_a_length_that_cannot_be_is_an_error_at_once(length):
    """Nobody may make us wait for, or hold, four gigabytes."""
    with pytest.raises(WireError, match=f"a packet of {length} octets"):
        Packets().feed(length.to_bytes(4, "big"))


def test_the_longest_packet_is_taken():
    ((found),) = Packets().feed(packet(b"B", bytes(MOST_PACKET - 1)))
    assert len(found.data) == MOST_PACKET - 1
    assert found.command == Command.BODY


def test_texts_need_their_end():
    assert texts(b"\0") == [b""]
    for data in (b"", b"abc", b"abc\0d"):
        with pytest.raises(WireError, match="octet 0"):
            texts(data)


def test_macros_have_values():
    assert macros(b"E") == (Command.END_OF_MESSAGE, {})
    assert macros(b"Ci\0\0{j}\0mx\0") == (Command.CONNECT, {"i": "", "j": "mx"})
    for data, said in ((b"", "no command"), (b"Ci\0", "has no value"), (b"Ci", "octet 0")):
        with pytest.raises(WireError, match=said):
            macros(data)


def test_a_reply_of_many_lines_has_the_code_in_each():
    answer = Answer(550, "5.7.25", ("100% wrong", "second", "third"))
    assert reply(answer) == packet(b"y", b"550-5.7.25 100%% wrong\r\n550-5.7.25 second\r\n550 5.7.25 third\0")


def test_a_reply_without_a_text_is_still_one():
    assert reply(Answer(451, "4.3.0", ())) == packet(b"y", b"451 4.3.0\0")


def test_fields_are_put_first_and_taken_out_by_place():
    assert insert_field("X-A", "one\r\n two", b" ") == packet(b"i", b"\0\0\0\0X-A\0 one\n two\0")
    assert remove_field(b"X-A", 2) == packet(b"m", b"\0\0\0\x02X-A\0\0")
