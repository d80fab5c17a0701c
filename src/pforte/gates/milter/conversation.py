"""What is said on one connection of a mail server: its commands drive a reception, and hear what to answer.

A refusal of the client or of its greeting is told at MAIL. At CONNECT the server would say a sentence of its own, and
senders show their users best what was answered to MAIL.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from pforte.gates.milter.agreement import Agreement, Step, agree
from pforte.gates.milter.client import path_of, session_of, tls_of
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
from pforte.mail.session import Session, Tls

JUDGE_SECONDS = 25.0
"""How long one command may be judged: Postfix waits 30 s by default (``milter_command_timeout``)."""
MESSAGE_SECONDS = 240.0
"""How long a message may be judged: Postfix waits 300 s by default (``milter_content_timeout``)."""
MOST_PARAMETERS = 100

T = TypeVar("T")
Receive = Callable[[Session], Reception]
"""Begins a session."""

_TROUBLE = Answer(451, "4.3.0", ("the mail could not be judged, try again later",))
_NO_SPACE = Answer(451, "4.3.1", ("too many large mails at once, try again later",))
_SILENT = b""

_log = structlog.get_logger("pforte.gates")


class _TroubleError(Exception):
    """The judging failed; it is logged already."""


@dataclass(frozen=True, slots=True)
class House:
    """What all connections share.

    Attributes:
        receive: begins a session.
        most: octets of a message at most.
        space: memory for messages that are under way.
        opens: whether mail is taken when judging it fails; it is put off otherwise.
    """

    receive: Receive
    most: int
    space: Space
    opens: bool


@dataclass(slots=True)
class _Client:
    """One SMTP client.

    Attributes:
        reception: judges it.
        helo: what it called itself.
        tls: its encryption.
        shut: the refusal of the client itself.
        unwelcome: the refusal of its greeting.
        is_in_doubt: whether judging the client or its greeting failed.
        is_mail_in_doubt: whether judging its present mail failed.
    """

    reception: Reception
    helo: str = ""
    tls: Tls | None = None
    shut: Answer | None = None
    unwelcome: Answer | None = None
    is_in_doubt: bool = False
    is_mail_in_doubt: bool = False


@dataclass(slots=True)
class _Said:
    """Macros by the command that they belong to."""

    by_command: dict[int, dict[str, str]] = field(default_factory=dict)

    def of(self, command: Command) -> Mapping[str, str]:
        return self.by_command.get(command, {})


class Conversation:
    """Answers one connection; its calls do not overlap.

    Args:
        house: what all connections share.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._agreement: Agreement | None = None
        self._said = _Said()
        self._client: _Client | None = None
        self._letter: Letter | None = None
        self.is_over = False
        """Whether the server has said that it says no more."""
        # What comes often and needs no waiting, and the rest.
        self._at_once: dict[int, Callable[[bytes], bytes]] = {
            Command.MACROS: self._note_macros,
            Command.HEADER: self._add_field,
            Command.BODY: self._add_body,
            Command.DATA: self._pass,
            Command.END_OF_HEADER: self._pass,
            Command.UNKNOWN: self._pass,
            Command.ABORT: self._abort,
            Command.QUIT: self._quit,
            Command.QUIT_NEW_CONNECTION: self._begin_again,
            Command.NEGOTIATE: self._negotiate,
        }
        self._judged: dict[int, Callable[[bytes], Awaitable[bytes]]] = {
            Command.CONNECT: self._connect,
            Command.HELO: self._greet,
            Command.MAIL: self._take_sender,
            Command.RECIPIENT: self._take_recipient,
            Command.END_OF_MESSAGE: self._judge_message,
        }

    @property
    def is_underway(self) -> bool:
        """Say whether a message is arriving."""
        return self._letter is not None

    async def answer(self, packet: Packet) -> bytes:
        """Take one packet and return what is to be sent.

        Raises:
            WireError: the server does not keep to the protocol.
        """
        if self._agreement is None and packet.command != Command.NEGOTIATE:
            raise WireError("the first packet must be an offer")
        at_once = self._at_once.get(packet.command)
        if at_once is not None:
            return at_once(packet.data)
        judged = self._judged.get(packet.command)
        if judged is None:
            raise WireError(f"there is no command {bytes((packet.command,))!r}")
        return await judged(packet.data)

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
        return self._agreement.packet()

    def _note_macros(self, data: bytes) -> bytes:
        command, said = macros(data)
        self._said.by_command[command] = said
        return _SILENT

    def _add_field(self, data: bytes) -> bytes:
        self._open_letter().add_field(data)
        return self._go_on(Command.HEADER)

    def _add_body(self, data: bytes) -> bytes:
        letter = self._open_letter()
        letter.add_body(data)
        go_on = self._go_on(Command.BODY)
        return SKIP if go_on and letter.is_lost and Step.SKIP in self._agreed.steps else go_on

    def _pass(self, _: bytes) -> bytes:
        return CONTINUE

    def _abort(self, _: bytes) -> bytes:
        self._drop_letter()
        if self._client is not None:
            self._client.reception.reset()
            self._client.is_mail_in_doubt = False
        return _SILENT

    def _quit(self, _: bytes) -> bytes:
        self.is_over = True
        return _SILENT

    def _begin_again(self, _: bytes) -> bytes:
        self.close()
        self._said = _Said()
        return _SILENT

    # What is judged.

    async def _connect(self, data: bytes) -> bytes:
        self.close()
        said = self._said.of(Command.CONNECT)
        session = session_of(data, said, tls_known=self._agreed.names_macros)
        client = self._client = _Client(self._house.receive(session))
        try:
            client.shut = await self._judge(client.reception.connected(), JUDGE_SECONDS)
        except _TroubleError:
            client.is_in_doubt = True
        return self._go_on(Command.CONNECT)

    async def _greet(self, data: bytes) -> bytes:
        client = self._known
        client.helo = path_of(texts(data)[0])
        self._note_tls(client, self._said.of(Command.HELO))
        await self._hear_greeting(client)
        return self._go_on(Command.HELO)

    async def _take_sender(self, data: bytes) -> bytes:
        client = self._known
        self._drop_letter()
        client.is_mail_in_doubt = False
        path, *parameters = texts(data)
        said = self._said.of(Command.MAIL)
        if self._note_tls(client, said):
            await self._hear_greeting(client)
        if client.is_in_doubt:
            return self._give_up()
        if said.get("auth_authen"):
            client.reception.authenticated(said["auth_authen"])  # one of ours, wherever he is
        else:
            refusal = client.shut or client.unwelcome
            if refusal is not None:
                return reply(refusal)
        given = tuple(each.decode("utf-8", "surrogateescape") for each in parameters[:MOST_PARAMETERS])
        judging = client.reception.sender(path_of(path), given)
        return await self._decide(judging)

    async def _take_recipient(self, data: bytes) -> bytes:
        client = self._known
        recipient = path_of(texts(data)[0])
        if self._said.of(Command.RECIPIENT).get("rcpt_mailer") == "error":
            client.reception.failed()
            return CONTINUE
        if client.is_mail_in_doubt:
            return self._give_up()
        return await self._decide(client.reception.recipient(recipient))

    async def _judge_message(self, data: bytes) -> bytes:
        client, letter = self._known, self._open_letter()
        queue = self._said.of(Command.END_OF_MESSAGE).get("i", "")
        try:
            raw = letter.finish(data)
            if client.is_mail_in_doubt:
                return self._give_up()
            if letter.is_lost:
                client.reception.reset()
                return reply(_NO_SPACE if letter.has_no_space else _too_large(self._house.most))
            outcome = await self._judge(client.reception.message(raw, queue), MESSAGE_SECONDS)
        except _TroubleError:
            return self._give_up()
        finally:
            self._drop_letter()
        return reply(outcome.answer) if outcome.answer else self._changes(outcome, raw) + CONTINUE

    async def _decide(self, judging: Awaitable[Answer | None]) -> bytes:
        try:
            answer = await self._judge(judging, JUDGE_SECONDS)
        except _TroubleError:
            return self._give_up()
        return reply(answer) if answer else CONTINUE

    async def _judge(self, judging: Awaitable[T], seconds: float) -> T:
        """Wait for a judgement, for so many seconds.

        Raises:
            _TroubleError: it failed.
        """
        try:
            async with asyncio.timeout(seconds):
                return await judging
        except Exception as error:  # whatever failed, the mail server must hear an answer
            _log.exception("gate.not-judged", gate="milter", then="open" if self._house.opens else "closed")
            raise _TroubleError from error

    def _give_up(self) -> bytes:
        """Return what is answered when judging failed, and to all that still comes of the mail."""
        self._known.is_mail_in_doubt = True
        return ACCEPT if self._house.opens else reply(_TROUBLE)

    async def _hear_greeting(self, client: _Client) -> None:
        if client.shut is not None or client.is_in_doubt:
            return  # it will be refused whatever it says
        try:
            greeted = client.reception.greeted(client.helo, extended=True)  # HELO or EHLO is not told
            client.unwelcome = await self._judge(greeted, JUDGE_SECONDS)
        except _TroubleError:
            client.is_in_doubt = True

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
    def _known(self) -> _Client:
        if self._client is None:
            raise WireError("a client must connect first")
        return self._client

    def _note_tls(self, client: _Client, said: Mapping[str, str]) -> bool:
        """Take note of encryption; say whether it is new."""
        tls = tls_of(said)
        if tls is None or tls == client.tls:
            return False
        client.tls = tls
        client.reception.secured(tls)
        return True

    def _go_on(self, command: Command) -> bytes:
        return CONTINUE if self._agreed.awaits(command) else _SILENT

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


def _removals(message: Message, indexes: tuple[int, ...]) -> list[bytes]:
    """Return the packets that take out fields: the last first, so that no place of another moves."""
    names = [each.name.rstrip(b" \t").lower() for each in message.fields]
    return [
        remove_field(message.fields[index].name.rstrip(b" \t"), names[: index + 1].count(names[index]))
        for index in sorted(indexes, reverse=True)
    ]


def _too_large(most: int) -> Answer:
    return Answer(552, "5.3.4", (f"the mail is larger than {most} octets",))
