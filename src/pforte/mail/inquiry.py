"""Finding out what a client does not say itself: its names, block lists, domains, who answers for the message."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from pforte.dns.forward_confirmed import Confirmation, Outcome, confirm
from pforte.dns.resolver import Resolver, Status
from pforte.dns.together import ask_both
from pforte.mail.authentication import authenticate_message, authenticate_sender
from pforte.mail.checks.host_names import is_host_name
from pforte.mail.domain_facts import look_at_domain
from pforte.mail.facts import Conduct, DomainFacts, Facts, Shut
from pforte.mail.headers import fields_to_remove, policy_fields, results_field
from pforte.mail.lists import BlockLists
from pforte.mail.session import Session
from pforte.mail.verdict import Verdict


class Memory(Protocol):
    """What is remembered of clients: bans, rates and greylisting."""

    def shut_out(self, facts: Facts) -> Shut | None:
        """Return the ban that shuts a client out, or None."""
        ...

    async def conduct_of(self, facts: Facts) -> Conduct:
        """Return how the client behaves, its present act counted."""
        ...


class NoMemory:
    """Remembers nothing: for a message that is judged alone."""

    def shut_out(self, facts: Facts) -> Shut | None:  # noqa: ARG002  as the protocol has it
        """Say that nobody is shut out."""
        return None

    async def conduct_of(self, facts: Facts) -> Conduct:  # noqa: ARG002  as the protocol has it
        """Say that the client did nothing before."""
        return Conduct()


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsInquiry:
    """Asks the DNS, and whoever remembers clients.

    Attributes:
        resolver: asks the DNS.
        lists: block lists.
        memory: remembers clients.
        now: tells the present moment.
    """

    resolver: Resolver
    lists: BlockLists
    memory: Memory
    now: Callable[[], datetime]

    async def of_client(self, facts: Facts) -> Facts:
        """Add the ban, the names of the address, its listings and its conduct."""
        facts = replace(facts, now=self.now())
        if not facts.session.client_known:
            return facts
        facts = replace(facts, shut=self.memory.shut_out(facts))
        if facts.shut is not None:
            return facts  # nothing else will be asked
        address = facts.session.address
        names, listings = await ask_both(self._names(facts.session), self.lists.ask(address, facts.now))
        facts = replace(facts, names=names, listings=listings)
        return replace(facts, conduct=await self.memory.conduct_of(facts))

    async def of_sender(self, facts: Facts) -> Facts:
        """Add what the DNS says of the sender's domain, what SPF says, and whether the greeting's name fits."""
        facts = replace(facts, now=self.now())
        (domain, authenticated), fits = await ask_both(
            ask_both(self._sender_domain(facts), authenticate_sender(self.resolver, facts)),
            self._helo_fits(facts),
        )
        return replace(authenticated, sender_domain=domain, helo_matches=fits)

    async def of_recipient(self, facts: Facts) -> Facts:
        """Add the conduct, now that the recipient is known."""
        facts = replace(facts, now=self.now())
        if not facts.session.client_known:
            return facts
        return replace(facts, conduct=await self.memory.conduct_of(facts))

    async def of_message(self, facts: Facts) -> Facts:
        """Add who answers for the message."""
        return await authenticate_message(self.resolver, replace(facts, now=self.now()))

    def headers(self, facts: Facts, verdict: Verdict) -> tuple[tuple[tuple[str, str], ...], tuple[int, ...]]:
        """Return the header fields to add, and the indexes of the fields to take out."""
        removed = fields_to_remove(facts.message, facts.house.host) if facts.message else ()
        return (results_field(facts), *policy_fields(verdict)), removed

    async def _sender_domain(self, facts: Facts) -> DomainFacts | None:
        domain = facts.envelope.sender_domain
        if not domain or domain.startswith("["):
            return None
        return await look_at_domain(self.resolver, domain)

    async def _helo_fits(self, facts: Facts) -> bool | None:
        session = facts.session
        if not session.client_known or not is_host_name(session.helo):
            return None
        answer = await self.resolver.addresses(session.helo)
        if answer.status is Status.TROUBLE:
            return True if session.address in answer.values else None
        return session.address in answer.values

    async def _names(self, session: Session) -> Confirmation:
        if session.names:
            return Confirmation(Outcome.PASS, session.names)
        return await confirm(self.resolver, session.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoInquiry:
    """Finds nothing out: for a mail that is judged where nobody can be asked.

    Attributes:
        now: tells the moment by which it is judged.
    """

    now: Callable[[], datetime]

    async def of_client(self, facts: Facts) -> Facts:
        """Add the moment only."""
        return replace(facts, now=self.now())

    of_sender = of_recipient = of_message = of_client

    def headers(self, facts: Facts, verdict: Verdict) -> tuple[tuple[tuple[str, str], ...], tuple[int, ...]]:
        """Return the same fields as with everything known."""
        removed = fields_to_remove(facts.message, facts.house.host) if facts.message else ()
        return policy_fields(verdict), removed
