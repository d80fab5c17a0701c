"""A reader finds the old file or the new one."""

import os
import stat
from collections.abc import Iterator

import pytest

from pforte.gates.files.replacement import replace_file, settle


def test_the_content_is_replaced_as_a_whole_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "banned.txt"
    path.write_text("old\n", encoding="utf-8")
    before = path.stat().st_ino
    replace_file(path, ["192.0.2.1\n", "192.0.2.2\n"])
    assert path.read_text(encoding="utf-8") == "192.0.2.1\n192.0.2.2\n"
    assert path.stat().st_ino != before
    assert [each.name for each in tmp_path.iterdir()] == ["banned.txt"]


def test_other_services_may_read_it_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        replace_file(tmp_path / "banned.txt", ["192.0.2.1\n"])
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "banned.txt").stat().st_mode) == 0o644


def test_a_failure_half_way_leaves_the_old_file(tmp_path):
    path = tmp_path / "banned.txt"
    path.write_text("old\n", encoding="utf-8")

    def lines() -> Iterator[str]:
        yield "new\n"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        replace_file(path, lines())
    assert path.read_text(encoding="utf-8") == "old\n"
    assert [each.name for each in tmp_path.iterdir()] == ["banned.txt"]


def test_what_a_crash_left_behind_is_no_obstacle(tmp_path):
    (tmp_path / ".banned.txt.new").write_text(
        "half a line and much more than the new content", encoding="utf-8"
    )
    replace_file(tmp_path / "banned.txt", ["192.0.2.1\n"])
    assert (tmp_path / "banned.txt").read_text(encoding="utf-8") == "192.0.2.1\n"


def test_a_link_laid_in_the_way_is_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious\n", encoding="utf-8")
    (tmp_path / ".banned.txt.new").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"):
        replace_file(tmp_path / "banned.txt", ["192.0.2.1\n"])
    assert victim.read_text(encoding="utf-8") == "precious\n"


def test_a_folder_is_settled_once_for_all_its_files(tmp_path, monkeypatch):
    """What a power cut takes back is told by the disk's own word for the folder, and asking for it takes time."""
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda handle: (synced.append(stat.S_IFMT(os.fstat(handle).st_mode)), fsync(handle))
    )
    for name in ("banned.txt", "bans.json"):
        replace_file(tmp_path / name, ["192.0.2.1\n"])
    settle(tmp_path)
    assert synced == [stat.S_IFREG, stat.S_IFREG, stat.S_IFDIR]
