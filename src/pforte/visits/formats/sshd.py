"""OpenSSH's sshd, from 3.x to ``sshd-session`` and ``sshd-auth``.

The name that somebody tries to log in with stands unquoted in these lines and may hold anything, such as
`` from 192.0.2.1 port 22``. So the address is always taken where the client cannot write: after the name it is the
last one, at the end of the message. A line in which several addresses could be meant gives nothing.

Not taken as failures, because people and monitoring cause them as well: keys of a known user that did not fit (an
agent offers one after another), ``Connection closed`` before a name was said, and lines of PAM, which repeat what sshd
says itself.
"""

import re
from collections.abc import Callable

from pforte.visits.formats.client import read_client
from pforte.visits.formats.refusal import Refusal, What

PROGRAMS = frozenset((b"sshd", b"sshd-session", b"sshd-auth"))

MARKS: tuple[bytes, ...] = (
    b"Failed [a-z-]",
    b"[Ii]nvalid user ",
    b"[Ii]llegal user ",
    b"authenticating user ",
    b" not allowed because ",
    b"PAM: ",
    b"LOGIN REFUSED",
    b"maximum authentication attempts",
    b"Did not receive identification",
    b"Bad protocol version",
    b"Protocol major versions differ",
    b"banner exchange: Connection",
    b"Unable to negotiate with",
    b"Received disconnect from",
    b"refused connect from",
    b"ssh_dispatch_run_fatal",
    b"Timeout before authentication",
    b"drop connection ",
)

_PORT = rb"(?: port \d{1,5})"
_NUMBERED = re.compile(rb"\[ID \d{1,10} [a-z0-9.]{1,20}\] ")
_TAIL = re.compile(rb"([^ ]++)" + _PORT + rb"?(?: ssh[12]?)?")
_FULL_TAIL = re.compile(rb"([^ ]++)" + _PORT + rb" ssh[12]")
_INSIDE = re.compile(rb" from ([^ ]++)" + _PORT + rb" ssh[12]: ")
_NAMED_TAIL = re.compile(rb"([^ ]++)" + _PORT)
_NAMED_INSIDE = re.compile(rb" (?=([^ ]++)" + _PORT + rb": )")
_FIRST = rb"([^ ,]{0,80}[^ ,:])"
_VIA = re.compile(rb"([^ ]++)(?: via [^ ]++)?")
_AT_START = re.compile(_FIRST + _PORT + rb"?(?:[:, ]|\Z)")
_DISCONNECT = re.compile(_FIRST + _PORT + rb"?: ?(\d{1,3}): ?(.*+)", re.DOTALL)
_WRAPPED = re.compile(rb".* \(([^ ()]++)\)", re.DOTALL)
_PENALTY = re.compile(rb"#\d{1,9} from \[([^\] ]++)\]:\d{1,5} on \[[^\] ]++\]:\d{1,5} penalty: ")
_TIMEOUT = re.compile(rb"(?:connection from )?([^ ]++)(?: port \d{1,5}\.?| to [^ ,]++, pid = \d{1,10})?")
_BROKEN_OFF = (b"reset by peer", b"timed out", b"Broken pipe", b"closed by", b"No route to host")
"""Ends of a connection that say nothing about the client."""
_PAM_REFUSALS = (b"authentication failure", b"authentication error", b"authentication failed")
_PAM_UNKNOWN = b"user not known to the underlying authentication module"

Read = Callable[[bytes], Refusal | None]


def read_message(message: bytes) -> Refusal | None:
    """Read one message of sshd; None when it tells of no failure.

    >>> read_message(b"Invalid user x from 192.0.2.9 from 192.0.2.1 port 4022")
    Refusal(client='192.0.2.1', service='ssh', user=b'x from 192.0.2.9', what='unknown-user', attempts=1, act=b'')
    """
    text = message.rstrip()
    if text.startswith(b"[ID "):
        text = _NUMBERED.sub(b"", text, count=1)
    for prefix in (b"error: ", b"fatal: "):
        text = text.removeprefix(prefix)
    text = text.removesuffix(b" [preauth]")
    for start, read in _BY_WORD.get(text.partition(b" ")[0], ()):
        if text.startswith(start):
            return read(text[len(start) :])
    return None


def _refusal(client: bytes, user: bytes, what: What) -> Refusal | None:
    address = read_client(client)
    return None if address is None else Refusal(address, "ssh", user, what)


def _name(text: bytes) -> tuple[bytes, bool]:
    """Return the name and whether sshd knows it not."""
    for unknown in (b"invalid user ", b"illegal user "):
        if text.startswith(unknown):
            return text.removeprefix(unknown), True
    return text, False


def _failed(text: bytes) -> Refusal | None:
    """Read ``METHOD for [invalid user ]NAME from ADDRESS port N ssh2[: KEY]``.

    sshd adds text behind ``ssh2`` for keys and hosts only. For hosts it holds what the client said, so that a second
    address makes the line worthless.
    """
    method, _, rest = text.partition(b" for ")
    before, _, tail = rest.rpartition(b" from ")
    match = _FULL_TAIL.fullmatch(tail)
    if match is None:
        inside = list(_INSIDE.finditer(rest))
        if inside and (len(inside) == 1 or method != b"hostbased"):
            before, match = rest[: inside[-1].start()], inside[-1]
        elif not inside:
            match = _TAIL.fullmatch(tail)
    if match is None or b" " in method:
        return None
    user, unknown = _name(before + b" ")
    if method in (b"publickey", b"none") and not unknown:
        return None
    return _refusal(match[1], user[:-1], "unknown-user" if unknown else "password")


def _invalid_user(text: bytes) -> Refusal | None:
    user, _, tail = (b" " + text).rpartition(b" from ")
    match = _TAIL.fullmatch(tail)
    return None if match is None else _refusal(match[1], user[1:], "unknown-user")


def _not_allowed(text: bytes) -> Refusal | None:
    """Read ``NAME from ADDRESS not allowed because ...``; the name is that of an account."""
    who, reason, _ = text.partition(b" not allowed because ")
    user, _, address = who.rpartition(b" from ")
    return _refusal(address, user, "unknown-user") if reason else None


def _pam(text: bytes) -> Refusal | None:
    said, _, rest = text.partition(b" for ")
    before, _, tail = rest.rpartition(b" from ")
    match = _VIA.fullmatch(tail)
    lowered = said.lower()
    if match is None or (lowered not in _PAM_REFUSALS and lowered != _PAM_UNKNOWN):
        return None
    user, unknown = _name(before)
    return _refusal(match[1], user, "unknown-user" if unknown or lowered == _PAM_UNKNOWN else "password")


def _too_many(text: bytes) -> Refusal | None:
    before, _, tail = text.rpartition(b" from ")
    match = _TAIL.fullmatch(tail)
    user, unknown = _name(before)
    return None if match is None else _refusal(match[1], user, "unknown-user" if unknown else "password")


def _left(text: bytes) -> Refusal | None:
    """Read ``NAME ADDRESS port N``."""
    pieces = (b" " + text).rsplit(b" ", 3)
    if len(pieces) != 4 or not _NAMED_TAIL.fullmatch(b" ".join(pieces[1:])):
        return None
    return _refusal(pieces[1], pieces[0][1:], "protocol")


def _thrown_out(text: bytes) -> Refusal | None:
    """Read ``NAME ADDRESS port N: REASON``; the reason may repeat the name."""
    places = list(_NAMED_INSIDE.finditer(b" " + text))
    if len({place[1] for place in places}) != 1:
        return None
    return _refusal(places[-1][1], text[: places[-1].start()].rstrip(b" "), "protocol")


def _address_first(text: bytes) -> Refusal | None:
    match = _AT_START.match(text)
    return None if match is None else _refusal(match[1], b"", "protocol")


def _bad_version(text: bytes) -> Refusal | None:
    match = _TAIL.fullmatch(text.rpartition(b" from ")[2])
    return None if match is None else _refusal(match[1], b"", "protocol")


def _no_banner(text: bytes) -> Refusal | None:
    return _address_first(text) if text.endswith(b": invalid format") else None


def _broken(text: bytes) -> Refusal | None:
    """Read ``[authenticating user NAME ]ADDRESS port N: REASON`` of a broken key exchange or packet."""
    if text.endswith(_BROKEN_OFF):
        return None
    for named in (b"authenticating user ", b"invalid user "):
        if text.startswith(named):
            return _thrown_out(text.removeprefix(named))
    return _address_first(text)


def _disconnect(text: bytes) -> Refusal | None:
    """Read the reasons of RFC 4253 s11.1 that tell of a failed login: 3 (as JSch misuses it) and 14."""
    match = _DISCONNECT.match(text)
    if match is None:
        return None
    if match[2] == b"3" and match[3].endswith(b"Auth fail"):
        return _refusal(match[1], b"", "password")
    if match[2] == b"14" and b"authentication methods available" in match[3]:
        return _refusal(match[1], b"", "protocol")
    return None


def _refused(text: bytes) -> Refusal | None:
    match = _WRAPPED.fullmatch(text) or _VIA.fullmatch(text)
    return None if match is None else _refusal(match[1], b"", "protocol")


def _penalty(text: bytes) -> Refusal | None:
    match = _PENALTY.match(text)
    return None if match is None else _refusal(match[1], b"", "protocol")


def _timeout(text: bytes) -> Refusal | None:
    match = _TIMEOUT.fullmatch(text)
    return None if match is None else _refusal(match[1], b"", "protocol")


_READERS: tuple[tuple[bytes, Read], ...] = (
    (b"Failed ", _failed),
    (b"Invalid user ", _invalid_user),
    (b"invalid user ", _invalid_user),
    (b"Illegal user ", _invalid_user),
    (b"illegal user ", _invalid_user),
    (b"User ", _not_allowed),
    (b"PAM: ", _pam),
    (b"ROOT LOGIN REFUSED FROM ", _address_first),
    (b"maximum authentication attempts exceeded for ", _too_many),
    (b"Connection closed by authenticating user ", _left),
    (b"Connection closed by invalid user ", _left),
    (b"Connection reset by authenticating user ", _left),
    (b"Connection reset by invalid user ", _left),
    (b"Disconnected from authenticating user ", _left),
    (b"Disconnected from invalid user ", _left),
    (b"Disconnecting authenticating user ", _thrown_out),
    (b"Disconnecting invalid user ", _thrown_out),
    (b"Did not receive identification string from ", _address_first),
    (b"Bad protocol version identification ", _bad_version),
    (b"Protocol major versions differ for ", _address_first),
    (b"banner exchange: Connection from ", _no_banner),
    (b"Unable to negotiate with ", _address_first),
    (b"ssh_dispatch_run_fatal: Connection from ", _broken),
    (b"Received disconnect from ", _disconnect),
    (b"refused connect from ", _refused),
    (b"Timeout before authentication for ", _timeout),
    (b"drop connection ", _penalty),
)
"""How a message begins, and who reads the rest of it."""

_BY_WORD = {
    word: tuple(reader for reader in _READERS if reader[0].partition(b" ")[0] == word)
    for word in {start.partition(b" ")[0] for start, _ in _READERS}
}
