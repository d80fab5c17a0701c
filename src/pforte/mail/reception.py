"""One SMTP session in front of the policy: the gates tell what the client does and hear what to answer.

The journey of a mail: facts of the session are gathered, each stage's checks are asked, the findings are kept until the
recipient is known, and one verdict is given. A refusal is filed before it is told, so that its page is there.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from pforte.mail.checks.declaration import Finding, Stage
from pforte.mail.facts import NOTHING_YET, Facts
from pforte.mail.message import Message
from pforte.mail.policy import Policy
from pforte.mail.session import Envelope, Moved, Session, Tls
from pforte.mail.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client is told.

    Attributes:
        code: SMTP code.
        enhanced: enhanced status code.
        texts: one for each line, printable ASCII.
        reference: public code of the refusal.
        closes: whether the connection ends with it.
    """

    code: int
    enhanced: str
    texts: tuple[str, ...]
    reference: str = ""
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a message.

    Attributes:
        answer: the refusal, or None where it passes.
        verdict: all findings.
        added: header fields to put before the message, as name and folded value without the last line end.
        removed: header fields to take out: index of the field in :attr:`Message.fields`.
    """

    answer: Answer | None
    verdict: Verdict
    added: tuple[tuple[str, str], ...] = ()
    removed: tuple[int, ...] = ()


SEPARATELY = Answer(452, "4.5.3", ("Other rules hold for this recipient: send to it in a mail of its own",))
"""What is told about a recipient that cannot share a mail with those before it."""


class Inquiry(Protocol):
    """Finds out what the client does not say itself: DNS, block lists, rates, identity. Never raises for trouble."""

    async def of_client(self, facts: Facts) -> Facts:
        """Add what is known of the client once it has connected."""
        ...

    async def of_sender(self, facts: Facts) -> Facts:
        """Add what is known of the envelope's sender."""
        ...

    async def of_recipient(self, facts: Facts) -> Facts:
        """Add what is known once the last recipient is named: rates and greylisting."""
        ...

    async def of_message(self, facts: Facts) -> Facts:
        """Add who answers for the message: SPF, DKIM, DMARC, ARC and the author's domain."""
        ...

    def headers(self, facts: Facts, verdict: Verdict) -> tuple[tuple[tuple[str, str], ...], tuple[int, ...]]:
        """Return the header fields to add to a message that passes, and the indexes of those to remove."""
        ...


class Ledger(Protocol):
    """Keeps what was judged."""

    async def file(self, facts: Facts, verdict: Verdict) -> str:
        """Keep a verdict; return the public reference of a refusal, which is kept before this returns.

        What was seen of a mail that passes may be kept a moment later, and has no reference then ("").
        """
        ...

    def page(self, reference: str) -> str:
        """Return the address of the page that explains a reference, or ""."""
        ...

    def count(self, facts: Facts, verdict: Verdict) -> None:
        """Count a mail that was judged to its end, or refused before."""
        ...

    def note_message(self, facts: Facts) -> None:
        """Count a message for the rates."""
        ...

    def note_failed(self, facts: Facts) -> None:
        """Count a recipient that was refused for good."""
        ...

    def leave(self, facts: Facts) -> None:
        """Take note that the client is gone."""
        ...


class Reception:
    """One session. Its calls follow the dialogue; none of them overlaps another.

    Args:
        policy: the rules in force when the client connected.
        inquiry: finds facts out.
        ledger: keeps verdicts.
        facts: the session as it begins.
    """

    def __init__(self, policy: Policy, inquiry: Inquiry, ledger: Ledger, facts: Facts) -> None:
        self._policy, self._inquiry, self._ledger = policy, inquiry, ledger
        self._facts = facts
        self._of_session: dict[Stage, tuple[Finding, ...]] = {}
        self._of_mail: dict[Stage, tuple[Finding, ...]] = {}
        self._refused: tuple[Facts, Verdict] | None = None

    @property
    def facts(self) -> Facts:
        """Return what is known until now."""
        return self._facts

    async def connected(self) -> Answer | None:
        """Judge the client that has connected; return a refusal of the whole session, or None."""
        self._facts = await self._inquiry.of_client(self._facts)
        self._of_session[Stage.CONNECT] = self._policy.ask(Stage.CONNECT, self._facts)
        return await self._refuse(Stage.CONNECT, ())

    async def greeted(self, helo: str, *, extended: bool) -> Answer | None:
        """Judge how it calls itself (HELO or EHLO); a new greeting forgets the mail (RFC 5321 s4.1.4)."""
        self.reset()
        self._facts = replace(self._facts, session=replace(self._session, helo=helo, extended=extended))
        self._of_session[Stage.HELO] = self._policy.ask(Stage.HELO, self._facts)
        return await self._refuse(Stage.HELO, ())

    def secured(self, tls: Tls) -> None:
        """Take note that the session is encrypted now; what was said before counts no more (RFC 3207 s4.2)."""
        self.reset()
        self._of_session.pop(Stage.HELO, None)
        self._facts = replace(self._facts, session=replace(self._session, tls=tls, helo=""))

    def authenticated(self, user: str) -> None:
        """Take note of who the client is."""
        self._facts = replace(self._facts, session=replace(self._session, user=user))

    async def moved(self, moved: Moved) -> Answer | None:
        """Judge an oddity on the wire; return a refusal of the whole session, or None."""
        oddities = (*self._session.oddities, moved)
        self._facts = replace(self._facts, session=replace(self._session, oddities=oddities))
        self._of_session[Stage.CONNECT] = self._policy.ask(Stage.CONNECT, self._facts)
        return await self._refuse(Stage.CONNECT, ())

    async def sender(self, sender: str, parameters: tuple[str, ...] = (), queue: str = "") -> Answer | None:
        """Judge MAIL: who gives a mail."""
        self.reset()
        envelope = Envelope(sender=sender, parameters=parameters, queue=queue)
        self._facts = await self._inquiry.of_sender(replace(self._facts, envelope=envelope))
        self._of_mail[Stage.MAIL] = self._policy.ask(Stage.MAIL, self._facts)
        answer = await self._refuse(Stage.MAIL, ())
        if answer is not None:
            self.reset()
        return answer

    async def recipient(self, recipient: str) -> Answer | None:
        """Judge RCPT: a mail for one more recipient. One that is refused does not belong to the mail.

        After the message one answer is given for all, so a recipient for whom other rules hold is asked to be sent to
        separately (RFC 5321 s4.5.3.1.10): nobody escapes the rules of one by naming another.
        """
        if self._envelope.recipients and self._policy.differ(self._envelope.recipients[0], recipient):
            return SEPARATELY
        before, found_before = self._facts, self._of_mail.get(Stage.RECIPIENT, ())
        envelope = replace(self._envelope, recipients=(*self._envelope.recipients, recipient))
        self._facts = await self._inquiry.of_recipient(replace(self._facts, envelope=envelope))
        self._of_mail[Stage.RECIPIENT] = self._policy.ask(Stage.RECIPIENT, self._facts)
        answer = await self._refuse(Stage.RECIPIENT, (recipient,))
        if answer is not None:
            # Trouble and waiting are no recipients that failed, and bounces go where others sent them.
            if answer.code >= 500 and self._envelope.sender:
                self._ledger.note_failed(self._facts)
            self._facts = replace(self._facts, envelope=before.envelope)
            self._of_mail[Stage.RECIPIENT] = found_before
        return answer

    def refused_elsewhere(self) -> None:
        """Take the last recipient back: the MTA itself refused it."""
        self.failed()
        envelope = replace(self._envelope, recipients=self._envelope.recipients[:-1])
        self._facts = replace(self._facts, envelope=envelope)

    def failed(self) -> None:
        """Take note that the MTA itself refused a recipient before anybody asked about it here."""
        if self._envelope.sender:
            self._ledger.note_failed(self._facts)

    async def message(self, raw: bytes, queue: str = "") -> Outcome:
        """Judge the message; whether it passes or not, the next mail may follow."""
        envelope = replace(self._envelope, queue=queue or self._envelope.queue)
        facts = replace(self._facts, envelope=envelope, message=Message(raw))
        self._facts = await self._inquiry.of_message(facts)
        self._of_mail[Stage.MESSAGE] = self._policy.ask(Stage.MESSAGE, self._facts)
        verdict = self._judge(envelope.recipients, waits=False)
        self._refused = None
        self._ledger.count(self._facts, verdict)
        self._ledger.note_message(self._facts)
        answer = await self._answer(verdict) if verdict.judged else None
        added, removed = ((), ()) if answer else self._inquiry.headers(self._facts, verdict)
        self.reset()
        return Outcome(answer, verdict, added, removed)

    def reset(self) -> None:
        """Forget the mail under way (RSET, RFC 5321 s4.1.1.5)."""
        self._count_refused()
        self._of_mail.clear()
        if self._facts.envelope is NOTHING_YET and self._facts.message is None:
            return
        self._facts = replace(
            self._facts,
            envelope=NOTHING_YET,
            sender_domain=None,
            author_domain=None,
            message=None,
        )

    def closed(self) -> None:
        """Take note that the client is gone; to be called once, at the end."""
        self._count_refused()
        self._ledger.leave(self._facts)

    @property
    def _session(self) -> Session:
        return self._facts.session

    @property
    def _envelope(self) -> Envelope:
        return self._facts.envelope

    def _judge(self, recipients: tuple[str, ...], *, waits: bool = True) -> Verdict:
        findings = [
            each for kept in (self._of_session, self._of_mail) for found in kept.values() for each in found
        ]
        return self._policy.judge(findings, self._facts, recipients, waits=waits)

    async def _refuse(self, stage: Stage, recipients: tuple[str, ...]) -> Answer | None:
        verdict = self._judge(recipients)
        if not verdict.refused:
            return None
        self._refused = self._refused or (self._facts, verdict)
        return await self._answer(verdict, closes=stage is Stage.CONNECT)

    def _count_refused(self) -> None:
        """Count a mail that was refused before there was a message, however many recipients heard so."""
        if self._refused is not None:
            self._ledger.count(*self._refused)
            self._refused = None

    async def _answer(self, verdict: Verdict, *, closes: bool = False) -> Answer | None:
        """File a verdict; return the answer where it refuses."""
        reference = await self._ledger.file(self._facts, verdict)
        if not verdict.refused:
            return None
        code, enhanced, texts = verdict.lines(self._ledger.page(reference))
        return Answer(code, enhanced, texts, reference, closes=closes)
