"""One session on the wire: when the client may speak, how long it may take, and how the session ends."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from pforte.gates.smtp.dialogue import (
    MOST_MAILS,
    MOST_RECIPIENTS,
    Act,
    Addressing,
    Arrived,
    Beginning,
    Dialogue,
    Forgetting,
    Greeting,
    Odd,
    Said,
    Securing,
    Sending,
)
from pforte.gates.smtp.encryption import tls_of
from pforte.gates.smtp.house import House
from pforte.gates.smtp.replies import (
    BEGIN,
    ENDING,
    FINE,
    IDLE_TALK,
    LONG_COMMAND,
    SILENT,
    TLS_READY,
    TOO_LARGE,
    TOO_MANY_ERRORS,
    TROUBLE,
    greeting,
    render,
)
from pforte.gates.smtp.trace import literal
from pforte.gates.smtp.transaction import Transactions
from pforte.gates.smtp.wire import Wire
from pforte.mail.reception import Answer
from pforte.mail.session import Moved, Oddity, Session
from pforte.net.addresses import Address

COMMAND_SECONDS = 300.0
"""How long a whole command may take to come (RFC 5321 s4.5.3.2.7); octets one by one do not prolong it."""
TEXT_SECONDS = 180.0
"""How long no octet of a text may come."""
SLOWEST = 1_000
"""Octets of a text that must come in a second, once it has had ``COMMAND_SECONDS``."""
LINGER_SECONDS = 2.0
MOST_ERRORS = 20
MOST_IDLE = 100
"""Commands that bring no mail forward."""
_PROOF = 80


class Conversation:
    """One session.

    Args:
        house: what all share.
        wire: the connection.
        address: of the client.
        port: of the client.
    """

    def __init__(self, house: House, wire: Wire, address: Address, port: int) -> None:
        self._house, self._wire = house, wire
        self._reception = house.receive(Session(address=address, port=port))
        self._transactions = Transactions(house, self._reception)
        self._dialogue = Dialogue(house.most, house.room)
        self._errors = self._idle = 0
        self._deadline = 0.0
        self._farewell: Answer | None = None
        self.waits_since: float | None = None
        """Since when the client lets us wait without a mail under way; None while it does not."""

    async def hold(self) -> None:
        """Hold the session to its end."""
        last: Answer | None = TROUBLE
        try:
            last = await self._speak()
        except TimeoutError:
            last = SILENT
        except OSError:
            last = None  # it is gone, or its handshake failed
        except asyncio.CancelledError:
            last = None  # nobody waits any more for the client to listen
            self._wire.transport.write(render(ENDING))
            raise
        finally:
            self._dialogue.forget()
            self._reception.closed()
            self._transactions.close()
            await self._leave(last)

    def hang_up(self, answer: Answer) -> None:
        """End the session with an answer as soon as it waits for the client."""
        self._farewell = answer
        self._wire.wake()

    async def _speak(self) -> Answer | None:
        """Speak to the end; return the answer that ends the session, None where the client did."""
        refusal = await self._meet()
        if refusal is not None:
            return refusal
        await self._say(Answer(220, "", (f"{self._reception.facts.house.host} ESMTP",)))
        while True:
            act = self._dialogue.next()
            if act is None:
                if self._farewell is not None:
                    return self._farewell
                if (self._dialogue.text_arrived or 0) > 2 * self._house.most:
                    return TOO_LARGE  # it has no end
                octets = await self._hear()
                if not octets and self._wire.is_ended:
                    return None
                self._dialogue.feed(octets)
                continue
            answer = await self._answer(act)
            if answer is None:
                continue
            if answer.closes:
                return answer
            await self._say(answer)
            if answer is TLS_READY:
                await self._secure()

    # Hearing and saying.

    async def _hear(self) -> bytes:
        """Return what comes next.

        Raises:
            TimeoutError: it takes too long.
        """
        now, arrived = self._house.clock.monotonic(), self._dialogue.text_arrived
        limit = self._deadline
        if arrived is None:
            self.waits_since = now if self._dialogue.is_idle else None
        else:
            limit = min(now + TEXT_SECONDS, limit + arrived / SLOWEST)
        try:
            async with asyncio.timeout(max(0.0, limit - now)):
                return await self._wire.read()
        finally:
            self.waits_since = None

    async def _say(self, answer: Answer) -> None:
        await self._wire.write(render(answer))
        self._deadline = self._house.clock.monotonic() + COMMAND_SECONDS

    async def _leave(self, last: Answer | None) -> None:
        """Say a last answer so that it arrives, and end the connection."""
        try:
            if last is not None:
                await self._say(last)
                if last.code >= 400:
                    await self._wire.linger(LINGER_SECONDS)
            await self._wire.end(LINGER_SECONDS)
        except OSError:
            pass  # it is gone, or does not listen
        finally:
            self._wire.transport.abort()

    # The beginning.

    async def _meet(self) -> Answer | None:
        """Judge the client, and whether it waits for its greeting (RFC 5321 s3.1); return a refusal, or None."""
        judging = asyncio.create_task(self._house.ask(self._reception.connected()))
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._house.delay.total_seconds()):
                    await self._wire.stir()
            refusal = await judging
        finally:
            judging.cancel()
        early = self._wire.take()
        if refusal is not None or not early:
            return refusal
        self._dialogue.feed(early)
        return await self._house.ask(self._reception.moved(Moved(Oddity.EARLY_TALK, early[:_PROOF])))

    async def _secure(self) -> None:
        """Begin TLS; what was said before it counts no more (RFC 3207 s4.2)."""
        await self._wire.secure(self._house.certificate.context(), is_server=True)
        self._reception.secured(tls_of(self._wire.transport.get_extra_info("ssl_object")))
        self._transactions.close()
        self._deadline = self._house.clock.monotonic() + COMMAND_SECONDS

    # Acts.

    async def _answer(self, act: Act) -> Answer | None:
        """Return what is answered to an act, or None for nothing."""
        if isinstance(act, Odd):
            return await self._hear_odd(act.moved)
        answer = await self._perform(act)
        if answer.closes:
            return answer
        if isinstance(act, Securing):
            self._wire.hold()  # what comes from now on is the handshake
        self._dialogue.feed(self._wire.take())
        overtaken = self._dialogue.overtaken()
        if overtaken is not None:
            refusal = await self._house.ask(self._reception.moved(overtaken))
            if refusal is not None:
                return replace(refusal, closes=True)
        if isinstance(act, Arrived) or answer.code < 400:
            self._dialogue.accept(act)
        return self._count(act, answer)

    async def _perform(self, act: Act) -> Answer:  # noqa: PLR0911  one for each act
        match act:
            case Said(answer=answer):
                return answer
            case Greeting():
                return await self._greet(act)
            case Securing():
                return TLS_READY
            case Sending(path=path):
                return await self._transactions.begin(path)
            case Addressing(recipient=recipient):
                return await self._transactions.address(recipient)
            case Arrived(text=text):
                return await self._transactions.take(text)
            case Beginning():
                return BEGIN
            case Forgetting() | Odd():
                await self._transactions.forget()
                return FINE

    async def _greet(self, act: Greeting) -> Answer:
        await self._transactions.forget()
        refusal = await self._house.ask(self._reception.greeted(act.name, extended=act.extended))
        if refusal is not None:
            return refusal
        # RFC 9422 s4: the limits that this session has.
        more = [f"SIZE {self._house.most}", f"LIMITS MAILMAX={MOST_MAILS} RCPTMAX={MOST_RECIPIENTS}"]
        if not self._dialogue.secured:
            more.append("STARTTLS")
        host, client = self._reception.facts.house.host, literal(self._transactions.client)
        return greeting(host, client, tuple(more) if act.extended else None)

    async def _hear_odd(self, moved: Moved) -> Answer | None:
        refusal = await self._house.ask(self._reception.moved(moved))
        if refusal is not None:
            return replace(refusal, closes=True)
        return LONG_COMMAND if moved.oddity is Oddity.LONG_COMMAND else None

    def _count(self, act: Act, answer: Answer) -> Answer:
        """Count errors and idle talk; return the answer, or the one that ends the session over them."""
        self._errors += answer.code >= 400
        self._idle += isinstance(act, Forgetting | Greeting) or (isinstance(act, Said) and act.is_idle)
        if self._errors > MOST_ERRORS:
            return TOO_MANY_ERRORS
        return IDLE_TALK if self._idle > MOST_IDLE else answer
