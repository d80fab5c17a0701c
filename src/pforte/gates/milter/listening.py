"""The sockets on which mail servers connect."""

import contextlib
import errno
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from pforte.gates.gate import GateError

BACKLOG = 128
UNIX_MODE = 0o660
"""Mode of a UNIX socket: its owner and group may connect. Give the mail server the group, or the folder the setgid
bit: whoever may connect can have mail of anybody judged, and counted against anybody."""

_SETTING = "gate.milter.listen"


def open_socket(listen: str) -> socket.socket:
    """Listen at ``address:port``, ``[address]:port`` or the path of a UNIX socket, which begins with a slash.

    Raises:
        GateError: it cannot be used.
    """
    try:
        return _open_unix(listen) if listen.startswith("/") else _open_tcp(listen)
    except OSError as error:
        raise GateError(f'{_SETTING} = "{listen}": {_advise(error)}') from error


def close_socket(opened: socket.socket, listen: str, inode: tuple[int, int] | None) -> None:
    """Close a socket and remove its file, unless another has taken its place.

    Args:
        opened: the socket.
        listen: as it was opened.
        inode: what :func:`inode_of` said after it was opened.
    """
    opened.close()
    if inode is not None and inode_of(listen) == inode:
        with contextlib.suppress(OSError):
            Path(listen).unlink()


def inode_of(listen: str) -> tuple[int, int] | None:
    """Return device and inode of a UNIX socket; None where there is none."""
    try:
        found = Path(listen).lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open_tcp(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    opened = socket.socket(socket.AF_INET6 if ":" in bare else socket.AF_INET, socket.SOCK_STREAM)
    with _closed_on_error(opened):
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # A mail server that vanished without a word is found out by this, and handed on to each connection.
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if opened.family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((bare, int(port)))
        opened.listen(BACKLOG)
    return opened


def _open_unix(path: str) -> socket.socket:
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _closed_on_error(opened):
        _clear_stale(path)
        # Before bind: the socket must at no moment be open to more.
        os.fchmod(opened.fileno(), UNIX_MODE)
        opened.bind(path)
        Path(path).chmod(UNIX_MODE)
        opened.listen(BACKLOG)
    return opened


@contextlib.contextmanager
def _closed_on_error(opened: socket.socket) -> Iterator[None]:
    try:
        yield
    except (OSError, GateError):
        opened.close()
        raise


def _clear_stale(path: str) -> None:
    """Remove the socket of somebody who is gone."""
    try:
        mode = Path(path).lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise OSError(errno.EEXIST, "is there already and no socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            Path(path).unlink()
            return
    raise OSError(errno.EADDRINUSE, "in use")


def _advise(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "in use; stop who listens there (`ss -lnp` shows it) or choose another place"
        case errno.EEXIST:
            return "is there already and no socket; move it away or choose another path"
        case errno.EADDRNOTAVAIL:
            return "this machine has no such address; `ip address` shows which it has"
        case errno.ENOENT | errno.ENOTDIR:
            return "its folder does not exist; make it, or let systemd do so (RuntimeDirectory=)"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return "not allowed; choose a folder or a port that this program's user may use"
        case _:
            return f"cannot be used: {error.strerror or error}"
