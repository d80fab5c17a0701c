"""Standard input as a source: ``tail -F LOG | pforte serve`` and the like."""

import asyncio
import os
from collections.abc import AsyncGenerator
from functools import partial

from pforte.sources.block import Block, Figures, Limits
from pforte.sources.cut import take_lines
from pforte.worker import Worker

READ_SECONDS = 0.2
"""How often a reader that waits looks whether it was closed."""


class StdinSource:
    """Reads a descriptor until it ends. Nothing can be read again, so there is no position.

    Args:
        name: name in offences and logs.
        limits: block and line sizes.
        descriptor: what to read; standard input.
    """

    def __init__(self, name: str, limits: Limits | None = None, descriptor: int = 0) -> None:
        self._name = name
        self._limits = limits or Limits()
        self._descriptor = descriptor
        self._closed = False
        self._cut = 0
        self._worker = Worker(f"source {name}")

    @property
    def name(self) -> str:
        """Return the name of the source."""
        return self._name

    async def blocks(self) -> AsyncGenerator[Block, None]:
        """Yield whole lines as they arrive; a last line without a newline gets one at the end."""
        rest, inside, line = b"", False, 1
        try:
            yield Block(self._name, b"", None, "", "")
            while not self._closed:
                read = await self._read()
                raw = rest + read if read else rest + b"\n" * bool(rest)
                while True:
                    piece = take_lines(raw, self._limits.line, inside=inside)
                    if not piece.used:
                        break
                    self._cut += piece.cut
                    raw, inside = raw[piece.used :], piece.inside
                    if piece.data:
                        yield Block(self._name, piece.data, line, "", "")
                        line += piece.data.count(b"\n")
                rest = raw
                if not read:
                    return
        finally:
            self._worker.close()

    def figures(self) -> Figures:
        """Return how the source stands."""
        return Figures(None, self._cut, 0)

    def close(self) -> None:
        """End ``blocks`` at its next step."""
        self._closed = True

    async def _read(self) -> bytes:
        """Return the next bytes, or b"" at the end or when the source is closed."""
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        read = partial(os.read, self._descriptor, self._limits.block)
        try:
            loop.add_reader(self._descriptor, ready.set)
        except (PermissionError, OSError):
            # The loop's selector refuses a plain file: it is always ready, and may hang nonetheless.
            return await self._worker.run(read)
        try:
            while not self._closed:
                try:
                    await asyncio.wait_for(ready.wait(), READ_SECONDS)
                except TimeoutError:
                    continue
                return await self._worker.run(read)
        finally:
            loop.remove_reader(self._descriptor)
        return b""
