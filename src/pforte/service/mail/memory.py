"""What is remembered of mail clients: bans, rates and greylisting."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b

import structlog

from pforte.dns.forward_confirmed import Outcome
from pforte.gates.refusal import refusal_of
from pforte.gates.table.gate import TableGate
from pforte.mail.facts import Conduct, Facts, Shut
from pforte.mail.identity.iprev import spelled_address
from pforte.mail.identity.spf import Result
from pforte.net.addresses import Address, Network
from pforte.register.errors import RegisterError
from pforte.service.mail.rates import Rates
from pforte.worker import Worker

Greet = Callable[[bytes], datetime]
"""Returns when a triple was first seen, and remembers that it was now; blocks."""

_log = structlog.get_logger("pforte.mail")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMemory:
    """Remembers through the table of bans, the counts and the register.

    Attributes:
        table: the bans in force.
        rates: counts what networks do.
        greet: asks the register about a triple.
        worker: makes blocking calls.
        charge: returns the network that an address is charged to.
        wait: how long a new triple waits; zero is never.
        is_suspect: whether a client is one that must wait at all (its name is generic, it proves nothing).
    """

    table: TableGate
    rates: Rates
    greet: Greet
    worker: Worker
    charge: Callable[[Address], Network]
    wait: timedelta
    is_suspect: Callable[[Facts], bool]

    def shut_out(self, facts: Facts) -> Shut | None:
        """Return the ban that shuts a client out, or None."""
        held = self.table.shut_out(str(facts.session.address), facts.now.timestamp())
        if held is None:
            return None
        refusal = refusal_of(held)
        return Shut(reference=refusal.reference, ends=refusal.ends, reason=refusal.reason)

    async def conduct_of(self, facts: Facts) -> Conduct:
        """Return the limits that the client's network exceeds, and how long it must wait."""
        network = self.charge(facts.session.address)
        try:
            await self.rates.refresh(network, facts.now)
            wait = await self._wait(network, facts)
        except RegisterError as error:
            # Trouble of ours is no verdict: what is counted here counts, and nobody waits.
            _log.warning("mail.conduct-unknown", network=str(network), text=str(error))
            wait = 0
        return Conduct(over=self.rates.over(network, facts.now), wait=wait)

    async def _wait(self, network: Network, facts: Facts) -> int:
        recipients = facts.envelope.recipients
        sender = facts.envelope.sender
        # Bounces have one try with many servers (RFC 5321 s4.5.5).
        if not self.wait or not recipients or not sender or not self.is_suspect(facts):
            return 0
        first = await self.worker.run(partial(self.greet, _triple(network, sender, recipients[-1])))
        left = min(self.wait, self.wait - (facts.now - first))
        return max(0, -(-left // timedelta(seconds=1)))


def proves_nothing(facts: Facts) -> bool:
    """Say whether a client has no name that its owner chose, and its sender no domain that names it (SPF)."""
    if facts.spf is not None and facts.spf.result is Result.PASS:
        return False
    if facts.names is None or facts.names.status is Outcome.TEMPERROR:
        return False
    address = facts.session.address
    return all(spelled_address(name, address) for name in facts.names.names)


def _triple(network: Network, sender: str, recipient: str) -> bytes:
    """Return a digest of who writes to whom from where; addresses themselves are not kept (RFC 6647 s4)."""
    parts = (str(network), sender.lower(), recipient.lower())
    return blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), digest_size=16).digest()
