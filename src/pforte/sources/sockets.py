"""Opening the sockets on which syslog arrives. Errors name the setting and say what to do next."""

import contextlib
import errno
import socket
import struct

from pforte.net import unix_socket
from pforte.net.unix_socket import SocketPathError
from pforte.sources.block import SourceError

RECEIVE_BYTES = 8_388_608
"""Kernel buffer asked for, so that a burst waits there while we judge."""

BACKLOG = 128

_SO_RCVBUFFORCE = 33
_SO_MEMINFO = 55
_DROPS = 8  # SK_MEMINFO_DROPS of linux/sock_diag.h


def open_udp(source: str, listen: str) -> socket.socket:
    """Bind a UDP socket to ``address:port`` or ``[address]:port``.

    Raises:
        SourceError: the address is none of this machine's, is in use or not allowed.
    """
    opened = _bind(source, listen, socket.SOCK_DGRAM)
    _widen(opened)
    return opened


def open_tcp(source: str, listen: str) -> socket.socket:
    """Listen for TCP on ``address:port`` or ``[address]:port``.

    Raises:
        SourceError: as ``open_udp``.
    """
    opened = _bind(source, listen, socket.SOCK_STREAM)
    opened.listen(BACKLOG)
    return opened


def open_unix(source: str, path: str) -> socket.socket:
    """Bind a UNIX datagram socket of mode 0660: whoever may write to it can get anyone banned.

    Raises:
        SourceError: the path is taken by a living socket or by something else, or cannot be used.
    """
    if not path:
        raise SourceError(f'source "{source}": path is empty; name the socket, such as "/run/pforte/log"')
    try:
        opened = unix_socket.open_unix(path, socket.SOCK_DGRAM)
    except SocketPathError as error:
        raise SourceError(f'source "{source}": path = "{path}": {error}') from error
    _widen(opened)
    return opened


def count_kernel_drops(opened: socket.socket) -> int:
    """Return how many datagrams the kernel threw away because its buffer was full; 0 where it does not tell."""
    try:
        figures = opened.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 4 * (_DROPS + 1))
    except OSError:
        return 0
    return int(struct.unpack_from("I", figures, 4 * _DROPS)[0]) if len(figures) > 4 * _DROPS else 0


def _bind(source: str, listen: str, kind: socket.SocketKind) -> socket.socket:
    place = f'source "{source}": listen = "{listen}"'
    host, _, port = listen.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        if not bare or not (port.isascii() and port.isdigit()) or int(port[:6]) > 65_535:
            raise ValueError  # noqa: TRY301  the same answer as for an address that is none
        found = socket.getaddrinfo(bare, int(port), type=kind, flags=socket.AI_NUMERICHOST)
    except (ValueError, socket.gaierror) as error:
        raise SourceError(
            f'{place}: is not an address and port such as "127.0.0.1:5514" or "[::1]:5514"'
        ) from error
    family, _, _, _, address = found[0]
    try:
        opened = socket.socket(family, kind | socket.SOCK_NONBLOCK)
    except OSError as error:
        raise SourceError(f"{place}: {_advise(error, kind)}") from error
    try:
        if family == socket.AF_INET6:
            # "[::]" and "0.0.0.0" may then be two sources on one port.
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind is socket.SOCK_STREAM:
            # On Linux: bind although old connections linger; a living listener is still an error.
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
    except OSError as error:
        opened.close()
        raise SourceError(f"{place}: {_advise(error, kind)}") from error
    return opened


def _advise(error: OSError, kind: socket.SocketKind) -> str:
    transport = "udp" if kind is socket.SOCK_DGRAM else "tcp"
    match error.errno:
        case errno.EADDRINUSE:
            show = "ss -lnup" if transport == "udp" else "ss -lntp"
            return f"{transport} address in use; stop its owner (`{show}` shows it) or choose another port"
        case errno.EADDRNOTAVAIL:
            return "this machine has no such address; `ip address` shows which it has"
        case errno.EACCES:
            return "not allowed; choose a port above 1023 or grant CAP_NET_BIND_SERVICE"
        case _:
            return f"cannot be opened: {error.strerror}"


def _widen(opened: socket.socket) -> None:
    for option in (_SO_RCVBUFFORCE, socket.SO_RCVBUF):  # the first needs CAP_NET_ADMIN, the second is capped
        with contextlib.suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, option, RECEIVE_BYTES)
            return
