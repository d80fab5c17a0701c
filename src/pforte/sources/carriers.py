"""What holds the bytes of a log: the file itself by its descriptor, a copy of it, or a compressed copy."""

import os
import stat
from collections.abc import Callable, Iterator
from typing import Protocol

from pforte.sources.unpacking import UnpackError, is_packed, unpack

Key = tuple[int, int]
"""Device and inode."""


class Carrier(Protocol):
    """Gives the bytes of a log by their offset."""

    @property
    def key(self) -> Key:
        """Return device and inode of the file that is read."""
        ...

    @property
    def mtime(self) -> int:
        """Return when the file was written last, in ns, by the file system's own clock."""
        ...

    @property
    def gone(self) -> bool:
        """Tell whether the file has no name any more."""
        ...

    @property
    def grows(self) -> bool:
        """Tell whether more bytes may come."""
        ...

    def read(self, offset: int, size: int) -> bytes:
        """Return up to ``size`` bytes from ``offset``; fewer only at the end.

        Raises:
            UnpackError: the compressed copy is broken or not complete.
        """
        ...

    def close(self) -> None:
        """Let go of the descriptor."""
        ...


class PlainFile:
    """An open file; it stays the same file whatever happens to its name."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        found = os.fstat(descriptor)
        self._key = (found.st_dev, found.st_ino)
        self._open = True

    @property
    def key(self) -> Key:
        """Return device and inode."""
        return self._key

    @property
    def mtime(self) -> int:
        """Return when it was written last, in ns."""
        return os.fstat(self.descriptor).st_mtime_ns

    @property
    def gone(self) -> bool:
        """Tell whether it has no name any more."""
        return os.fstat(self.descriptor).st_nlink == 0

    @property
    def grows(self) -> bool:
        """Tell that more bytes may come."""
        return True

    def size(self) -> int:
        """Return its size in bytes."""
        return os.fstat(self.descriptor).st_size

    def read(self, offset: int, size: int) -> bytes:
        """Return up to ``size`` bytes from ``offset``."""
        return os.pread(self.descriptor, size, offset)

    def first_data(self) -> int:
        """Return the offset of the first byte that is not in a hole."""
        try:
            return os.lseek(self.descriptor, 0, os.SEEK_DATA)
        except OSError:
            return 0  # nothing but a hole, or a file system that knows no holes

    def close(self) -> None:
        """Let go of the descriptor."""
        if self._open:
            self._open = False
            os.close(self.descriptor)


class PackedFile:
    """A compressed file, read forwards only: no offset before the last one asked for.

    Args:
        descriptor: the open file; it belongs to this object.
        stopped: asked between pieces; True ends a long search with an ``UnpackError``.
    """

    def __init__(self, descriptor: int, stopped: Callable[[], bool]) -> None:
        self._descriptor = descriptor
        found = os.fstat(descriptor)
        self._key = (found.st_dev, found.st_ino)
        self._mtime = found.st_mtime_ns
        self._stopped = stopped
        self._pieces: Iterator[bytes] = unpack(self._next)
        self._begin = 0
        self._kept = bytearray()
        self._ended = False
        self._open = True

    @property
    def key(self) -> Key:
        """Return device and inode of the compressed file."""
        return self._key

    @property
    def mtime(self) -> int:
        """Return when it was written last, in ns; compressors keep the time of what they compress."""
        return self._mtime

    @property
    def gone(self) -> bool:
        """Tell that its name does not matter."""
        return False

    @property
    def grows(self) -> bool:
        """Tell that it is complete."""
        return False

    def read(self, offset: int, size: int) -> bytes:
        """Return up to ``size`` bytes of the content from ``offset``.

        Raises:
            UnpackError: the file is broken, incomplete, or the search was stopped.
        """
        if offset < self._begin:
            raise UnpackError("a compressed file can only be read forwards")
        self._forget(offset)
        while not self._ended and self._begin + len(self._kept) < offset + size:
            if self._stopped():
                raise UnpackError("reading was stopped")
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
            else:
                self._kept += piece
                self._forget(offset)
        start = offset - self._begin
        return bytes(self._kept[start : start + size])

    def close(self) -> None:
        """Let go of the descriptor."""
        if self._open:
            self._open = False
            os.close(self._descriptor)

    def _next(self, size: int) -> bytes:
        return os.read(self._descriptor, size)

    def _forget(self, offset: int) -> None:
        surplus = min(offset - self._begin, len(self._kept))
        if surplus > 0:
            del self._kept[:surplus]
            self._begin += surplus


def open_plain(path: str) -> PlainFile | None:
    """Open a regular file for reading; None where the path names none.

    Raises:
        PermissionError: it must not be read.
        OSError: too many files are open, or the disk fails.
    """
    try:
        # A FIFO must not block us and a terminal must not become ours.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    return PlainFile(descriptor)


def open_packed(path: str, stopped: Callable[[], bool]) -> PackedFile | None:
    """Open a compressed file; None where the path names none, or one that is not compressed.

    Raises:
        OSError: as ``open_plain``.
    """
    plain = open_plain(path)
    if plain is None:
        return None
    if not is_packed(plain.read(0, 6)):
        plain.close()
        return None
    return PackedFile(plain.descriptor, stopped)
