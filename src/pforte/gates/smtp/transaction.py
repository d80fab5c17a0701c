"""The mails of one session: each command is put to the policy, then to whoever takes the mail (RFC 5321 s3.3)."""

import secrets
from dataclasses import replace

import structlog

from pforte.dns.forward_confirmed import Outcome as Names
from pforte.gates.smtp.commands import Path
from pforte.gates.smtp.handover import Client, Letter
from pforte.gates.smtp.house import House, UnjudgedError
from pforte.gates.smtp.recipients import fault_in, why_not_ours
from pforte.gates.smtp.replies import NO_ROOM, RECIPIENT_FINE, SENDER_FINE, TOO_LARGE, UNJUDGED
from pforte.gates.smtp.text import Loss, Text
from pforte.gates.smtp.trace import compose, render_received
from pforte.mail.reception import Answer, Outcome, Reception

_log = structlog.get_logger("pforte.gates")


class Transactions:
    """Takes the mails of one session, one after another.

    Args:
        house: what all sessions share.
        reception: the session in front of the policy.
    """

    def __init__(self, house: House, reception: Reception) -> None:
        self._house, self._reception = house, reception
        self._carrier = house.carrier()
        self._letter: Letter | None = None

    @property
    def client(self) -> Client:
        """Return who gives the mails, as far as it is known now."""
        session, names = self._reception.facts.session, self._reception.facts.names
        proven = names.names if names is not None and names.status is Names.PASS else ()
        return Client(
            address=session.address,
            port=session.port,
            name=proven[0] if proven else "",
            helo=session.helo,
            extended=session.extended,
            tls=session.tls,
        )

    async def begin(self, path: Path) -> Answer:
        """Begin a mail (MAIL)."""
        queue = secrets.token_hex(6).upper()
        judging = self._reception.sender(path.address, path.parameters, queue)
        refusal = await self._house.ask(judging)
        if refusal is not None:
            return refusal
        self._letter = Letter(client=self.client, path=path, queue=queue)
        return SENDER_FINE

    async def address(self, recipient: str) -> Answer:
        """Add a recipient (RCPT): first it must be one of ours, then the policy is asked, and the next hop last."""
        letter = self._under_way()
        is_international = letter.path.parameter("SMTPUTF8") is not None
        fault = fault_in(recipient, international=is_international) or why_not_ours(
            recipient, self._reception.facts.house.domains
        )
        if fault is not None:
            self._reception.failed()
            return fault
        refusal = await self._house.ask(self._reception.recipient(recipient))
        if refusal is not None:
            return refusal
        refusal = await self._carrier.address(letter, recipient)
        if refusal is not None:
            if self._reception.facts.envelope.recipients[-1:] == (recipient,):
                self._reception.refused_elsewhere()
            return refusal
        self._letter = replace(letter, recipients=(*letter.recipients, recipient))
        return RECIPIENT_FINE

    async def take(self, text: Text) -> Answer:
        """Take the message (the end of the data); it is safe with somebody else when the answer says so."""
        if text.loss is not None:
            await self.forget()
            return TOO_LARGE if text.loss is Loss.TOO_LARGE else NO_ROOM
        letter, raw = self._under_way(), text.message
        self._letter = None
        try:
            outcome = await self._house.judge(self._reception.message(raw, letter.queue))
        except UnjudgedError:
            outcome = None
            self._reception.reset()
        refusal = self._refusal(outcome)
        if refusal is not None:
            await self._carrier.forget()
            return refusal
        received = render_received(letter, self._reception.facts.house.host, self._house.clock.now())
        answer = await self._carrier.deliver(letter, compose(raw, outcome, received))
        _log.info(
            "gate.mail",
            gate="smtp",
            queue=letter.queue,
            address=str(letter.client.address),
            sender=letter.path.address,
            recipients=len(letter.recipients),
            octets=len(raw),
            answer=f"{answer.code} {answer.enhanced} {answer.texts[0] if answer.texts else ''}",
        )
        return answer

    async def forget(self) -> None:
        """Forget the mail under way (RSET)."""
        self._letter = None
        self._reception.reset()
        await self._carrier.forget()

    def close(self) -> None:
        """Let go of whoever takes the mails; the next mail finds it anew."""
        self._letter = None
        self._carrier.close()

    def _under_way(self) -> Letter:
        assert self._letter is not None  # noqa: S101  the dialogue lets nothing pass before MAIL
        return self._letter

    def _refusal(self, outcome: Outcome | None) -> Answer | None:
        if outcome is None:
            return None if self._house.opens else UNJUDGED
        return outcome.answer
