"""A message as it arrives, put together octet for octet as the client sent it, so that DKIM can judge it."""

from pforte.gates.space import Space


class Letter:
    """One message.

    What is too much is thrown away at once: then the message is of no use, and says why.

    Args:
        most: octets of one message.
        space: memory that all messages share.
        joint: what the server took away between the colon of a header field and its value.
    """

    def __init__(self, most: int, space: Space, joint: bytes) -> None:
        self._most, self._space, self._joint = most, space, joint
        self._raw = bytearray()
        self._is_in_body = False
        self.is_too_large = False
        self.has_no_space = False

    def add_field(self, data: bytes) -> None:
        """Take a header field: name and value, each ended by an octet 0; the lines of a folded one end with LF."""
        name, _, value = data.partition(b"\0")
        value = value.removesuffix(b"\0")
        if b"\n" in value:
            value = value.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        self._add(b"%s:%s%s\r\n" % (name, self._joint, value))

    def add_body(self, piece: bytes) -> None:
        """Take a piece of the body; its lines end with CRLF."""
        if not self._is_in_body:
            self._is_in_body = True
            self._add(b"\r\n")
        self._add(piece)

    @property
    def is_lost(self) -> bool:
        """Say whether it cannot be judged."""
        return self.is_too_large or self.has_no_space

    def finish(self, last: bytes) -> bytes:
        """Take the last piece of the body, which may be empty, and return the whole message; b"" if it is lost."""
        self.add_body(last)
        return bytes(self._raw)

    def drop(self) -> None:
        """Let go of the memory."""
        self._space.give_back(len(self._raw))
        self._raw = bytearray()

    def _add(self, piece: bytes) -> None:
        if self.is_lost:
            return
        if len(self._raw) + len(piece) > self._most:
            self.is_too_large = True
        elif not self._space.take(len(piece)):
            self.has_no_space = True
        else:
            self._raw += piece
            return
        self.drop()
