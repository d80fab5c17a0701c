"""Lines end with CR LF, and are never longer than they may be."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.gates.smtp.incoming import LONGEST_COMMAND, LONGEST_MAIL, Incoming
from pforte.mail.session import Moved, Oddity


def lines(*pieces):
    """Return lines and oddities, asked for after each piece."""
    incoming, heard = Incoming(), []
    for piece in pieces:
        incoming.octets += piece
        while (line := incoming.line()) is not None:
            heard.append(line.oddity if isinstance(line, Moved) else line)
    return heard


def test_lines_come_whole():
    assert lines(b"EHLO a\r", b"\nNO", b"OP\r\n\r\n") == [b"EHLO a", b"NOOP", b""]


def test_an_odd_line_is_told_once_and_then_read():
    assert lines(b"A\nB\r\n") == [Oddity.BARE_LINE_END, b"A", b"B"]
    assert lines(b"A\rB\rC\r\n") == [Oddity.BARE_LINE_END, b"A\rB\rC"]
    assert lines(b"A\0\r\n") == [Oddity.NUL, b"A\0"]
    assert lines(b"\x16\0") == [Oddity.NUL]
    assert lines(b"A\r\r\n") == [Oddity.BARE_LINE_END, b"A"]


def test_a_line_that_is_too_long_is_skipped():
    """The longest allowed is read; MAIL may be longer, by what extensions add."""
    fits = b"x" * (LONGEST_COMMAND - 2)
    assert lines(fits + b"\r\nA\r\n") == [fits, b"A"]
    assert lines(fits + b"x\r\nA\r\n") == [Oddity.LONG_COMMAND, b"A"]
    assert lines(b"x" * 2_000, b"x" * 2_000, b"\r\nA\r\n") == [Oddity.LONG_COMMAND, b"A"]
    mail = b"mail " + b"x" * (LONGEST_MAIL - 7)
    assert lines(mail + b"\r\n") == [mail]
    assert lines(mail + b"x\r\n") == [Oddity.LONG_COMMAND]


OCTETS = st.lists(
    st.sampled_from([b"\r", b"\n", b"\r\n", b"MAIL ", b"\0", b"x" * 200, b"A"]), max_size=20
).map(b"".join)


@given(OCTETS, st.lists(st.integers(1, 300), max_size=10))
@settings(deadline=None, max_examples=60)
def test_where_the_octets_are_cut_makes_no_difference(octets, sizes):
    pieces, at = [], 0
    for size in sizes:
        pieces.append(octets[at : at + size])
        at += size
    assert lines(*pieces, octets[at:]) == lines(octets)
