"""Reading compressed logs: gzip (RFC 1952), zstd (RFC 8878), xz and bzip2, told apart by their first bytes.

Every step is bounded, however far the input expands. Several members or frames one after the other, as ``cat`` and
log rotation make them, are one stream.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator

import zstandard

CHUNK_BYTES = 262_144
"""How much compressed input is read at once, and about how much output comes in one piece."""

_ZSTD_STEP_BYTES = 2048
# One zstd block of four bytes may stand for 128 KiB, and the library gives all output of its input at once:
# small steps keep the worst case at 64 MiB.

_ZSTD_WINDOW_BYTES = 134_217_728
_XZ_MEMORY_BYTES = 268_435_456

SUFFIXES = (".gz", ".zst", ".xz", ".bz2")
"""Endings of the names of files this module reads."""


class UnpackError(Exception):
    """Compressed data is broken; the sentence says how."""


class TruncatedError(UnpackError):
    """Compressed data ends before its end mark."""


def is_packed(head: bytes) -> bool:
    """Tell by its first bytes (6 are enough) whether a file is compressed in a way this module reads."""
    return _unpacker(head) is not None


def unpack(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield the content of a stream in pieces of bounded size, decompressed where it is compressed.

    Args:
        read: gives up to that many next bytes of the stream, b"" only at its end.

    Raises:
        TruncatedError: the compressed stream ends early; everything before was yielded.
        UnpackError: it is broken; everything before was yielded.
    """
    head = b""
    while len(head) < 6 and (more := read(CHUNK_BYTES)):
        head += more
    chunks = _chunks(head, read)
    unpacker = _unpacker(head)
    if unpacker is None:
        yield from chunks
    else:
        yield from unpacker(chunks)


def _chunks(head: bytes, read: Callable[[int], bytes]) -> Iterator[bytes]:
    if head:
        yield head
    while chunk := read(CHUNK_BYTES):
        yield chunk


def _unpacker(head: bytes) -> Callable[[Iterator[bytes]], Iterator[bytes]] | None:
    if head.startswith(b"\x1f\x8b"):
        return _unpack_gzip
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return _unpack_zstd
    if head.startswith(b"\xfd7zXZ\x00"):
        return _unpack_xz
    if head.startswith(b"BZh") and head[3:4].isdigit():
        return _unpack_bzip2
    return None


def _unpack_gzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    member = zlib.decompressobj(31)
    begun = True
    for chunk in chunks:
        data = chunk
        while data:
            if not begun:
                # RFC 1952 s2.2: members follow each other. Tape blocking pads with NUL bytes, which gzip ignores.
                data = data.lstrip(b"\0")
                if not data:
                    break
                member, begun = zlib.decompressobj(31), True
            try:
                piece = member.decompress(data, CHUNK_BYTES)
            except zlib.error as error:
                raise UnpackError(f"broken gzip data ({error})") from error
            if piece:
                yield piece
            data = member.unconsumed_tail
            if member.eof:
                data, begun = member.unused_data, False
    if begun:
        rest = member.flush()
        if rest:
            yield rest
        raise TruncatedError("the gzip data ends before its end mark")


def _unpack_xz(chunks: Iterator[bytes]) -> Iterator[bytes]:
    return _unpack_stream(
        chunks, "xz", lambda: lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY_BYTES)
    )


def _unpack_bzip2(chunks: Iterator[bytes]) -> Iterator[bytes]:
    return _unpack_stream(chunks, "bzip2", bz2.BZ2Decompressor)


def _unpack_stream(
    chunks: Iterator[bytes], name: str, make: Callable[[], lzma.LZMADecompressor | bz2.BZ2Decompressor]
) -> Iterator[bytes]:
    stream = make()
    begun = True
    for chunk in chunks:
        data = chunk
        while data or (begun and not stream.needs_input):
            if not begun:
                data = data.lstrip(b"\0")  # padding between streams
                if not data:
                    break
                stream, begun = make(), True
            try:
                piece = stream.decompress(data, CHUNK_BYTES)
            except (lzma.LZMAError, OSError, EOFError) as error:
                raise UnpackError(f"broken {name} data ({error})") from error
            data = b""
            if piece:
                yield piece
            if stream.eof:
                data, begun = stream.unused_data, False
    if begun:
        raise TruncatedError(f"the {name} data ends before its end mark")


def _unpack_zstd(chunks: Iterator[bytes]) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    frame = decompressor.decompressobj()
    begun = True
    for chunk in chunks:
        for start in range(0, len(chunk), _ZSTD_STEP_BYTES):
            data = chunk[start : start + _ZSTD_STEP_BYTES]
            while data:
                if not begun:
                    frame, begun = decompressor.decompressobj(), True
                try:
                    piece = frame.decompress(data)
                except zstandard.ZstdError as error:
                    raise UnpackError(f"broken zstd data ({error})") from error
                if piece:
                    yield piece
                data = b""
                if frame.eof:
                    data, begun = frame.unused_data, False
    if begun:
        raise TruncatedError("the zstd data ends before its end mark")
