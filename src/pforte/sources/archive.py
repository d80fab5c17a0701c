"""Offline reading: whole files, plain or compressed, for ``pforte scan`` and ``pforte replay``."""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from pforte.sources.block import Limits, SourceError
from pforte.sources.cut import Piece, take_lines
from pforte.sources.unpacking import TruncatedError, UnpackError, is_packed, unpack

STDIN = "-"
"""The path that stands for standard input."""


class Archive:
    """One file that is read from its first line to its last.

    Args:
        path: path of the file, or ``-`` for standard input.
        limits: block and line sizes.
        progress: called now and then with the bytes of the file that are read so far (compressed bytes where it
            is compressed); compare with ``total``.
    """

    def __init__(
        self, path: str, limits: Limits | None = None, progress: Callable[[int], None] | None = None
    ) -> None:
        self._path = path
        self._limits = limits or Limits()
        self._progress = progress or _say_nothing
        self._cut = 0

    @property
    def name(self) -> str:
        """Return the path as given."""
        return self._path

    @property
    def cut(self) -> int:
        """Return how many lines were cut so far."""
        return self._cut

    @property
    def total(self) -> int | None:
        """Return the size of the file in bytes, or None where it has none (a pipe) or cannot be told."""
        try:
            found = os.fstat(sys.stdin.fileno()) if self._path == STDIN else Path(self._path).stat()
        except (OSError, ValueError):
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def blocks(self) -> Iterator[bytes]:
        """Yield the lines of the file in blocks of whole ones. A last line without a newline gets one.

        Raises:
            SourceError: the file cannot be opened or read, is broken or ends early; what could be read was yielded
                before. The last, unfinished line of a truncated archive is not.
        """
        try:
            file = (
                os.dup(sys.stdin.fileno())
                if self._path == STDIN
                else os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            )
        except (OSError, ValueError) as error:
            raise SourceError(f"{self._path}: cannot be opened: {_reason(error)}") from error
        try:
            yield from self._read(file)
        except TruncatedError as error:
            raise SourceError(
                f"{self._path}: {error}; the lines before it were read. Was it still being written or copied?"
            ) from error
        except UnpackError as error:
            raise SourceError(f"{self._path}: {error}; the lines before it were read") from error
        except OSError as error:
            raise SourceError(f"{self._path}: cannot be read: {_reason(error)}") from error
        finally:
            os.close(file)

    def _read(self, file: int) -> Iterator[bytes]:
        found = os.fstat(file)
        if stat.S_ISDIR(found.st_mode):
            raise SourceError(f"{self._path}: is a folder; name the files in it")
        if stat.S_ISREG(found.st_mode) and self._path != STDIN and not is_packed(os.pread(file, 6, 0)):
            pieces = self._pieces_of_plain(file)
        else:
            pieces = self._pieces_of_stream(file)
        for piece in pieces:
            self._cut += piece.cut
            if piece.data:
                yield piece.data

    def _pieces_of_plain(self, file: int) -> Iterator[Piece]:
        # Reading again from the first unread line costs less than joining the rest of one block to the next, and one
        # buffer less than fresh memory for each read: so the lines are all that is allocated.
        buffer = bytearray(self._limits.read)
        offset, inside = 0, False
        while size := os.preadv(file, [buffer], offset):
            raw = buffer if size == len(buffer) else bytes(memoryview(buffer)[:size])
            piece = take_lines(raw, self._limits.line, inside=inside)
            if piece.used:
                yield piece
                offset, inside = offset + piece.used, piece.inside
                self._progress(offset)
            else:
                yield Piece(0, bytes(raw) + b"\n", size, cut=False, inside=False)
                return

    def _pieces_of_stream(self, file: int) -> Iterator[Piece]:
        done = 0

        def read(size: int) -> bytes:
            nonlocal done
            chunk = os.read(file, size)
            done += len(chunk)
            self._progress(done)
            return chunk

        rest, inside = b"", False
        for chunk in _join(unpack(read), self._limits.block):
            raw, at = rest + chunk if rest else chunk, 0
            while True:
                piece = take_lines(raw[at : at + self._limits.read], self._limits.line, inside=inside)
                if not piece.used:
                    break
                yield piece
                at, inside = at + piece.used, piece.inside
            rest = raw[at:]
        if rest:
            yield Piece(0, rest + b"\n", len(rest), cut=False, inside=False)


def _join(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    gathered: list[bytes] = []
    length = 0
    try:
        for piece in pieces:
            gathered.append(piece)
            length += len(piece)
            if length >= size:
                yield b"".join(gathered)
                gathered, length = [], 0
    except UnpackError:
        # What came before the break is still to be given.
        if gathered:
            yield b"".join(gathered)
        raise
    if gathered:
        yield b"".join(gathered)


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _say_nothing(_: int) -> None:
    pass
