"""Listening at an address and port, or at a UNIX socket, as the settings of a gate say."""

import asyncio
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
        host, _, port = place.rpartition(":")
        bare = host.removeprefix("[").removesuffix("]")
        return Door(await loop.create_server(factory, bare, int(port), backlog=backlog))
    except SocketPathError as error:
        raise GateError(f"{setting}: {place} {error}") from error
    except OSError as error:
        raise GateError(
            f"{setting}: nobody can listen at {place} ({error.strerror or error}); end who does, or choose another place"
        ) from error
