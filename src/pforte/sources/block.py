"""What a source yields, and what every source can do."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

LINE_BYTES = 65_536
"""Longest line, its newline not counted; the rest of a longer one is cut and counted."""

BLOCK_BYTES = 1_048_576
"""How much is read at once; a block is at most this long (and one line longer where a line is cut)."""


class SourceError(Exception):
    """A source cannot be read. The sentence names the place and says what to do next."""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines, as they stand in the source.

    A line that was cut is always the last of its block, so that within a block the distance between two lines is
    the distance they have in the file.

    Attributes:
        source: name of the source; the register keeps one position for each.
        data: whole lines, each ending in a newline. Empty in the opening block of a source that had no position:
            it only says where reading begins.
        first_line: number of the first line in its file, from 1; None where lines have no numbers.
        position: opaque text from which reading goes on once everything in this block is recorded; "" where nothing
            can be read again.
        origin: identity of the first byte, ending in its offset: ``device:inode:generation:offset`` for files,
            ``journal:ENTRY:0`` with the first entry for the journal; "" where nothing can be read again. See
            ``identify``.
        file: path of the file the lines stand in; "" for streams.
        received: when the lines arrived, where the source knows it better than the lines do.
    """

    source: str
    data: bytes
    first_line: int | None
    position: str
    origin: str
    file: str = ""
    received: datetime | None = None

    def identify(self, offset: int) -> str:
        r"""Return the identity of the line at an offset of ``data``; "" where lines have none.

        A line of a file has the same one however the file is divided into blocks when it is read again. A line of
        the journal has it as long as its block begins with the same entry; that is enough, because reading again
        begins where a recorded block ended, and what follows was not recorded with it.

        >>> Block("log", b"one\ntwo\n", 1, "", "65024:77:1-ab:1000").identify(4)
        '65024:77:1-ab:1004'
        """
        if not self.origin:
            return ""
        name, _, first = self.origin.rpartition(":")
        return f"{name}:{int(first) + offset}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a source takes at once.

    Attributes:
        block: bytes read at once.
        line: longest line in bytes, its newline not counted.
    """

    block: int = BLOCK_BYTES
    line: int = LINE_BYTES

    @property
    def read(self) -> int:
        """Return the bytes to read at once, so that a whole line and its newline always fit."""
        return max(self.block, self.line + 1)


@dataclass(frozen=True, slots=True)
class Figures:
    """How a source stands, for ``pforte status`` and the log.

    Attributes:
        waiting: bytes that are there and not yet yielded; None where that cannot be told cheaply.
        cut: lines cut at the limit since the start.
        dropped: lines thrown away since the start, because a queue was full or a message was broken.
    """

    waiting: int | None
    cut: int
    dropped: int


class Source(Protocol):
    """Reads visits from one place in the world."""

    @property
    def name(self) -> str:
        """Return the name that stands in offences, positions and logs."""
        ...

    def blocks(self) -> AsyncGenerator[Block, None]:
        """Yield blocks until the source ends or is closed. May be called once.

        The first block has no data: the source is open, and nothing that is written from then on can be missed.
        Nothing is read ahead of the consumer, but for the bounded queue of a network source. Cancelling the
        consumer loses nothing: reading goes on from the position that was recorded last.

        Raises:
            SourceError: the source cannot be read at all.
        """
        ...

    def figures(self) -> Figures:
        """Return how the source stands."""
        ...

    def close(self) -> None:
        """End ``blocks`` once it has yielded what was accepted and cannot be read again. May be called twice.

        ``blocks`` lets go of descriptors and sockets when it ends.
        """
        ...
