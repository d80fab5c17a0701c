"""HAProxy's runtime socket (management guide, section 9.3): one command, or some, per connection."""

import socket
from pathlib import Path
from typing import Protocol

from pforte.gates.gate import GateError

PATIENCE = 10.0
"""Seconds for one answer; a map of 100,000 entries is put in place in about 0.2."""

LONGEST_ANSWER = 128 * 1024 * 1024
"""Bytes of one answer; an entry of a map takes about 50 in a listing."""


class Runtime(Protocol):
    """Talks to a running HAProxy."""

    def ask(self, command: str) -> str:
        """Give a command and return what HAProxy says, without the empty line at the end.

        Raises:
            GateError: nobody answers.
        """
        ...


class RuntimeSocket:
    """Talks through the UNIX socket that ``stats socket`` opens in HAProxy's configuration.

    Args:
        path: the socket.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def ask(self, command: str) -> str:
        """Give a command and return what HAProxy says, without the empty line at the end."""
        answer = bytearray()
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(PATIENCE)
                connection.connect(str(self._path))
                connection.sendall(f"{command}\n".encode())
                while part := connection.recv(65_536):
                    answer += part
                    if len(answer) > LONGEST_ANSWER:
                        raise GateError(f"HAProxy answers with more than {LONGEST_ANSWER:,} bytes")
        except OSError as error:
            raise GateError(self._advise(error)) from error
        return answer.decode("utf-8", "replace").strip("\n")

    def _advise(self, error: OSError) -> str:
        what = f"HAProxy does not answer at {self._path} ({error.strerror or error})"
        if isinstance(error, PermissionError):
            return f"{what}; put the service's user into the group of the socket"
        return f"{what}; start it, or set gate.haproxy.socket to its `stats socket`"
