"""The policy service with the mail policy behind it: clients, senders and recipients are judged, not only looked up.

A question holds all that is known until its stage, so each is judged for itself. Looking things up takes time, and
questions of other connections must not wait for it.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from pforte.gates.listening import Door, open_door
from pforte.gates.postfix.dialogue import QuestionError
from pforte.gates.postfix.policy import LONGEST_QUESTION, Question, parse_question
from pforte.mail.checks.declaration import Stage
from pforte.mail.reception import Answer
from pforte.mail.session import Envelope, Session, Tls
from pforte.net.addresses import AddressError, parse_address

Ask = Callable[[Session, Envelope, Stage, str], Awaitable[Answer | None]]
"""Judges a session as far as a stage; the last word is the same for all questions about one mail."""

IDLE_SECONDS = 1_800.0
CLOSE_SECONDS = 2.0
PASS = "DUNNO"  # noqa: S105  an action of access(5)
LONGEST_TEXT = 400
"""Characters of a reply; Postfix puts the client's name before them, and a reply has at most 512 (RFC 5321 s4.5.3.1.5)."""

_STAGES = {
    "CONNECT": Stage.CONNECT,
    "EHLO": Stage.HELO,
    "HELO": Stage.HELO,
    "MAIL": Stage.MAIL,
    "RCPT": Stage.RECIPIENT,
    "DATA": Stage.RECIPIENT,
    "END-OF-MESSAGE": Stage.RECIPIENT,
}
_UNKNOWN = "unknown"

_log = structlog.get_logger("pforte.gates")


class JudgingListener:
    """Listens for the questions of Postfix.

    Args:
        address: host and port, or the path of a UNIX socket.
        ask: judges.
        hold: returns what puts a client off while nothing is known of the bans, or None.
        connections: connections held at most.
    """

    def __init__(
        self,
        address: str,
        ask: Ask,
        hold: Callable[[str], str | None] = lambda _: None,
        connections: int = 1_000,
    ) -> None:
        self._address, self._ask, self._hold, self._most = address, ask, hold, connections
        self._door: Door | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._ending = asyncio.Event()

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            GateError: the address cannot be used.
        """
        self._door = await open_door(self._address, "gate.postfix.listen", self._connect)

    def port(self) -> int:
        """Return the port it listens at; the address may leave the choice to the system by port 0."""
        assert self._door is not None  # noqa: S101  asked between open and close only
        return self._door.port

    async def close(self) -> None:
        """Stop listening; questions under way are answered, for at most two seconds."""
        if self._door is None:
            return
        self._door.close()
        self._door = None
        self._ending.set()
        if self._open:
            await asyncio.wait(set(self._open), timeout=CLOSE_SECONDS)
        for writer in self._open.values():
            writer.transport.abort()

    def _connect(self) -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(limit=LONGEST_QUESTION), self._meet)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  start_server makes one for each connection
        if len(self._open) >= self._most:
            _log.warning("gate.full", gate="postfix", text=f"more than {self._most} connections at once")
            writer.transport.abort()
            return
        self._open[task] = writer
        try:
            await self._answer_all(reader, writer)
        except QuestionError as error:
            # Postfix then waits a second, asks again on a new connection, and goes by its own default.
            _log.warning("gate.bad-question", gate="postfix", text=str(error))
            writer.transport.abort()
        except (ConnectionError, TimeoutError):
            pass  # who is gone hears nothing
        finally:
            del self._open[task]
            writer.close()

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ending = asyncio.create_task(self._ending.wait())
        try:
            while not self._ending.is_set():
                question = asyncio.create_task(reader.readuntil(b"\n\n"))
                await asyncio.wait(
                    (question, ending), timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if not question.done():
                    question.cancel()
                    return
                action = await self._action(parse_question(_read(question)))
                writer.write(f"action={action}\n\n".encode("ascii", "replace"))
                await writer.drain()
        except asyncio.IncompleteReadError:
            return  # it has ended
        finally:
            ending.cancel()

    async def _action(self, question: Question) -> str:
        stage = _STAGES.get(question["protocol_state"])
        if stage is None:  # VRFY and ETRN lead to no mail
            return PASS
        try:
            session = session_of(question)
        except AddressError:
            return PASS  # a client without an address is a program of this machine
        held = self._hold(question["client_address"])
        if held is not None:
            return held
        answer = await self._ask(session, envelope_of(question, stage), stage, question.get("instance", ""))
        return PASS if answer is None else action_of(answer)


def _read(question: "asyncio.Task[bytes]") -> bytes:
    try:
        return question.result()[:-2]
    except asyncio.LimitOverrunError as error:
        raise QuestionError(f"a question is longer than {LONGEST_QUESTION} bytes") from error


def session_of(question: Question) -> Session:
    """Return what a question says of the session.

    Raises:
        AddressError: the client has no address.
    """
    name = question.get("client_name", "")
    version = question.get("encryption_protocol", "")
    bits = question.get("encryption_keysize", "")
    port = question.get("client_port", "")
    return Session(
        address=parse_address(question.get("client_address", "")),
        port=int(port) if port.isascii() and port.isdigit() else 0,
        # Postfix gives a name here only if it leads back to the address; why there is none, it does not say.
        names=(name.lower(),) if name and name != _UNKNOWN else None,
        helo=question.get("helo_name", ""),
        tls=Tls(version, question.get("encryption_cipher", ""), int(bits) if bits.isdigit() else 0)
        if version
        else None,
        user=question.get("sasl_username", ""),
    )


def envelope_of(question: Question, stage: Stage) -> Envelope:
    """Return what a question says of sender and recipient as far as they are known at its stage."""
    recipient = question.get("recipient", "")
    return Envelope(
        sender=question.get("sender", "") if stage >= Stage.MAIL else None,
        # Postfix tells none, so what only SMTPUTF8 allows may have been announced.
        parameters_known=False,
        recipients=(recipient,) if recipient and stage >= Stage.RECIPIENT else (),
        queue=question.get("queue_id", ""),
    )


def action_of(answer: Answer) -> str:
    """Return what Postfix is to do, as access(5) has it: it says everything in one line."""
    return f"{answer.code} {answer.enhanced} {' '.join(answer.texts)[:LONGEST_TEXT]}"
