"""Lines that could not be judged, kept for whoever mends the program: nothing is lost without a trace."""

import os
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import structlog

from pforte.clock import Clock
from pforte.sources.block import Block

MOST_BLOCKS = 20
"""Blocks that are kept; the first ones stay, because one mistake of ours often has many of them."""
MOST_BYTES = 67_108_864
"""Bytes that they may have together."""

_log = structlog.get_logger("pforte")


class Aside:
    """Keeps blocks as files that `pforte scan` reads.

    Args:
        folder: where they are written; made when it is needed, for the service's user only.
        clock: names the files.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def keep(self, block: Block) -> str:
        """Write a block to a file of its own; return its path, or what keeps it from being written. Blocks."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sizes = [entry.stat().st_size for entry in os.scandir(self._folder)]
            if len(sizes) >= MOST_BLOCKS or sum(sizes) + len(block.data) > MOST_BYTES:
                return f"not kept: {self._folder} holds {len(sizes)} blocks already; look at them and remove them"
            moment = self._clock.now().strftime("%Y%m%dT%H%M%S.%fZ")
            path = self._folder / f"{moment}-{sha256(block.data).hexdigest()[:8]}.log"
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(block.data)
                file.flush()
                os.fsync(descriptor)
        except OSError as error:
            return f"not kept: {error}"
        return str(path)


def lines_of(block: Block, starts: Sequence[int]) -> Block:
    """Return the lines of a block that begin at these offsets, numbered as the first of them is."""
    ends = (block.data.find(b"\n", start) + 1 or len(block.data) for start in starts)
    data = b"".join(block.data[start:end] for start, end in zip(starts, ends, strict=True))
    before = block.data.count(b"\n", 0, starts[0])
    return replace(block, data=data, first_line=block.first_line and block.first_line + before)


def tell_set_aside(block: Block, error: Exception, kept: str) -> None:
    """Say which lines were not judged, why, and where they are."""
    _log.error(
        "lines.set-aside",
        source=block.source,
        place=f"{block.file or block.source}:{block.first_line or '?'}",
        lines=block.data.count(b"\n"),
        kept=kept,
        text="a mistake of the program; these lines are not judged. Please report it with the kept file",
        exc_info=error,
    )
