"""Long lines are cut at the limit, counted, and their rest is dropped."""

from hypothesis import given
from hypothesis import strategies as st

from pforte.sources.cut import take_lines

TEXT = st.text(alphabet="ab\n\r\0", max_size=200).map(str.encode)


def expected(raw: bytes, limit: int) -> tuple[list[bytes], int]:
    """Say slowly and plainly what whole lines become."""
    lines = raw.split(b"\n")[:-1]
    return [line[:limit] + b"\n" for line in lines], sum(len(line) > limit for line in lines)


def read_all(raw: bytes, limit: int, sizes: list[int]) -> tuple[list[bytes], int]:
    """Read as a source does: some bytes at a time, again from the first unused one."""
    lines, cuts, offset, inside, end, turn = [], 0, 0, False, 0, 0
    while True:
        piece = take_lines(raw[offset:end], limit, inside=inside)
        assert piece.skipped + len(piece.data) - piece.cut == piece.used
        assert piece.data == raw[offset + piece.skipped : offset + piece.used] + b"\n" * piece.cut
        lines += piece.data.splitlines(keepends=True) if b"\r" not in piece.data else split(piece.data)
        cuts += piece.cut
        offset, inside = offset + piece.used, piece.inside
        if not piece.used:
            if end >= len(raw):
                return lines, cuts
            end += sizes[turn % len(sizes)]
            turn += 1


def split(data: bytes) -> list[bytes]:
    return [line + b"\n" for line in data.split(b"\n")[:-1]]


@given(TEXT, st.integers(1, 12), st.lists(st.integers(1, 30), min_size=1, max_size=5))
def test_every_line_comes_once_and_no_longer_than_the_limit(raw, limit, sizes):
    """However the bytes arrive, the result is that of cutting each line by itself."""
    raw += b"\n"
    assert read_all(raw, limit, sizes) == expected(raw, limit)


def test_a_line_of_exactly_the_limit_is_whole():
    piece = take_lines(b"abcde\nf\n", 5)
    assert (piece.data, piece.cut) == (b"abcde\nf\n", False)


def test_a_cut_line_ends_its_piece():
    """Offsets inside a block are those of the file, so nothing may follow a line that lost bytes."""
    piece = take_lines(b"ok\nabcdef\nnext\n", 5)
    assert (piece.data, piece.used, piece.inside) == (b"ok\nabcde\n", 8, True)
    rest = take_lines(b"f\nnext\n", 5, inside=True)
    assert (rest.skipped, rest.data, rest.used) == (2, b"next\n", 7)


def test_an_unfinished_line_is_cut_as_soon_as_it_is_too_long():
    """The writer of an endless line must not fill our memory."""
    piece = take_lines(b"x" * 100, 5)
    assert (piece.data, piece.used, piece.cut, piece.inside) == (b"xxxxx\n", 5, True, True)
    assert take_lines(b"x" * 95, 5, inside=True).used == 95
