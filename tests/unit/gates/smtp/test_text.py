"""A text ends where it ends, whatever it holds and however it comes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.gates.smtp.relay import stuff
from pforte.gates.smtp.text import Loss, Room, Text
from pforte.mail.session import Moved

OCTETS = st.lists(
    st.sampled_from([b"\r\n", b"\r", b"\n", b".", b"..", b"\0", b"x", b"\r\n.\r\n", b"line\r\n"]), max_size=25
).map(b"".join)
SIZES = st.lists(st.integers(1, 9), max_size=30)


def cut(octets, sizes):
    at = 0
    for size in sizes:
        yield octets[at : at + size]
        at += size
    yield octets[at:]


def take(pieces, most=10_000):
    """Return what is told of a text behind DATA, the message, and what is left of the octets."""
    text, incoming, told, is_complete = Text(most, Room(10_000)), bytearray(), [], False
    for piece in pieces:
        incoming += piece
        while not is_complete:
            found = text.take(incoming)
            if isinstance(found, Moved):
                told.append(found)
                continue
            is_complete = found
            break
    return told, text.message if is_complete else None, bytes(incoming)


@given(OCTETS, SIZES)
@settings(deadline=None, max_examples=60)
def test_where_the_octets_are_cut_makes_no_difference(octets, sizes):
    octets += b"\r\n.\r\nNOOP\r\n"
    assert take(cut(octets, sizes)) == take([octets])


@given(OCTETS)
@settings(deadline=None, max_examples=60)
def test_only_the_true_end_ends_a_text(octets):
    told, message, left = take([octets + b"\r\n.\r\n" + b"NOOP\r\n"])
    end = (b"\r\n" + octets + b"\r\n.\r\n").find(b"\r\n.\r\n")
    assert len(left) == len(octets) + 11 - end - 3
    assert message is not None
    assert message.count(b"\r") == message.count(b"\n") == message.count(b"\r\n")
    assert len(told) <= 1


@given(st.lists(st.sampled_from([b".", b"..", b"x", b"", b".x"]), max_size=10))
@settings(deadline=None, max_examples=60)
def test_a_text_over_the_wire_is_the_same_behind_it(parts):
    raw = b"".join(part + b"\r\n" for part in parts)
    assert take([stuff(raw)]) == ([], raw, b"")


@given(OCTETS, SIZES)
@settings(deadline=None, max_examples=60)
def test_chunks_are_taken_as_they_are(octets, sizes):
    text, told = Text(10_000, Room(10_000)), []
    pieces = list(cut(octets, sizes))
    for place, piece in enumerate(pieces, 1):
        told.append(text.take_chunk(bytearray(piece), len(piece), is_last=place == len(pieces)))
    told = [each for each in told if each is not None]
    whole = Text(10_000, Room(10_000))
    once = whole.take_chunk(bytearray(octets), len(octets), is_last=True)
    assert told == ([] if once is None else [once])
    assert text.message == whole.message
    if not told:
        assert text.message == octets


def test_a_line_end_may_lie_across_chunks():
    text = Text(100, Room(100))
    assert text.take_chunk(bytearray(b"a\r"), 2, is_last=False) is None
    assert text.take_chunk(bytearray(b"\nb"), 2, is_last=True) is None
    assert text.message == b"a\r\nb"


@pytest.mark.parametrize(("most", "room", "loss"), [(10, 1_000, Loss.TOO_LARGE), (1_000, 10, Loss.NO_ROOM)])
def test_what_is_lost_is_read_to_its_end_and_takes_no_memory(most, room, loss):
    shared = Room(room)
    text, incoming = Text(most, shared), bytearray()
    for octet in b"x" * 5_000 + b"\r\n.\r":
        incoming.append(octet)
        assert text.take(incoming) is False
        assert len(text._octets) <= 30
    incoming += b"\nNOOP"
    assert text.take(incoming) is True
    assert text.loss is loss
    assert incoming == b"NOOP"
    assert shared.free == room


def test_memory_is_given_back():
    room = Room(100)
    text = Text(100, room)
    text.take(bytearray(b"x" * 60))
    assert room.free == 40
    text.leave()
    assert room.free == 100
