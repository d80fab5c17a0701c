"""Listening at an address and port, or at a UNIX socket, as the settings of a gate say."""

import asyncio
import errno
import socket
from collections.abc import Callable

from pforte.gates.gate import GateError
from pforte.net.unix_socket import SocketPathError, inode_of, open_unix, remove_unix, socket_path

Factory = Callable[[], asyncio.Protocol]


class Door:
    """A place that is listened at, until it is closed.

    Args:
        server: who listens.
        path: the UNIX socket, or "" where it is none.
    """

    def __init__(self, server: asyncio.Server, path: str = "") -> None:
        self._server, self._path = server, path
        self._inode = inode_of(path) if path else (0, 0)

    @property
    def port(self) -> int:
        """Return the port: another one than in the settings where they say 0."""
        return int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Listen no longer; connections stay."""
        self._server.close()
        if self._path:
            remove_unix(self._path, self._inode)


async def open_door(place: str, setting: str, factory: Factory, backlog: int = 100) -> Door:
    """Begin to listen.

    Args:
        place: address and port, or the path of a UNIX socket.
        setting: the setting that says so.
        factory: makes the protocol of each connection.
        backlog: connections that may wait to be taken in.

    Raises:
        GateError: the place cannot be used.
    """
    loop, path = asyncio.get_running_loop(), socket_path(place)
    try:
        if path:
            opened = open_unix(path, socket.SOCK_STREAM)
            return Door(await loop.create_unix_server(factory, sock=opened, backlog=backlog), path)
    except SocketPathError as error:
        raise GateError(f"{setting}: {place} {error}") from error
    return Door(await loop.create_server(factory, sock=bind(setting, place), backlog=backlog))


def split_place(listen: str) -> tuple[str, int]:
    """Return address and port of a setting that holds both.

    >>> split_place("[::1]:8081")
    ('::1', 8081)
    """
    host, _, port = listen.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port)


def bind(
    setting: str, listen: str, kind: socket.SocketKind = socket.SOCK_STREAM, *, port: int | None = None
) -> socket.socket:
    """Return a bound socket that does not listen yet and never blocks. ``[::]`` stands for all addresses, of IPv4 too.

    Args:
        setting: where the address comes from, such as ``gate.http.listen``.
        listen: ``address:port`` or ``[address]:port``, as the settings have made sure of.
        kind: of datagrams or of streams.
        port: taken instead of the one in ``listen``.

    Raises:
        GateError: the address cannot be used.
    """
    address, named = split_place(listen)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        bound = socket.socket(family, kind | socket.SOCK_NONBLOCK)
        try:
            if family == socket.AF_INET6:
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            if kind is socket.SOCK_STREAM:
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((address, named if port is None else port))
        except OSError:
            bound.close()
            raise
    except OSError as error:
        why = error.strerror or error
        raise GateError(f"{setting}: cannot listen on {listen} ({why}); {_remedy(error, setting)}") from error
    return bound


def _remedy(error: OSError, setting: str) -> str:
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"ports below 1024 need CAP_NET_BIND_SERVICE, or set {setting}"
    if error.errno == errno.EADDRINUSE:
        return f"stop the program that has the port (`ss -lntup` shows it), or set {setting}"
    return f"set {setting} to an address and port of this machine that nobody else uses"
