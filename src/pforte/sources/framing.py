"""Syslog messages out of a TCP stream (RFC 6587)."""

import re

COUNT_DIGITS = 9
"""Digits a message's length has at most."""

# RFC 6587 s3.4.1: MSG-LEN SP SYSLOG-MSG, and every SYSLOG-MSG begins with its PRI. A line of text may well begin
# with a number, so all three must be there.
_COUNT = re.compile(rb"([1-9][0-9]{0,%d}) (?=<)" % (COUNT_DIGITS - 1))
_PART_OF_COUNT = re.compile(rb"[1-9][0-9]{0,%d} ?" % (COUNT_DIGITS - 1))


class Framer:
    """Takes one connection's stream apart.

    Each message may be framed by octet counting (RFC 6587 s3.4.1) or end in a newline (s3.4.2); a sender may use
    both. Messages are the same however the stream was split. It holds ``limit`` bytes and a count at most.

    Args:
        limit: longest message in bytes; the rest of a longer one is dropped. Choose it beyond the longest line, so
            that whoever writes the line sees that it was cut.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._searched = 0  # bytes of the buffer known to hold no newline
        self._skip = 0  # bytes of a counted message still to be dropped
        self._skip_line = False  # whether the rest of a line is to be dropped
        self._need = 0  # bytes of the counted message under way; 0 between messages
        self.broken = 0
        """How many counted messages ended before their count."""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the messages that are complete now, without their framing; none is empty."""
        self._buffer += data
        messages: list[bytes] = []
        at = 0
        while (step := self._step(at, messages)) is not None:
            at = step
        del self._buffer[:at]
        return messages

    def end(self) -> list[bytes]:
        """Return what the stream ended with: a last line without a newline is one."""
        rest, self._buffer = bytes(self._buffer), bytearray()
        if self._need or self._skip:
            self.broken += bool(self._need)
            return []
        return [rest] if rest and not self._skip_line else []

    def _step(self, at: int, messages: list[bytes]) -> int | None:
        """Deal with what begins at ``at``; return where it ends, or None where more bytes are needed."""
        have = len(self._buffer) - at
        if have == 0:
            return None
        if self._skip or self._skip_line:
            return self._drop(at, have)
        if self._need:
            return self._take_counted(at, messages)
        if self._searched == 0:
            if count := _COUNT.match(self._buffer, at):
                self._need = int(count[1])
                return count.end()
            part = _PART_OF_COUNT.match(self._buffer, at)
            if part is not None and part.end() == len(self._buffer):
                return None  # the next byte tells
        return self._take_line(at, messages)

    def _take_counted(self, at: int, messages: list[bytes]) -> int | None:
        end = at + min(self._need, self._limit)
        if len(self._buffer) < end:
            return None
        messages.append(bytes(self._buffer[at:end]))
        self._skip, self._need = self._need - (end - at), 0
        return end

    def _take_line(self, at: int, messages: list[bytes]) -> int | None:
        newline = self._buffer.find(b"\n", at + self._searched, at + self._limit + 1)
        if newline < 0:
            self._searched = min(len(self._buffer) - at, self._limit + 1)
            if self._searched <= self._limit:
                return None
            self._skip_line = True
            newline = at + self._limit
        if newline > at:
            messages.append(bytes(self._buffer[at:newline]))
        self._searched = 0
        return newline if self._skip_line else newline + 1

    def _drop(self, at: int, have: int) -> int:
        if self._skip:
            step = min(self._skip, have)
            self._skip -= step
            return at + step
        newline = self._buffer.find(b"\n", at)
        self._skip_line = newline < 0
        return len(self._buffer) if newline < 0 else newline + 1
