"""UNIX sockets are opened safely, and every refusal says what to do."""

import socket
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pforte.net.unix_socket import SocketPathError, inode_of, open_unix, remove_unix, socket_path

KINDS = pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])


@pytest.fixture
def path():
    # A path of pytest's own folders could be too long.
    with TemporaryDirectory(prefix="pf-socket-") as folder:
        yield f"{folder}/gate"


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("/run/pforte/gate", "/run/pforte/gate"),
        ("unix:/run/pforte/gate", "/run/pforte/gate"),
        ("unix:gate", ""),
        ("gate", ""),
        ("127.0.0.1:80", ""),
        ("[::1]:80", ""),
        ("", ""),
    ],
)
def test_a_place_is_a_path_or_not(place, found):
    assert socket_path(place) == found


@KINDS
def test_its_group_is_that_of_a_folder_with_the_setgid_bit(path, kind):
    """So a web server gets in that shares no group with us."""
    Path(path).parent.chmod(0o2750)
    with open_unix(path, kind):
        assert Path(path).stat().st_gid == Path(path).parent.stat().st_gid


@KINDS
def test_a_unix_socket_is_for_its_owner_and_group(path, kind):
    """Whoever can write there can have others banned, or ask who is."""
    with open_unix(path, kind):
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o660
        inode = inode_of(path)
    remove_unix(path, inode)
    assert not Path(path).exists()


@KINDS
def test_a_socket_that_nobody_listens_on_is_replaced(path, kind):
    with socket.socket(socket.AF_UNIX, kind) as left:
        left.bind(path)
    with open_unix(path, kind) as opened:
        if kind is socket.SOCK_STREAM:
            opened.listen()
        with socket.socket(socket.AF_UNIX, kind) as sender:
            sender.connect(path)


@pytest.mark.parametrize("other", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
@KINDS
def test_a_socket_in_use_stays(path, kind, other):
    with socket.socket(socket.AF_UNIX, other) as used:
        used.bind(path)
        if other is socket.SOCK_STREAM:
            used.listen()
        with pytest.raises(SocketPathError, match="address in use; another program listens there"):
            open_unix(path, kind)
        assert Path(path).exists()


@KINDS
def test_what_is_no_socket_stays(path, kind):
    Path(path).write_bytes(b"precious")
    with pytest.raises(SocketPathError, match="no socket; move it away or choose another path"):
        open_unix(path, kind)
    assert Path(path).read_bytes() == b"precious"


@KINDS
@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        ("/nonexistent/folder/log", "its folder does not exist"),
        ("/tmp/" + "x" * 120, "too long for a socket"),
        ("/proc/log", "must not be written|does not exist"),
    ],
)
def test_a_path_that_cannot_be_is_refused_with_advice(wrong, advice, kind):
    with pytest.raises(SocketPathError, match=advice):
        open_unix(wrong, kind)


@KINDS
def test_another_socket_that_took_the_place_is_not_removed(path, kind):
    with open_unix(path, kind):
        inode = inode_of(path)
        Path(path).unlink()
        with open_unix(path, kind):
            remove_unix(path, (inode[0], inode[1] + 10**9))
            assert Path(path).exists()


def test_a_listener_with_a_full_queue_is_alive(path):
    with open_unix(path, socket.SOCK_STREAM) as busy:
        busy.listen(0)
        waiting = []
        try:
            for _ in range(3):
                visitor = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
                waiting.append(visitor)
                visitor.connect_ex(path)
            with pytest.raises(SocketPathError, match="address in use"):
                open_unix(path, socket.SOCK_STREAM)
        finally:
            for visitor in waiting:
                visitor.close()
