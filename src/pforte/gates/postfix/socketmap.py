"""A table of Postfix over a socket (socketmap_table(5)): questions and answers are netstrings.

Postfix looks a client up by its name, the domains above it, its address, and then the address without its last part,
and without the last two, and so on (access(5)). Here only whole addresses are found.
"""

from pforte.gates.postfix.dialogue import QuestionError
from pforte.gates.postfix.reply import Replies

MAP_NAME = "pforte"
"""Name of the table, the last part of ``socketmap:inet:127.0.0.1:10041:pforte``."""

LONGEST_QUESTION = 4_096
"""Bytes of one question; the longest key is the name of a host."""

_DIGITS = len(str(LONGEST_QUESTION))


class SocketmapDialogue:
    """Answers what Postfix looks up on one connection.

    Args:
        replies: say who is refused.
    """

    def __init__(self, replies: Replies) -> None:
        self._replies = replies
        self._buffer = b""
        self._key = ""

    def feed(self, data: bytes) -> bytes:
        """Take bytes and return the answers to the questions that are complete."""
        questions, self._buffer = take_netstrings(self._buffer + data, LONGEST_QUESTION)
        return b"".join(
            _netstring(self.answer(question.decode("utf-8", "replace"))) for question in questions
        )

    def answer(self, question: str) -> str:
        """Return the answer to ``name key``."""
        name, space, key = question.partition(" ")
        if not space:
            raise QuestionError(f"{question[:60]!r} is not the name of a table and a key")
        if name != MAP_NAME:
            return f"PERM there is no table of this name here, only {MAP_NAME}"
        before, self._key = self._key, key
        # What is left of an IPv6 address without its last part may read as another address: of 1::3:4:5:6:7 it is
        # 1::3:4:5:6, whose /64 is another one.
        if before.startswith(f"{key}:"):
            return "NOTFOUND "
        reply = self._replies.to(key)
        return "NOTFOUND " if reply is None else f"OK {reply}"


def take_netstrings(data: bytes, longest: int) -> tuple[list[bytes], bytes]:
    """Take complete netstrings off the beginning of the data and return them and the rest.

    >>> take_netstrings(b"3:abc,0:,5:ab", 9)
    ([b'abc', b''], b'5:ab')

    Args:
        data: what arrived.
        longest: bytes that one may hold.

    Raises:
        QuestionError: the data are no netstrings, or one is longer.
    """
    found: list[bytes] = []
    start = 0
    while True:
        colon = data.find(b":", start, start + _DIGITS + 1)
        digits = data[start : colon if colon >= 0 else start + _DIGITS + 1]
        if not digits and colon < 0:
            return found, b""
        if not digits.isdigit() or len(digits) > _DIGITS or (digits[:1] == b"0" and digits != b"0"):
            raise QuestionError(f"{data[start : start + 60]!r} does not begin with the length of a netstring")
        if int(digits) > longest:
            raise QuestionError(f"a netstring of {int(digits)} bytes is longer than {longest}")
        end = colon + 1 + int(digits)
        if colon < 0 or end >= len(data):
            return found, data[start:]
        if data[end : end + 1] != b",":
            raise QuestionError(f"a netstring ends with {data[end : end + 1]!r} and not with a comma")
        found.append(data[colon + 1 : end])
        start = end + 1


def _netstring(text: str) -> bytes:
    raw = text.encode()
    return b"%d:%s," % (len(raw), raw)
