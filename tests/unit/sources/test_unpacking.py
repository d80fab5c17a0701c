"""Compressed logs are read whole, broken ones as far as they go, and no bomb fills the memory."""

import bz2
import gzip
import io
import lzma
import zlib
from contextlib import suppress

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.sources.unpacking import CHUNK_BYTES, TruncatedError, UnpackError, is_packed, unpack

PACKERS = {
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "xz": lzma.compress,
    "bzip2": bz2.compress,
}
packer = pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS.keys())
TEXT = b"".join(b"line %d of some log\n" % number for number in range(30_000))


@packer
def test_content_comes_back_in_bounded_pieces(pack):
    pieces = list(unpack(io.BytesIO(pack(TEXT)).read))
    assert b"".join(pieces) == TEXT
    assert max(map(len, pieces)) <= 2 * CHUNK_BYTES


@packer
def test_members_one_after_the_other_are_one_stream(pack):
    """``cat a.gz b.gz`` and log rotation that appends make such files."""
    packed = pack(b"one\n") + pack(b"two\n") + pack(b"") + pack(b"three\n")
    assert b"".join(unpack(io.BytesIO(packed).read)) == b"one\ntwo\nthree\n"


@packer
def test_a_stream_that_comes_byte_by_byte_is_the_same(pack):
    stream = io.BytesIO(pack(b"some lines\n" * 20) + pack(b"more\n"))
    assert b"".join(unpack(lambda _: stream.read(1))) == b"some lines\n" * 20 + b"more\n"


@packer
def test_a_truncated_stream_gives_what_is_there_and_says_so(pack):
    packed = pack(TEXT)
    got: list[bytes] = []
    with pytest.raises(TruncatedError, match="ends before its end mark"):
        got.extend(unpack(io.BytesIO(packed[: len(packed) - 3]).read))
    assert TEXT.startswith(b"".join(got))


@packer
def test_truncation_at_any_place_is_seen(pack):
    packed = pack(b"abc\n" * 50)
    for size in range(6, len(packed)):
        with pytest.raises(UnpackError):
            list(unpack(io.BytesIO(packed[:size]).read))


@packer
def test_rubbish_after_the_end_is_an_error(pack):
    with pytest.raises(UnpackError):
        list(unpack(io.BytesIO(pack(b"one\n") + b"rubbish that is no member").read))


def test_padding_with_nul_bytes_is_not():
    assert b"".join(unpack(io.BytesIO(gzip.compress(b"one\n") + bytes(512)).read)) == b"one\n"


def test_a_wrong_checksum_is_an_error():
    packed = bytearray(gzip.compress(b"one\n"))
    packed[-6] ^= 1
    with pytest.raises(UnpackError, match="broken gzip"):
        list(unpack(io.BytesIO(packed).read))


def test_a_bomb_comes_in_small_pieces():
    """100 MB of NUL bytes in 100 kB must not stand in memory at once."""
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(bomb.compress(bytes(1_000_000)) for _ in range(100)) + bomb.flush()
    assert sum(_checked(unpack(io.BytesIO(packed).read))) == 100_000_000


def test_a_zstd_bomb_comes_in_bounded_pieces():
    packed = zstandard.ZstdCompressor().compress(bytes(50_000_000))
    assert sum(map(len, unpack(io.BytesIO(packed).read))) == 50_000_000


def _checked(pieces):
    for piece in pieces:
        assert len(piece) <= CHUNK_BYTES
        yield len(piece)


def test_plain_text_passes():
    assert not is_packed(TEXT[:6])
    assert b"".join(unpack(io.BytesIO(TEXT).read)) == TEXT
    assert list(unpack(io.BytesIO(b"").read)) == []


@given(st.sampled_from([b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\x00", b"BZh9"]), st.binary(max_size=200))
@settings(max_examples=150)
def test_any_bytes_are_read_or_refused(magic, rest):
    """Nothing but our own error leaves the room."""
    with suppress(UnpackError):
        list(unpack(io.BytesIO(magic + rest).read))
