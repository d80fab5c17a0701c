"""Log-ins: Dovecot asks about each of them before it looks at the password (its "authentication policy").

A question is an object of JSON in the body of a POST, an answer is one too: a status of 0 lets in, one below it refuses,
and its message is shown to whoever logs in.
"""

import json

ALLOWED = 0
REFUSED = -1

NOT_NOW = "Try again in some minutes: it is not known yet who may come in"
"""While nothing is known of the bans and the gate is to be closed then."""


def remote_of(body: bytes) -> str | None:
    """Return who logs in: an address, "" for a program of the machine itself, or None where the question says nothing.

    >>> remote_of(b'{"login": "jane", "remote": "192.0.2.7", "protocol": "imap"}')
    '192.0.2.7'

    Args:
        body: of the question.
    """
    try:
        question = json.loads(body)
    except (ValueError, RecursionError):
        return None
    remote = question.get("remote") if isinstance(question, dict) else None
    return remote if isinstance(remote, str) else None


def answer(status: int, message: str = "") -> bytes:
    """Return an answer as it goes over the wire.

    Args:
        status: ALLOWED or REFUSED.
        message: what a refused user is told, in one line.
    """
    body = json.dumps({"status": status, "msg": message}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
