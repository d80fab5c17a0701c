"""Standard input is read line by line until it ends."""

import asyncio
import os
import tempfile

from pforte.sources.block import Block, Limits
from pforte.sources.stdin import StdinSource


def read(*writes: bytes, limit: int = 100) -> tuple[list[Block], StdinSource]:
    incoming, outgoing = os.pipe()
    source = StdinSource("stdin", Limits(block=64, line=limit), incoming)

    async def main() -> list[Block]:
        async def write() -> None:
            for each in writes:
                os.write(outgoing, each)
                await asyncio.sleep(0.005)
            os.close(outgoing)

        writing = asyncio.create_task(write())
        opening, *blocks = [block async for block in source.blocks()]
        assert opening.data == b""
        await writing
        return blocks

    try:
        return asyncio.run(main()), source
    finally:
        os.close(incoming)


def test_half_written_lines_wait_for_their_rest() -> None:
    blocks, _ = read(b"one\ntw", b"o\nthree")
    assert b"".join(block.data for block in blocks) == b"one\ntwo\nthree\n"
    line = 1
    for block in blocks:  # how many there are depends on what came before the next read
        assert block.first_line == line
        line += block.data.count(b"\n")


def test_a_long_line_is_cut_and_counted() -> None:
    blocks, source = read(b"x" * 40, b"x" * 40 + b"\nnext\n", limit=10)
    assert b"".join(block.data for block in blocks) == b"x" * 10 + b"\nnext\n"
    assert source.figures().cut == 1


def test_a_file_as_standard_input() -> None:
    """``pforte serve < LOG``: a selector refuses plain files."""
    with tempfile.TemporaryFile() as file:
        file.write(b"one\ntwo\n")
        file.seek(0)
        source = StdinSource("stdin", descriptor=file.fileno())

        async def main() -> bytes:
            return b"".join([block.data async for block in source.blocks()])

        assert asyncio.run(main()) == b"one\ntwo\n"


def test_closing_ends_a_reader_that_waits() -> None:
    incoming, outgoing = os.pipe()
    source = StdinSource("stdin", descriptor=incoming)

    async def main() -> bytes:
        asyncio.get_running_loop().call_later(0.05, source.close)
        return b"".join([block.data async for block in source.blocks()])

    assert asyncio.run(main()) == b""
    os.close(incoming)
    os.close(outgoing)
