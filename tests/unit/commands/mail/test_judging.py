"""Mails are found in folders and judged one after another."""

from contextlib import closing

from pforte.commands.mail.judging import Judge, Manner, find_mails, without_envelope_line
from pforte.commands.mail.session_file import tell
from pforte.settings.table import Settings


def test_folders_are_looked_through_in_order_without_session_and_hidden_files(tmp_path):
    for name in ("b/2.eml", "a/1.eml", "a/1.eml.session.json", "a/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [str(each.relative_to(tmp_path)) for each in find_mails([tmp_path, tmp_path / "absent"])]
    assert found == ["a/1.eml", "b/2.eml", "absent"]


def test_only_the_first_line_of_a_mailbox_file_is_taken_off():
    assert without_envelope_line(b"From a\nFrom: b\n") == b"From: b\n"
    assert without_envelope_line(b"From: b\n") == b"From: b\n"


def test_a_mail_that_is_too_large_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("pforte.commands.mail.judging.MOST_BYTES", 10)
    (tmp_path / "m.eml").write_bytes(b"x" * 11)
    with closing(Judge(Manner(Settings(), tell()))) as judge:
        assert judge.judge(tmp_path / "m.eml").error == "is larger than 10 bytes"
