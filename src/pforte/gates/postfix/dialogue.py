"""What a connection from Postfix speaks: bytes in, bytes out."""

from typing import Protocol


class QuestionError(Exception):
    """A question cannot be understood, so nothing that follows it can be either; the message quotes its beginning."""


class Dialogue(Protocol):
    """One side of one connection."""

    def feed(self, data: bytes) -> bytes:
        """Take bytes that arrived and return the answers to all questions that are complete with them.

        Raises:
            QuestionError: the other side does not speak the protocol, or asks at too great length.
        """
        ...
