"""Dovecot 1.x to 2.4: the login services, and the lines of its authentication (``auth_verbose``).

The address is the last ``rip=`` or ``rhost=``, or the one behind the name in ``pam(NAME,ADDRESS)``: the client's
name stands before it. Connections without a try to log in are no failures, nor is trouble of the user database.

Authentication lines do not say for which service somebody tried; they count as IMAP.
"""

import re

from pforte.visits.formats.client import read_client
from pforte.visits.formats.refusal import Refusal, What, count_attempts

_SERVICES = {
    b"imap-login": "imap",
    b"pop3-login": "pop3",
    b"managesieve-login": "sieve",
    b"submission-login": "smtp",
}
_AUTH = (b"auth", b"auth-worker", b"dovecot-auth")
PROGRAMS = frozenset((b"dovecot", *_SERVICES, *_AUTH))

MARKS: tuple[bytes, ...] = (
    rb"\(auth failed, ",
    rb"\(proxy dest auth failed",
    rb"\(tried to use dis(?:abled|allowed) plaintext auth",
    b"pam_authenticate",
    b": unknown user",
    b"[Pp]assword mismatch",
    b"invalid credentials",
    rb"dovecot:auth\): authentication failure",
)

_PART = re.compile(rb"([a-z0-9-]{1,32})(?:\([^)]{0,64}\))?: ")
_LEVEL = re.compile(rb"(?:Info|Warning|Error|Debug): ")
_WORKER = re.compile(rb"(?:conn [^ ]{1,128} \([^)]{0,64}\): )?auth-worker<\d{1,10}>: ")
_LOGIN = re.compile(
    rb"\((?:auth failed, (\d{1,9}) attempts|proxy dest auth failed|tried to use dis(?:abled|allowed) plaintext auth)"
)
_BEFORE_CLIENT = re.compile(rb"\): (?=user=<|method=|rip=)")
_RIP = re.compile(rb"(?:\A|[ ,>])rip=([^, ]++)")
_USER = re.compile(rb"user=<([^>]{0,512}+)>")
_DATABASE = re.compile(
    rb"(?:conn [^ ]{1,128}: )?[a-z][a-z0-9-]{0,31}\((.*),([0-9A-Fa-f:.]{2,45})(?:,[^ ,()]{0,64})?\): (.*+)",
    re.DOTALL,
)
_PAM_UNIX = re.compile(
    rb"pam_[a-z0-9]{1,16}\(dovecot:auth\): authentication failure; .* rhost=([^ ]++)(?: ++user=([^ ]*+))?",
    re.DOTALL,
)
_PAM_FAILED = (b"authentication failure", b"permission denied", b"user not known")


def read_message(program: bytes, message: bytes) -> Refusal | None:
    """Read one message of Dovecot; None when it tells of no failure.

    Args:
        program: who wrote it: ``dovecot``, or in Dovecot's own log file the service itself.
        message: its text.

    >>> read_message(b"imap-login", b"Disconnected (auth failed, 2 attempts): user=<jo>, rip=192.0.2.1, lip=192.0.2.9")
    Refusal(client='192.0.2.1', service='imap', user=b'jo', what='password', attempts=2, act=b'')
    """
    part, text = program, message.rstrip()
    while part == b"dovecot":
        match = _PART.match(text)
        if match is None:
            return None
        part, text = match[1], text[match.end() :]
    level = _LEVEL.match(text)
    if level is not None:
        text = text[level.end() :]
    if part in _SERVICES:
        return _login(_SERVICES[part], text)
    return _authentication(text) if part in _AUTH else None


def _login(service: str, text: bytes) -> Refusal | None:
    start = _BEFORE_CLIENT.search(text)
    if start is None:
        return None
    match = _LOGIN.search(text, 0, start.start() + 1)
    addresses = _RIP.findall(text, start.end() - 1)
    if match is None or not addresses:
        return None
    user = _USER.search(text, start.end())
    what: What = "protocol" if match[0].startswith(b"(tried") else "password"
    attempts = count_attempts(match[1]) if match[1] else 1
    return _refusal(addresses[-1], service, user[1] if user else b"", what, attempts)


def _authentication(text: bytes) -> Refusal | None:
    worker = _WORKER.match(text)
    if worker is not None:
        text = text[worker.end() :]
    match = _PAM_UNIX.fullmatch(text)
    if match is not None:
        return _refusal(match[1], "imap", match[2] or b"", "password")
    match = _DATABASE.fullmatch(text)
    what = None if match is None else _reason(match[3].lower())
    if match is None or what is None:
        return None
    return _refusal(match[2], "imap", match[1], what)


def _reason(said: bytes) -> What | None:
    if said.startswith(b"unknown user"):
        return "unknown-user"
    if said.startswith((b"password mismatch", b"invalid credentials")):
        return "password"
    failed = said.removeprefix(b"pam_authenticate() failed: ")
    return "password" if failed != said and failed.startswith(_PAM_FAILED) else None


def _refusal(client: bytes, service: str, user: bytes, what: What, attempts: int = 1) -> Refusal | None:
    address = read_client(client)
    return None if address is None else Refusal(address, service, user, what, attempts)
