"""What is kept of judged mails, and what is counted of them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pforte.bans.reference import contact_about
from pforte.mail.case import case_of
from pforte.mail.facts import Facts
from pforte.mail.verdict import Verdict
from pforte.net.addresses import Address, Network
from pforte.service.mail.keeping import Keeping
from pforte.service.mail.rates import Rates


@dataclass(slots=True, kw_only=True)
class MailLedger:
    """Files verdicts. Used from one event loop.

    A verdict that cannot be kept is given all the same, without a reference: mail goes on while the register is away
    (law 3), and the log says what the register could not.

    Attributes:
        keeping: keeps cases.
        contact: setting ``desk.contact``.
        rates: counts what networks do.
        charge: returns the network that an address is charged to.
        counted: mails of each hour by what was done; whoever stores them takes them out.
        keep_message: setting ``mail.keep_message``.
        announce: hears of each verdict that was kept or could not be, with its reference, for the ladder.
    """

    keeping: Keeping
    contact: str
    rates: Rates
    charge: Callable[[Address], Network]
    counted: Counter[tuple[datetime, str]]
    keep_message: bool = False
    announce: Callable[[Facts, Verdict, str], None] = lambda _facts, _verdict, _reference: None

    async def file(self, facts: Facts, verdict: Verdict) -> str:
        """Keep a verdict; return the public reference of a refusal, or "" where it could not be kept.

        A refusal is kept before this returns. What was seen of a mail that passes is kept within seconds: nobody was
        told a reference to it, so it need not wait for the disk.
        """
        leading = verdict.leading
        if facts.shut is not None and leading is not None and leading.check.regulation:
            return facts.shut.reference  # the ban itself is what is to be explained
        case = case_of(facts, verdict, keep_message=self.keep_message)
        reference = ""
        try:
            if leading is None:
                self.keeping.keep_behind(case)
            else:
                reference = await self.keeping.keep(case)
        finally:  # also where the client is gone meanwhile: an offence is one all the same
            self.announce(facts, verdict, reference)
        return reference

    def page(self, reference: str) -> str:
        """Return where a reference is explained; the bare reference where the operator named no place."""
        if not reference:
            return ""
        about = contact_about(self.contact, reference)
        return about if reference in about else f"{reference} {about}".strip()

    def count(self, facts: Facts, verdict: Verdict) -> None:
        """Count a mail that was judged to its end, whatever came of it."""
        hour = facts.now.replace(minute=0, second=0, microsecond=0)
        done = max((each.action for each in verdict.judged), key=lambda action: action.strength, default=None)
        self.counted[hour, done.value if done else "off"] += 1

    def note_message(self, facts: Facts) -> None:
        """Count a message for the rates."""
        self.rates.count(self.charge(facts.session.address), "messages", facts.now)

    def note_failed(self, facts: Facts) -> None:
        """Count a recipient that was refused."""
        self.rates.count(self.charge(facts.session.address), "failed-recipients", facts.now)

    def leave(self, facts: Facts) -> None:
        """Take note that the client is gone."""
        self.rates.disconnect(self.charge(facts.session.address))
