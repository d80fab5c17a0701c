"""Entries of the journal become lines, each once."""

import asyncio
import gzip
import json
import os
from contextlib import aclosing
from pathlib import Path

import pytest
import structlog

from pforte.sources import journal as room
from pforte.sources.block import Limits, SourceError
from pforte.sources.journal import JournalSource
from pforte.sources.sd_journal import Journal

SAMPLE = Path(__file__).with_name("sample.journal.gz")
START = json.dumps({"cursor": ""})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sample.journal").write_bytes(gzip.decompress(SAMPLE.read_bytes()))
    return tmp_path


def read(folder, position=START, units=(), limits=None):
    """Read what the journal holds now."""

    async def run():
        source = JournalSource("journal", units, limits, position, folder)
        blocks = []
        async for block in source.blocks():
            blocks.append(block)
            if block.data.endswith(b"x\n") or not position:
                source.close()
        return blocks[1:] if position else blocks, source.figures()

    return asyncio.run(run())


def test_an_entry_is_a_line_with_time_host_program_and_message(folder):
    blocks, figures = read(folder)
    assert b"".join(block.data for block in blocks).splitlines() == [
        b"2026-03-01T12:00:00Z web1 sshd[77]: Failed password for root from 192.0.2.1 port 22 ssh2",
        b"2026-03-01T12:00:01.000001Z web1 sshd[77]: Failed password for caf\xe9 from 192.0.2.1 port 22 ssh2",
        b"2026-03-01T12:00:02.000002Z web1 sshd[78]: two#012lines",
        b"2026-03-01T12:00:04.000004Z web1 my_tool: no identifier",
        b"2026-03-01T12:00:05.000005Z web1 sshd[77]: " + b"x" * 300,
    ]
    assert blocks[0].first_line is None
    assert blocks[0].origin.startswith("journal:s=")
    assert (figures.cut, figures.dropped, figures.waiting) == (0, 0, None)


def test_every_entry_comes_once_from_any_position(folder, monkeypatch):
    monkeypatch.setattr(room, "ENTRIES_MAX", 1)
    blocks, _ = read(folder)
    assert len(blocks) == 5
    for at, block in enumerate(blocks[:-1]):
        again, _ = read(folder, block.position)
        assert [other.data for other in again] == [other.data for other in blocks[at + 1 :]]
        assert [other.origin for other in again] == [other.origin for other in blocks[at + 1 :]]


def test_reading_begins_at_the_end_and_says_so_at_once(folder):
    blocks, _ = read(folder, position="")
    assert [block.data for block in blocks] == [b""]
    cursor = json.loads(blocks[0].position)["cursor"]
    journal = Journal(folder)
    journal.seek_end()
    assert cursor == journal.cursor()
    journal.close()


def test_an_empty_journal_begins_at_its_first_entry(tmp_path):
    blocks, _ = read(tmp_path, position="")
    assert blocks[0].position == START


@pytest.mark.parametrize(
    ("units", "count"),
    [(("ssh",), 3), (("ssh.service", "tool.service"), 4), (("ssh*",), 4), (("[t]ool", "ssh"), 4)],
)
def test_units(folder, units, count):
    blocks, _ = read(folder, units=(*units, "ssh.service"))
    assert b"".join(block.data for block in blocks).count(b"\n") == count


def test_long_messages_are_cut_and_counted(folder):
    blocks, figures = read(folder, limits=Limits(block=10_000, line=60))
    lines = b"".join(block.data for block in blocks).splitlines()
    assert max(map(len, lines)) == 60
    assert figures.cut == 3


def test_a_damaged_entry_is_passed_over_and_counted(folder, monkeypatch):
    real = Journal.field

    def field(self, name):
        if name == "MESSAGE" and self.microseconds() == 1_772_366_401_000_001:
            raise OSError(74, "Bad message")
        return real(self, name)

    monkeypatch.setattr(Journal, "field", field)
    blocks, figures = read(folder)
    assert b"".join(block.data for block in blocks).count(b"\n") == 4
    assert figures.dropped == 1


def test_entries_that_come_later_are_read(folder):
    async def run():
        (folder / "sample.journal").rename(folder / "hidden")
        source = JournalSource("journal", (), None, "", folder)
        async with aclosing(source.blocks()) as blocks, asyncio.timeout(30):
            assert (await anext(blocks)).data == b""
            (folder / "hidden").rename(folder / "late.journal")
            return (await anext(blocks)).data

    assert asyncio.run(run()).count(b"\n") == 5


def test_an_entry_that_is_gone_is_told(folder):
    blocks, _ = read(folder)
    cursor = json.loads(blocks[-1].position)["cursor"]
    gone = ";".join(part if part[0] not in "six" else part[:2] + "0" * 8 for part in cursor.split(";"))
    gone = gone.replace("s=00000000", "s=" + "0" * 32)
    with structlog.testing.capture_logs() as logs:
        read(folder, json.dumps({"cursor": gone}))
    assert [entry["event"] for entry in logs] == ["source.rest-is-gone"]


@pytest.mark.parametrize("position", ["x", "[]", "{}", '{"cursor": 3}', '{"cursor": "\\u00e9"}'])
def test_a_position_that_is_not_ours_is_refused_with_a_way_out(folder, position):
    with pytest.raises(SourceError, match="give the source a new name"):
        read(folder, position)


def test_a_machine_without_a_journal_is_told_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(room, "FOLDERS", (tmp_path / "var", tmp_path / "run"))
    with pytest.raises(SourceError, match=r"keeps no systemd journal .* follow its log files instead"):
        read(None)


def test_a_journal_that_must_not_be_read_is_told_what_to_do(monkeypatch, tmp_path, folder):
    (tmp_path / "machine").mkdir()
    (tmp_path / "machine" / "system.journal").touch()
    monkeypatch.setattr(room, "FOLDERS", (tmp_path,))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SourceError, match="group systemd-journal"):
        read(None)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceError, match="source journal: the journal cannot be opened: No such file"):
        read(tmp_path / "gone")


def test_cancelling_closes_the_journal(folder):
    async def run():
        source = JournalSource("journal", (), None, "", folder)

        async def consume():
            async for _ in source.blocks():
                pass

        task = asyncio.ensure_future(consume())
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert source._journal is None

    asyncio.run(run())
