"""Log lines and addresses of people are for whoever runs the service, whatever the umask was."""

import os
from datetime import timedelta
from stat import S_IMODE

import pytest

from pforte.register import Register
from pforte.register.file_modes import make_private

FILES = ("register.sqlite", "register.sqlite-wal", "register.sqlite-shm")


@pytest.fixture(autouse=True)
def open_umask():
    """Take the widest umask: nothing but the program itself may narrow the rights."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder):
    return {name: oct(S_IMODE((folder / name).stat().st_mode)) for name in FILES if (folder / name).exists()}


def write(register, clock):
    register.save_document("robots:a", b"x", clock.now())
    clock.move(timedelta(seconds=1))


def test_a_new_register_is_its_owner_s_alone(tmp_path, clock):
    with Register.open(tmp_path / "var" / "state", clock) as register:
        write(register, clock)
        assert modes(tmp_path / "var" / "state") == dict.fromkeys(FILES, "0o600")
    assert oct(S_IMODE((tmp_path / "var" / "state").stat().st_mode)) == "0o750"


def test_wider_files_are_narrowed_when_they_are_opened(tmp_path, clock):
    """Registers of before were made with the umask's rights."""
    with Register.open(tmp_path, clock) as first:
        write(first, clock)
        for name in FILES:
            (tmp_path / name).chmod(0o644)
        with Register.open(tmp_path, clock) as second:
            write(second, clock)
            assert modes(tmp_path) == dict.fromkeys(FILES, "0o600")


def test_narrower_files_stay_as_they_are(tmp_path, clock):
    Register.open(tmp_path, clock).close()
    (tmp_path / "register.sqlite").chmod(0o400)
    make_private(tmp_path / "register.sqlite")
    assert modes(tmp_path)["register.sqlite"] == "0o400"


def test_a_setgid_folder_lets_its_group_in_and_nobody_else(tmp_path, clock):
    tmp_path.chmod(0o2770)
    with Register.open(tmp_path, clock) as register:
        write(register, clock)
        assert modes(tmp_path) == dict.fromkeys(FILES, "0o660")
    (tmp_path / "register.sqlite").chmod(0o664)
    Register.open(tmp_path, clock).close()
    assert modes(tmp_path)["register.sqlite"] == "0o660"


def test_a_folder_that_stood_there_keeps_its_rights(tmp_path, clock):
    """It may be anybody's, such as /tmp."""
    tmp_path.chmod(0o755)
    Register.open(tmp_path, clock).close()
    assert oct(S_IMODE(tmp_path.stat().st_mode)) == "0o755"


def test_what_cannot_be_narrowed_is_no_trouble_of_its_own(tmp_path):
    make_private(tmp_path / "absent" / "register.sqlite")
    (tmp_path / "register.sqlite").mkdir(mode=0o755)
    make_private(tmp_path / "register.sqlite")
    assert oct(S_IMODE((tmp_path / "register.sqlite").stat().st_mode)) == "0o755"
