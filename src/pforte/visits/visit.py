"""What one log line says about one access.

Times are POSIX seconds (UTC) because the hot path compares and counts them; they become ``datetime`` in an offence.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visit:
    """One HTTP request.

    Attributes:
        client: the client's address as written in the line.
        at: event time, POSIX seconds.
        method: request method, or b"" where the request line was malformed.
        target: request target as received (still percent-encoded); the whole request field where it was malformed.
        protocol: such as b"HTTP/1.1", or b"".
        status: answer status, 0 where the format has none.
        agent: User-Agent, b"" where absent or ``-``.
        referrer: Referer, b"" where absent or ``-``.
        host: site the request was for, b"" where the format has none.
        user: authenticated user, b"" where none.
    """

    client: str
    at: float
    method: bytes
    target: bytes
    protocol: bytes
    status: int
    agent: bytes
    referrer: bytes
    host: bytes
    user: bytes


@dataclass(frozen=True, slots=True)
class LoginFailure:
    """One refused login or one abuse of a login protocol.

    Attributes:
        client: the client's address as written in the line.
        at: event time, POSIX seconds.
        service: ``ssh``, ``smtp``, ``imap``, ``pop3`` or ``sieve``.
        user: the name that was tried, b"" where unknown.
        what: ``password``, ``unknown-user``, ``protocol`` (no or broken login dialogue) or ``relay``.
        attempts: tries this one line stands for, at least 1 ("message repeated 5 times").
        act: what an automatic retry repeats to the letter, such as sender and recipient of a mail; b"" where the
            line tells no such thing.
    """

    client: str
    at: float
    service: str
    user: bytes
    what: str
    attempts: int = 1
    act: bytes = b""
