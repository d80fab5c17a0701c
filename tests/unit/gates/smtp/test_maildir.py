"""A mail is in the Maildir whole, or not at all, and is acknowledged only then."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from test_trace import letter

from pforte.clock import SetClock, SystemClock
from pforte.gates.gate import GateError
from pforte.gates.smtp import maildir as module
from pforte.gates.smtp.maildir import ABANDONED, Maildir

RAW = b"Received: r\r\nFrom: a\r\n\r\nbody\r\n"


def opened(folder, clock=None):
    made = Maildir(folder, clock or SystemClock())
    made.open()
    return made


def test_a_mail_is_kept_with_its_envelope(tmp_path):
    maildir = opened(tmp_path / "mail")

    async def run():
        carrier = maildir.carrier()
        given = letter(recipients=("u@ours.example", "v@ours.example"))
        assert await carrier.address(given, "anybody") is None
        await carrier.forget()
        answer = await carrier.deliver(given, RAW)
        carrier.close()
        return answer

    answer = asyncio.run(run())
    assert (answer.code, answer.texts) == (250, ("kept as Q1",))
    (kept,) = (tmp_path / "mail" / "new").iterdir()
    assert kept.read_bytes() == (
        b"Return-Path: <a@a.example>\nDelivered-To: u@ours.example\nDelivered-To: v@ours.example\n"
        b"Received: r\nFrom: a\n\nbody\n"
    )
    assert kept.stat().st_mode & 0o777 == 0o600
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []


def test_file_and_folder_are_on_the_disk_before_it_is_acknowledged(tmp_path, monkeypatch):
    maildir, done = opened(tmp_path), []
    real_fsync, real_rename = os.fsync, module.Path.rename

    def fsync(handle):
        done.append(("fsync", str(Path(f"/proc/self/fd/{handle}").readlink())))
        real_fsync(handle)

    def rename(self, target):
        done.append(("rename", str(target)))
        return real_rename(self, target)

    monkeypatch.setattr(module.os, "fsync", fsync)
    monkeypatch.setattr(module.Path, "rename", rename)
    maildir.keep(b"x")
    (file,) = (tmp_path / "new").iterdir()
    assert done == [
        ("fsync", str(tmp_path / "tmp" / file.name)),
        ("rename", str(file)),
        ("fsync", str(tmp_path / "new")),
    ]


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_what_the_disk_does_not_take_is_put_off_and_not_seen(tmp_path, monkeypatch, call):
    maildir = opened(tmp_path)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os if call == "fsync" else module.Path, call, fail)
    answer = asyncio.run(maildir.carrier().deliver(letter(), RAW))
    assert (answer.code, answer.enhanced) == (452, "4.3.1")
    assert list((tmp_path / "new").iterdir()) == list((tmp_path / "tmp").iterdir()) == []


def test_names_never_meet(tmp_path):
    maildir = opened(tmp_path, SetClock(datetime(2026, 3, 1, tzinfo=UTC)))
    for _ in range(20):
        maildir.keep(b"x")
    assert len(list((tmp_path / "new").iterdir())) == 20


def test_what_a_dead_process_left_is_taken_out_in_time(tmp_path):
    opened(tmp_path)
    old, young = tmp_path / "tmp" / "old", tmp_path / "tmp" / "young"
    old.touch()
    young.touch()
    before = (SystemClock().now() - ABANDONED - timedelta(minutes=1)).timestamp()
    os.utime(old, (before, before))
    opened(tmp_path)
    assert list((tmp_path / "tmp").iterdir()) == [young]


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(GateError, match=r"gate\.smtp\.folder: .*file/mail takes no mail: Not a directory"):
        opened(tmp_path / "file" / "mail")
