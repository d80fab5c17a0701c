"""A message is put together octet for octet, within limits."""

from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.milter.letter import Letter
from pforte.gates.space import Space
from pforte.mail.message import Message

NAMES = st.from_regex(rb"[A-Za-z-]{1,10}", fullmatch=True)
LINES = st.lists(st.from_regex(rb"[ \t][a-z ]{0,8}", fullmatch=True), min_size=1, max_size=3)
BODIES = st.lists(st.binary(max_size=20), max_size=4)


@given(st.lists(st.tuples(NAMES, LINES), max_size=5), BODIES, st.binary(max_size=5))
def test_what_a_client_sent_comes_out_again(fields, pieces, last):
    letter = Letter(10_000, Space(10_000), b"")
    for name, lines in fields:
        letter.add_field(name + b"\0" + b"\n".join(lines) + b"\0")
    for piece in pieces:
        letter.add_body(piece)
    header = b"".join(name + b":" + b"\r\n".join(lines) + b"\r\n" for name, lines in fields)
    raw = letter.finish(last)
    assert raw == header + b"\r\n" + b"".join(pieces) + last
    assert [each.name for each in Message(raw).fields] == [name for name, _ in fields]


def test_without_the_space_a_usual_one_is_put_in():
    """Sendmail before 8.14 takes one space away and does not say whether there was one."""
    letter = Letter(1_000, Space(1_000), b" ")
    letter.add_field(b"Subject\0x\0")
    assert letter.finish(b"") == b"Subject: x\r\n\r\n"


def test_carriage_returns_are_not_doubled():
    letter = Letter(1_000, Space(1_000), b"")
    letter.add_field(b"A\0 one\r\n two\n three\0")
    assert letter.finish(b"") == b"A: one\r\n two\r\n three\r\n\r\n"


def test_what_is_too_large_is_let_go_at_once():
    space = Space(1_000)
    letter = Letter(100, space, b"")
    letter.add_body(bytes(60))
    assert space.free == 1_000 - 62
    letter.add_body(bytes(60))
    assert letter.is_too_large
    assert letter.is_lost
    assert space.free == 1_000
    letter.add_body(b"more")
    assert letter.finish(b"") == b""
    assert space.free == 1_000


def test_the_limit_itself_is_allowed():
    letter = Letter(100, Space(100), b"")
    letter.add_body(bytes(98))
    assert not letter.is_lost
    assert len(letter.finish(b"")) == 100


def test_messages_share_their_memory():
    space = Space(100)
    first, second = Letter(100, space, b""), Letter(100, space, b"")
    first.add_body(bytes(60))
    second.add_body(bytes(60))
    assert second.has_no_space
    assert second.is_lost
    assert not second.is_too_large
    first.drop()
    third = Letter(100, space, b"")
    third.add_body(bytes(60))
    assert not third.is_lost
    third.drop()
    third.drop()
    assert space.free == 100
