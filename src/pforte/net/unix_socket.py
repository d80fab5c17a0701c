"""UNIX sockets that we listen at: safely opened, and taken away again. Errors say what to do next."""

import contextlib
import errno
import os
import socket
import stat
from pathlib import Path

UNIX_MODE = 0o660
"""Mode of a UNIX socket: its owner and group may write to it. Give others the group, or a folder with the setgid bit,
whose group it then has; all the world must not."""

_PATH_BYTES = 107  # sun_path of unix(7), less its final NUL
_PREFIX = "unix:"


class SocketPathError(ValueError):
    """A path cannot be listened at; the message says why and what to do."""


def socket_path(place: str) -> str:
    """Return the path of a UNIX socket, or "" where the place is none.

    >>> socket_path("unix:/run/pforte/gate"), socket_path("/run/pforte/gate"), socket_path("127.0.0.1:8081")
    ('/run/pforte/gate', '/run/pforte/gate', '')
    """
    path = place.removeprefix(_PREFIX)
    return path if path.startswith("/") else ""


def open_unix(path: str, kind: socket.SocketKind) -> socket.socket:
    """Bind a UNIX socket of mode 0660; one that nobody listens on any more is replaced.

    Args:
        path: where it is to stand.
        kind: datagrams or a stream; a stream does not listen yet.

    Raises:
        SocketPathError: the path is taken by a living socket or by something else, or cannot be used.
    """
    if len(os.fsencode(path)) > _PATH_BYTES:
        raise SocketPathError(f"is too long for a socket; at most {_PATH_BYTES} bytes")
    opened = socket.socket(socket.AF_UNIX, kind | socket.SOCK_NONBLOCK)
    try:
        _clear_stale(path)
        # Before bind: the socket must at no moment be open to more.
        os.fchmod(opened.fileno(), UNIX_MODE)
        opened.bind(path)
        Path(path).chmod(UNIX_MODE)
    except SocketPathError:
        opened.close()
        raise
    except OSError as error:
        opened.close()
        raise SocketPathError(_advise(error)) from error
    return opened


def remove_unix(path: str, inode: tuple[int, int]) -> None:
    """Remove the file of a UNIX socket that is closed, unless another has taken its place."""
    with contextlib.suppress(OSError):
        if inode_of(path) == inode:
            Path(path).unlink()


def inode_of(path: str) -> tuple[int, int]:
    """Return device and inode of what stands at a path.

    Raises:
        OSError: nothing does.
    """
    found = Path(path).lstat()
    return found.st_dev, found.st_ino


def _clear_stale(path: str) -> None:
    try:
        mode = Path(path).lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise SocketPathError("is there already and no socket; move it away or choose another path")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            Path(path).unlink()
            return
        except OSError as error:
            if error.errno != errno.EPROTOTYPE:  # a stream socket says so, living or not
                raise
            if not _is_heard(path):
                Path(path).unlink()
                return
    raise SocketPathError("address in use; another program listens there, stop it or choose another path")


def _is_heard(path: str) -> bool:
    """Say whether a program listens at a stream socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            return False
        except BlockingIOError:  # so many wait to be heard that there is no room
            return True
    return True


def _advise(error: OSError) -> str:
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return "its folder does not exist; make it, or let systemd do so (RuntimeDirectory=)"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return "must not be written; choose a folder that belongs to this program's user"
        case _:
            return f"cannot be opened: {error.strerror or error}"
