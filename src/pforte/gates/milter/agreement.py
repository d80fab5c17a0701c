"""What both sides agree on before the first client: what is sent, what is answered, what may be changed."""

from dataclasses import dataclass
from enum import IntFlag
from functools import lru_cache

from pforte.gates.milter.wire import Command, WireError, offer

VERSION = 6
OLDEST = 2
"""Version of the protocol before which a server cannot be talked to (Sendmail 8.11)."""


class Act(IntFlag):
    """What a filter may do to a message."""

    ADD_FIELDS = 0x1
    CHANGE_FIELDS = 0x10
    NAME_MACROS = 0x100
    """Name the macros that it wants."""


class Step(IntFlag):
    """What a server leaves out, which answers it does not wait for, and what it can do besides."""

    NO_END_OF_HEADER = 0x40
    NO_ANSWER_TO_HEADER = 0x80
    NO_UNKNOWN = 0x100
    NO_DATA = 0x200
    SKIP = 0x400
    """It understands that no more of a body is wanted."""
    REFUSED_RECIPIENTS = 0x800
    """It also tells recipients that it has refused itself."""
    NO_ANSWER_TO_CONNECT = 0x1000
    NO_ANSWER_TO_HELO = 0x2000
    NO_ANSWER_TO_BODY = 0x80000
    LEADING_SPACE = 0x100000
    """It tells the space behind the colon of a header field, and puts none there itself."""


_ACTS = Act.ADD_FIELDS | Act.CHANGE_FIELDS | Act.NAME_MACROS
_STEPS = (
    Step.NO_END_OF_HEADER
    | Step.NO_ANSWER_TO_HEADER
    | Step.NO_UNKNOWN
    | Step.NO_DATA
    | Step.SKIP
    | Step.REFUSED_RECIPIENTS
    | Step.NO_ANSWER_TO_CONNECT
    | Step.NO_ANSWER_TO_HELO
    | Step.NO_ANSWER_TO_BODY
    | Step.LEADING_SPACE
)
_UNANSWERED = {
    Command.CONNECT: Step.NO_ANSWER_TO_CONNECT,
    Command.HELO: Step.NO_ANSWER_TO_HELO,
    Command.HEADER: Step.NO_ANSWER_TO_HEADER,
    Command.BODY: Step.NO_ANSWER_TO_BODY,
}
_TLS = "{tls_version} {cipher} {cipher_bits}"
_MACROS = (
    (0, "j {client_resolve}"),  # CONNECT
    (1, _TLS),  # HELO
    (2, f"{_TLS} {{auth_authen}}"),  # MAIL; TLS again, for a client that greets only before STARTTLS
    (3, "{rcpt_mailer}"),  # RCPT
    (5, "i"),  # end of message
)
_OCTETS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What holds on one connection.

    Attributes:
        names_macros: whether the server sends those macros that are asked for.
        may_add: whether header fields may be added.
        may_change: whether header fields may be taken out.
        space: what must stand before the value of a field that is added, because the server puts nothing there.
        skips: whether the server understands that no more of a body is wanted.
        unanswered: commands to which the server does not wait for an answer.
        packet: what tells the server.
    """

    names_macros: bool
    may_add: bool
    may_change: bool
    space: bytes
    skips: bool
    unanswered: frozenset[Command]
    packet: bytes


def agree(data: bytes) -> Agreement:
    """Take of a server's offer what is useful here.

    Raises:
        WireError: it is no offer, or of a version that is too old.
    """
    if len(data) < _OCTETS:
        raise WireError(f"an offer of {len(data)} octets, which must be {_OCTETS}")
    version, acts, steps = (int.from_bytes(data[at : at + 4], "big") for at in (0, 4, 8))
    if version < OLDEST:
        raise WireError(f"version {version} of the protocol is older than {OLDEST}")
    return _agree(min(version, VERSION), acts & _ACTS, steps & _STEPS)


@lru_cache(maxsize=32)  # one server offers the same for each of its clients
def _agree(version: int, acts: int, steps: int) -> Agreement:
    names_macros = bool(acts & Act.NAME_MACROS)
    return Agreement(
        names_macros=names_macros,
        may_add=bool(acts & Act.ADD_FIELDS),
        may_change=bool(acts & Act.CHANGE_FIELDS),
        space=b" " if steps & Step.LEADING_SPACE else b"",
        skips=bool(steps & Step.SKIP),
        unanswered=frozenset(command for command, step in _UNANSWERED.items() if steps & step),
        packet=offer(version, acts, steps, _MACROS if names_macros else ()),
    )
