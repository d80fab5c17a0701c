"""Two services on one state folder would count everything twice."""

import fcntl
import os
from stat import S_IMODE

import pytest

from pforte.commands.sole_service import FILE_NAME, service_runs, sole_service


def test_the_second_service_is_refused_and_the_first_is_named(tmp_path, capsys):
    with sole_service(tmp_path), pytest.raises(SystemExit) as ended, sole_service(tmp_path):
        pass
    assert ended.value.code == 1
    assert f"works on the state folder (process {os.getpid()})" in capsys.readouterr().err


def test_the_next_one_may_start_when_the_first_has_ended(tmp_path):
    for _ in range(2):
        with sole_service(tmp_path):
            pass


def test_other_folders_are_free(tmp_path):
    with sole_service(tmp_path / "a"), sole_service(tmp_path / "b"):
        assert oct(S_IMODE((tmp_path / "a").stat().st_mode)) == "0o750"
        assert oct(S_IMODE((tmp_path / "a" / FILE_NAME).stat().st_mode)) == "0o600"


def test_a_folder_that_cannot_be_used_is_named(tmp_path, capsys):
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit), sole_service(tmp_path / "file"):
        pass
    assert "set service.state" in capsys.readouterr().err


def test_a_file_system_without_locks_is_named(tmp_path, capsys, monkeypatch):
    def refuse(_handle, _operation):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(SystemExit), sole_service(tmp_path):
        pass
    assert "cannot be locked (No locks available)" in capsys.readouterr().err


def test_nobody_leads_us_to_a_file_elsewhere(tmp_path, capsys):
    (tmp_path / "precious").write_text("kept")
    (tmp_path / FILE_NAME).symlink_to(tmp_path / "precious")
    with pytest.raises(SystemExit), sole_service(tmp_path):
        pass
    assert (tmp_path / "precious").read_text() == "kept"


def test_who_asks_hears_whether_a_service_runs(tmp_path):
    assert not service_runs(tmp_path)
    with sole_service(tmp_path):
        assert service_runs(tmp_path)
    assert not service_runs(tmp_path)
    (tmp_path / "file").touch()
    assert service_runs(tmp_path / "file"), "who may not look must not take it for stopped"
