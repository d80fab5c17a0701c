"""What may come when: the server's side of SMTP (RFC 5321 s4.1.4), without input and output.

Octets are fed in; :meth:`Dialogue.next` says what the client asks for; whoever holds the conversation finds the answer,
and says by :meth:`Dialogue.accept` that it was granted.
"""

from dataclasses import dataclass

from pforte.gates.smtp.commands import (
    Command,
    CommandError,
    Path,
    check_mail_parameters,
    read_chunk,
    read_command,
    read_path,
)
from pforte.gates.smtp.incoming import Incoming
from pforte.gates.smtp.replies import FINE, GOODBYE, NO_SMTP, TOO_MANY_MAILS, complaint
from pforte.gates.smtp.text import Room, Text
from pforte.mail.reception import Answer
from pforte.mail.session import Moved, Oddity

MOST_RECIPIENTS = 1_000
"""Recipients of a mail; RFC 5321 s4.5.3.1.8 asks for 100 at least."""
MOST_MAILS = 100
"""Mails over one connection."""
_PROOF = 80

# RFC 2920 s3.1, RFC 3207 s4: these end a group of commands, because the answer decides what may follow.
_ALONE = frozenset(("EHLO", "HELO", "DATA", "VRFY", "EXPN", "NOOP", "STARTTLS"))
# What browsers send, or what stands in the header of a mail or a request: somebody lets a program talk to us unknowingly.
_FOREIGN = frozenset(("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PRI", "PUT", "TRACE"))


@dataclass(frozen=True, slots=True)
class Said:
    """The answer is known. ``is_idle`` is what brings no mail forward."""

    answer: Answer
    is_idle: bool = False


@dataclass(frozen=True, slots=True)
class Odd:
    """The client did what no standard allows."""

    moved: Moved


@dataclass(frozen=True, slots=True)
class Greeting:
    """HELO, or EHLO."""

    name: str
    extended: bool


@dataclass(frozen=True, slots=True)
class Securing:
    """STARTTLS."""


@dataclass(frozen=True, slots=True)
class Sending:
    """MAIL."""

    path: Path


@dataclass(frozen=True, slots=True)
class Addressing:
    """RCPT."""

    recipient: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """DATA."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail is here, or is lost."""

    text: Text


@dataclass(frozen=True, slots=True)
class Forgetting:
    """RSET."""


Act = Said | Odd | Greeting | Securing | Sending | Addressing | Beginning | Arrived | Forgetting


@dataclass(slots=True)
class _Chunk:
    """A chunk under way; ``text`` is None where there is no mail that it could belong to."""

    announced: int
    left: int
    is_last: bool
    text: Text | None


class Dialogue:
    """One session.

    Args:
        most: octets of a mail at most.
        room: memory for the texts of all sessions.
    """

    def __init__(self, most: int, room: Room) -> None:
        self._most, self._room = most, room
        self._incoming = Incoming()
        self.extended = False
        self.secured = False
        self._is_greeted = False
        self._mail: Path | None = None
        self._recipients = 0
        self._mails = 0
        self._text: Text | None = None
        self._is_data = False
        self._chunk: _Chunk | None = None
        self._is_alone = False
        self._spoke_unextended = False

    def feed(self, octets: bytes) -> None:
        """Take octets that have arrived."""
        self._incoming.octets += octets

    @property
    def text_arrived(self) -> int | None:
        """Return how many octets of a text have come that is under way, or None."""
        if self._is_data or self._chunk is not None:
            return self._text.arrived if self._text else 0
        return None

    @property
    def is_idle(self) -> bool:
        """Say whether no mail is under way."""
        return self._mail is None and self.text_arrived is None

    def overtaken(self) -> Moved | None:
        """Return the oddity if more has come before the answer to the last act, where the client had to await it."""
        waiting = self._incoming.octets
        if waiting and (self._is_alone or self._spoke_unextended):
            return Moved(Oddity.PIPELINING, bytes(waiting[:_PROOF]))
        return None

    def next(self) -> Act | None:
        """Return what the client asks for next, or None where more must arrive."""
        self._is_alone, self._spoke_unextended = False, False
        if self._chunk is not None:
            return self._hear_chunk(self._chunk)
        if self._is_data and self._text is not None:
            return self._hear_text(self._text)
        line = self._incoming.line()
        if line is None:
            return None
        self._spoke_unextended = not self.extended
        if isinstance(line, Moved):
            return Odd(line)
        try:
            return self._hear(read_command(line))
        except CommandError as error:
            return Said(complaint(error.code, error.enhanced, str(error)))

    def accept(self, act: Act) -> None:
        """Take note that what the client asked for was granted."""
        match act:
            case Greeting(extended=extended):
                self._is_greeted, self.extended = True, extended
            case Securing():
                # RFC 3207 s4.2: both sides begin anew.
                self.forget()
                self._incoming.octets.clear()
                self.secured, self._is_greeted, self.extended = True, False, False
            case Sending(path=path):
                self._mail = path
            case Addressing():
                self._recipients += 1
            case Beginning():
                self._is_data, self._text = True, Text(self._most, self._room)
            case Forgetting() | Arrived():
                self.forget()
            case Said() | Odd():
                pass

    def forget(self) -> None:
        """Forget the mail under way."""
        if self._text is not None:
            self._text.leave()
        self._mail, self._text, self._recipients, self._is_data = None, None, 0, False
        if self._chunk is not None:
            self._chunk.text = None

    # Commands.

    def _hear(self, command: Command) -> Act | None:  # noqa: PLR0911  one for each command
        verb, argument = command.verb, command.argument
        self._is_alone = verb in _ALONE
        match verb:
            case "EHLO" | "HELO":
                return self._hear_greeting(verb, argument)
            case "STARTTLS":
                return self._hear_securing(argument)
            case "MAIL":
                return self._hear_sender(argument)
            case "RCPT":
                return self._hear_recipient(argument)
            case "DATA":
                return self._hear_data(argument)
            case "BDAT":
                return self._hear_bdat(argument)
            case "RSET" if not argument:
                return Forgetting()
            case "QUIT":
                return Said(GOODBYE)
            case _:
                return _hear_other(verb)

    def _hear_greeting(self, verb: str, argument: str) -> Act:
        if not argument:
            raise CommandError(501, "5.5.4", f"{verb} needs the name of your host")
        self.forget()  # RFC 5321 s4.1.4
        return Greeting(argument, extended=verb == "EHLO")

    def _hear_securing(self, argument: str) -> Act:
        if argument:
            raise CommandError(501, "5.5.4", "STARTTLS takes nothing behind it")
        if self.secured or self._mail is not None:
            raise CommandError(503, "5.5.1", "STARTTLS comes once, and before a mail")
        return Securing()

    def _hear_sender(self, argument: str) -> Act:
        if not self._is_greeted:
            raise CommandError(503, "5.5.1", "say EHLO first")
        if self._mail is not None:
            raise CommandError(503, "5.5.1", "a mail has a sender already; RSET begins anew")
        if self._mails >= MOST_MAILS:
            return Said(TOO_MANY_MAILS)
        path = read_path(argument, "FROM")
        if path.parameters and not self.extended:
            raise CommandError(555, "5.5.4", "parameters need EHLO")
        check_mail_parameters(path, self._most)
        return Sending(path)

    def _hear_recipient(self, argument: str) -> Act:
        if self._mail is None or self._text is not None:
            raise CommandError(503, "5.5.1", "RCPT follows MAIL")
        path = read_path(argument, "TO")
        if path.parameters:
            raise CommandError(555, "5.5.4", "parameters of RCPT are not known here")
        if self._recipients >= MOST_RECIPIENTS:
            raise CommandError(452, "4.5.3", "too many recipients; send the mail to the others again")
        return Addressing(path.address)

    def _hear_data(self, argument: str) -> Act:
        if argument:
            raise CommandError(501, "5.5.4", "DATA takes nothing behind it")
        if not self._recipients or self._text is not None:
            raise CommandError(503, "5.5.1", "DATA follows RCPT, and does not go with BDAT")
        self._mails += 1
        return Beginning()

    def _hear_bdat(self, argument: str) -> Act | None:
        try:
            length, is_last = read_chunk(argument)
        except CommandError as error:
            # Nobody knows which of the octets that follow are commands.
            return Said(Answer(error.code, error.enhanced, (str(error),), closes=True))
        if self._recipients and self._text is None:
            self._mails += 1
            self._text = Text(self._most, self._room)
        # RFC 3030 s2: the octets come whether they are wanted or not.
        self._chunk = _Chunk(length, length, is_last, self._text)
        return self._hear_chunk(self._chunk)

    # Text.

    def _hear_text(self, text: Text) -> Act | None:
        found = text.take(self._incoming.octets)
        if isinstance(found, Moved):
            return Odd(found)
        self._spoke_unextended = found and not self.extended
        return Arrived(text) if found else None

    def _hear_chunk(self, chunk: _Chunk) -> Act | None:
        incoming = self._incoming.octets
        length = min(chunk.left, len(incoming))
        chunk.left -= length
        if chunk.text is None:
            del incoming[:length]
        else:
            moved = chunk.text.take_chunk(incoming, length, is_last=chunk.is_last and not chunk.left)
            if moved is not None:
                return Odd(moved)
        if chunk.left:
            return None
        self._chunk = None
        if chunk.text is None:
            return Said(complaint(503, "5.5.1", "BDAT follows RCPT"))
        if chunk.is_last or chunk.text.loss is not None:
            return Arrived(chunk.text)
        return Said(complaint(250, "2.0.0", f"{chunk.announced} octets"))


def _hear_other(verb: str) -> Said:
    match verb:
        case "NOOP" | "RSET":
            return Said(
                FINE if verb == "NOOP" else complaint(501, "5.5.4", "RSET takes nothing behind it"),
                is_idle=True,
            )
        case "HELP":
            return Said(
                complaint(214, "2.0.0", "RFC 5321 tells how; the reply to a refusal tells why"), is_idle=True
            )
        case "VRFY":
            return Said(complaint(252, "2.1.5", "send a mail and see"), is_idle=True)
        case "EXPN" | "AUTH" | "ETRN" | "TURN" | "XCLIENT" | "XFORWARD":
            return Said(complaint(502, "5.5.1", f"{verb} is not offered"))
        case _ if verb in _FOREIGN:
            return Said(NO_SMTP)
        case _:
            return Said(complaint(500, "5.5.1", "the command is not known"))
