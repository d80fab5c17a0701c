"""The machine's own libsystemd reads a journal that systemd wrote."""

import ctypes
import errno
import gzip
import os
import select
from pathlib import Path

import cysystemd
import pytest

from pforte.sources import sd_journal
from pforte.sources.sd_journal import Journal

SAMPLE = Path(__file__).with_name("sample.journal.gz")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sample.journal").write_bytes(gzip.decompress(SAMPLE.read_bytes()))
    return tmp_path


@pytest.fixture
def journal(folder):
    journal = Journal(folder)
    yield journal
    journal.close()
    journal.close()


def messages(journal):
    found = []
    while journal.next():
        found.append(journal.field("MESSAGE"))
    return found


def test_fields_are_bytes_as_they_were_logged(journal):
    journal.seek_head()
    found = messages(journal)
    assert len(found) == 6
    assert found[1] == b"Failed password for caf\xe9 from 192.0.2.1 port 22 ssh2"
    assert found[2:4] == [b"two\nlines\n", None]


def test_an_entry_has_a_time_and_a_cursor(journal):
    assert journal.next()
    assert journal.microseconds() == 1_772_366_400_000_000
    assert journal.cursor().startswith("s=")


def test_reading_goes_on_behind_a_cursor(journal):
    journal.next()
    journal.next()
    cursor = journal.cursor()
    journal.seek_head()
    assert journal.seek_after(cursor)
    assert messages(journal)[0] == b"two\nlines\n"


def test_a_cursor_that_is_gone_leads_to_what_followed_it(journal):
    journal.next()
    journal.next()
    parts = dict(part.split("=") for part in journal.cursor().split(";"))
    unknown = f"s={'0' * 32};i=1;b={parts['b']};m={parts['m']};t={parts['t']};x=1"
    assert not journal.seek_after(unknown)
    assert messages(journal)[0].startswith(b"Failed password for caf\xe9")


def test_the_end_is_behind_the_last_entry(journal):
    assert journal.seek_end()
    assert journal.cursor()
    assert not journal.next()


def test_an_empty_journal_has_no_end(tmp_path):
    journal = Journal(tmp_path)
    assert not journal.seek_end()
    assert not journal.next()
    journal.close()


def test_only_matching_entries_pass(journal):
    journal.add_match("_SYSTEMD_UNIT", "tool.service")
    journal.add_match("_SYSTEMD_UNIT", "sshd@3.service")
    assert messages(journal) == [b"two\nlines\n", b"no identifier"]


def test_a_change_in_the_folder_is_told(journal, folder):
    descriptor = journal.descriptor()
    messages(journal)
    (folder / "other.journal").write_bytes(gzip.decompress(SAMPLE.read_bytes()))
    assert select.select([descriptor], [], [], 30)[0] == [descriptor]
    journal.process()


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(OSError, match="No such file") as raised:
        Journal(tmp_path / "gone")
    assert raised.value.errno == errno.ENOENT


def test_without_libsystemd_the_one_that_cysystemd_brings_is_used(folder, monkeypatch):
    real, asked = ctypes.CDLL, []

    def load(name):
        asked.append(name)
        if name == "libsystemd.so.0":
            raise OSError(f"{name}: cannot open shared object file")
        return real(name)

    monkeypatch.setattr(sd_journal.ctypes, "CDLL", load)
    library = sd_journal._library.__wrapped__()
    assert os.path.dirname(asked[-1]) == cysystemd.__path__[0]  # noqa: PTH120  str all along
    monkeypatch.setattr(sd_journal, "_library", lambda: library)
    journal = Journal(folder)
    assert len(messages(journal)) == 6
    journal.close()


def test_without_any_library_the_error_says_so(monkeypatch):
    def refuse(name):
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(sd_journal.ctypes, "CDLL", refuse)
    monkeypatch.setattr(cysystemd, "__path__", ["/nonexistent"])
    with pytest.raises(OSError, match="libsystemd"):
        sd_journal._library.__wrapped__()
