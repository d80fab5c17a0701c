"""What a login service says it refused, before the time is known."""

from dataclasses import dataclass
from typing import Literal

What = Literal["password", "unknown-user", "protocol", "relay"]
MOST_ATTEMPTS = 1000
"""Tries that one line may stand for; a larger number is no try of a person or a program."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused login or one abuse of a login protocol; see :class:`~pforte.visits.visit.LoginFailure`."""

    client: str
    service: str
    user: bytes
    what: What
    attempts: int = 1
    act: bytes = b""


def count_attempts(digits: bytes) -> int:
    """Read a number of tries, at least 1 and at most :data:`MOST_ATTEMPTS`.

    >>> count_attempts(b"5"), count_attempts(b"0"), count_attempts(b"99999999999")
    (5, 1, 1000)
    """
    return max(1, min(MOST_ATTEMPTS, int(digits[:5])))
