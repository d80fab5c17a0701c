"""The gate listens where it is told, to whom it is told, and says what to do where it cannot."""

import socket
import stat
from pathlib import Path

import pytest

from pforte.gates.gate import GateError
from pforte.gates.milter.listening import close_socket, inode_of, open_socket


@pytest.fixture
def place(tmp_path):
    return str(tmp_path / "milter")


def test_a_unix_socket_is_open_to_owner_and_group_only(place):
    opened = open_socket(place)
    assert stat.S_IMODE(Path(place).stat().st_mode) == 0o660
    close_socket(opened, place, inode_of(place))
    assert not Path(place).exists()


def test_a_socket_that_nobody_listens_on_is_replaced(place):
    stale = open_socket(place)
    stale.close()
    opened = open_socket(place)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(place)
    close_socket(opened, place, inode_of(place))


def test_a_living_one_is_left_alone(place):
    opened = open_socket(place)
    with pytest.raises(GateError, match=r'gate\.milter\.listen = ".*/milter": in use'):
        open_socket(place)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(place)
    opened.close()


def test_the_socket_of_another_is_not_removed(place):
    first = open_socket(place)
    inode = inode_of(place)
    Path(place).unlink()
    keep = socket.socket(socket.AF_UNIX)  # so that the number of the first is not given again
    second = open_socket(place)
    if inode_of(place) != inode:
        close_socket(first, place, inode)
        assert Path(place).exists()
    keep.close()
    first.close()
    second.close()


def test_what_is_no_socket_is_not_touched(place):
    Path(place).write_text("mine")
    with pytest.raises(GateError, match="is there already and no socket"):
        open_socket(place)
    assert Path(place).read_text() == "mine"


def test_a_missing_folder_is_named(place):
    with pytest.raises(GateError, match="its folder does not exist"):
        open_socket(f"{place}/deeper/milter")


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "[::1]:0"])
def test_tcp_in_both_families(listen):
    opened = open_socket(listen)
    assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    with socket.create_connection(opened.getsockname()[:2], timeout=5):
        pass
    close_socket(opened, listen, None)


def test_a_port_in_use_is_named():
    opened = open_socket("127.0.0.1:0")
    listen = f"127.0.0.1:{opened.getsockname()[1]}"
    with pytest.raises(GateError, match=f'"{listen}": in use; stop who listens there'):
        open_socket(listen)
    opened.close()


def test_a_foreign_address_is_named():
    with pytest.raises(GateError, match="this machine has no such address"):
        open_socket("192.0.2.1:0")
