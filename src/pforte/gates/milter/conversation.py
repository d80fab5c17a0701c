"""What is said on one connection of a mail server: its commands drive a reception, and hear what to answer.

A refusal of the client or of its greeting is told at MAIL. At CONNECT the server would say a sentence of its own, and
senders show their users best what was answered to MAIL.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import structlog

from pforte.gates.milter.agreement import Agreement, agree
from pforte.gates.milter.client import Client, Macros, path_of, session_of
from pforte.gates.milter.letter import Letter
from pforte.gates.milter.wire import (
    ACCEPT,
    CONTINUE,
    SKIP,
    Command,
    Packet,
    WireError,
    insert_field,
    macros,
    remove_field,
    reply,
    texts,
)
from pforte.gates.space import Space
from pforte.mail.message import Message
from pforte.mail.reception import Answer, Outcome, Reception
from pforte.mail.session import Session

JUDGE_SECONDS = 25.0
"""How long one command may be judged: Postfix waits 30 s by default (``milter_command_timeout``)."""
MESSAGE_SECONDS = 240.0
"""How long a message may be judged: Postfix waits 300 s by default (``milter_content_timeout``)."""

T = TypeVar("T")
Receive = Callable[[Session], Reception]
"""Begins a session."""
Judging = Coroutine[Any, Any, bytes]
"""Something that takes time, and what is to be sent then."""

_TROUBLE = reply(Answer(451, "4.3.0", ("the mail could not be judged, try again later",)))
_LATE = reply(Answer(451, "4.3.0", ("the mail could not be judged in time, try again later",)))
_NO_SPACE = reply(Answer(451, "4.3.1", ("too many large mails at once, try again later",)))
_SILENT = b""

_log = structlog.get_logger("pforte.gates")


class _UnjudgedError(Exception):
    """Something could not be judged; it is logged already.

    Args:
        answer: what is sent instead.
    """

    def __init__(self, answer: bytes) -> None:
        self.answer = answer


@dataclass(frozen=True, slots=True)
class House:
    """What all connections share.

    Attributes:
        receive: begins a session.
        most: octets of a message at most.
        space: memory for messages that are under way.
        opens: whether mail is taken when judging it fails by a fault of ours; it is put off otherwise.
    """

    receive: Receive
    most: int
    space: Space
    opens: bool


class Conversation:
    """Answers one connection; its calls do not overlap.

    Args:
        house: what all connections share.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._agreement: Agreement | None = None
        self._macros: dict[int, Macros] = {}
        self._client: Client | None = None
        self._letter: Letter | None = None
        self.is_over = False
        """Whether the server has said that it says no more."""

    def answer(self, packet: Packet) -> bytes | Judging:
        """Take one packet; return what is to be sent, or what has to be awaited first to know it.

        Raises:
            WireError: the server does not keep to the protocol; awaiting may raise it too.
        """
        if self._agreement is None and packet.command != Command.NEGOTIATE:
            raise WireError("the first packet must be an offer")
        take = self._TAKEN.get(packet.command)
        if take is None:
            raise WireError(f"there is no command {bytes((packet.command,))!r}")
        return take(self, packet.data)

    def close(self) -> None:
        """End the session that is open, whatever was going on."""
        self._drop_letter()
        client, self._client = self._client, None
        if client is not None:
            client.reception.closed()

    # What needs no waiting.

    def _negotiate(self, data: bytes) -> bytes:
        self.close()
        self._agreement = agree(data)
        return self._agreement.packet

    def _note_macros(self, data: bytes) -> bytes:
        command, said = macros(data)
        self._macros[command] = said
        return _SILENT

    def _connect(self, data: bytes) -> bytes:
        self.close()
        said = self._macros.pop(Command.CONNECT, {})
        session = session_of(data, said, tls_known=self._agreed.names_macros)
        self._client = Client(self._house.receive(session))
        return self._go_on(Command.CONNECT)

    def _greet(self, data: bytes) -> bytes:
        self._known.greet(path_of(texts(data)[0]), self._macros.pop(Command.HELO, {}))
        return self._go_on(Command.HELO)

    def _add_field(self, data: bytes) -> bytes:
        self._open_letter().add_field(data)
        return self._go_on(Command.HEADER)

    def _add_body(self, data: bytes) -> bytes:
        letter = self._open_letter()
        letter.add_body(data)
        go_on = self._go_on(Command.BODY)
        return SKIP if go_on and letter.is_lost and self._agreed.skips else go_on

    def _pass(self, _: bytes) -> bytes:
        return CONTINUE

    def _abort(self, _: bytes) -> bytes:
        self._drop_letter()
        if self._client is not None:
            self._client.reception.reset()
            self._client.unjudged = b""
        return _SILENT

    def _quit(self, _: bytes) -> bytes:
        self.is_over = True
        return _SILENT

    def _begin_again(self, _: bytes) -> bytes:
        self.close()
        self._macros.clear()
        return _SILENT

    # What is judged.

    async def _take_sender(self, data: bytes) -> bytes:
        client = self._known
        self._drop_letter()
        client.unjudged = b""
        path, *parameters = texts(data)
        return await self._decide(client.give(path_of(path), parameters, self._macros.pop(Command.MAIL, {})))

    async def _take_recipient(self, data: bytes) -> bytes:
        client = self._known
        recipient = path_of(texts(data)[0])
        if self._macros.pop(Command.RECIPIENT, {}).get("rcpt_mailer") == "error":
            client.reception.failed()
            return CONTINUE
        if client.unjudged:
            return client.unjudged
        return await self._decide(client.reception.recipient(recipient))

    async def _judge_message(self, data: bytes) -> bytes:
        client, letter = self._known, self._open_letter()
        queue = self._macros.pop(Command.END_OF_MESSAGE, {}).get("i", "")
        try:
            raw = letter.finish(data)
            if client.unjudged:
                return client.unjudged
            if letter.is_lost:
                client.reception.reset()
                return _NO_SPACE if letter.has_no_space else reply(_too_large(self._house.most))
            outcome = await self._judge(client.reception.message(raw, queue), MESSAGE_SECONDS)
        except _UnjudgedError as unjudged:
            return self._give_up(unjudged)
        finally:
            self._drop_letter()
        return reply(outcome.answer) if outcome.answer else self._changes(outcome, raw) + CONTINUE

    async def _decide(self, judging: Awaitable[Answer | None]) -> bytes:
        try:
            answer = await self._judge(judging, JUDGE_SECONDS)
        except _UnjudgedError as unjudged:
            return self._give_up(unjudged)
        return reply(answer) if answer else CONTINUE

    async def _judge(self, judging: Awaitable[T], seconds: float) -> T:
        """Wait for a judgement, for so many seconds.

        Raises:
            _UnjudgedError: it failed, or took too long.
        """
        try:
            async with asyncio.timeout(seconds):
                return await judging
        except TimeoutError as error:
            # Whoever can make us wait, such as by a slow DNS server, must not get in by it.
            _log.warning("gate.judged-too-long", gate="milter", seconds=seconds, then="451")
            raise _UnjudgedError(_LATE) from error
        except Exception as error:  # whatever failed, the mail server must hear an answer
            _log.exception("gate.not-judged", gate="milter", then="open" if self._house.opens else "closed")
            raise _UnjudgedError(ACCEPT if self._house.opens else _TROUBLE) from error

    def _give_up(self, unjudged: _UnjudgedError) -> bytes:
        """Return what is answered when something could not be judged, and to all that still comes of the mail."""
        self._known.unjudged = unjudged.answer
        return unjudged.answer

    def _changes(self, outcome: Outcome, raw: bytes) -> bytes:
        """Return the packets that add and remove header fields, as far as the server lets them be changed."""
        agreed, packets = self._agreed, []
        if outcome.removed and agreed.may_change:
            packets += _removals(Message(raw), outcome.removed)
        if agreed.may_add:
            # Each is put before all others: the first to stand comes last.
            packets += [insert_field(name, value, agreed.space) for name, value in reversed(outcome.added)]
        return b"".join(packets)

    # What is known.

    @property
    def _agreed(self) -> Agreement:
        assert self._agreement is not None  # noqa: S101  nothing else is answered before it
        return self._agreement

    @property
    def _known(self) -> Client:
        if self._client is None:
            raise WireError("a client must connect first")
        return self._client

    def _go_on(self, command: Command) -> bytes:
        return _SILENT if command in self._agreed.unanswered else CONTINUE

    def _open_letter(self) -> Letter:
        if self._letter is None:
            self._known  # noqa: B018  there is no message without a client
            joint = b"" if self._agreed.space else b" "
            self._letter = Letter(self._house.most, self._house.space, joint)
        return self._letter

    def _drop_letter(self) -> None:
        letter, self._letter = self._letter, None
        if letter is not None:
            letter.drop()

    _TAKEN: ClassVar[dict[int, Callable[[Any, bytes], bytes | Judging]]] = {
        Command.NEGOTIATE: _negotiate,
        Command.MACROS: _note_macros,
        Command.CONNECT: _connect,
        Command.HELO: _greet,
        Command.MAIL: _take_sender,
        Command.RECIPIENT: _take_recipient,
        Command.DATA: _pass,
        Command.HEADER: _add_field,
        Command.END_OF_HEADER: _pass,
        Command.BODY: _add_body,
        Command.END_OF_MESSAGE: _judge_message,
        Command.UNKNOWN: _pass,
        Command.ABORT: _abort,
        Command.QUIT: _quit,
        Command.QUIT_NEW_CONNECTION: _begin_again,
    }
    """What takes each command."""


def _removals(message: Message, indexes: tuple[int, ...]) -> list[bytes]:
    """Return the packets that take out fields: the last first, so that no place of another moves."""
    names = [each.name.rstrip(b" \t").lower() for each in message.fields]
    return [
        remove_field(message.fields[index].name.rstrip(b" \t"), names[: index + 1].count(names[index]))
        for index in sorted(indexes, reverse=True)
    ]


def _too_large(most: int) -> Answer:
    return Answer(552, "5.3.4", (f"the mail is larger than {most} octets",))
