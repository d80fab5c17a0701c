"""Who answers for a mail: SPF for the envelope, DKIM and ARC for the message, DMARC for the author whom readers see."""

from collections.abc import Sequence
from dataclasses import replace

from pforte.dns.resolver import Resolver
from pforte.dns.together import ask_both
from pforte.mail.facts import Facts
from pforte.mail.identity import dmarc, spf
from pforte.mail.identity.arc.validation import validate
from pforte.mail.identity.dkim.verification import verify
from pforte.mail.message import Message


async def authenticate_sender(resolver: Resolver, facts: Facts) -> Facts:
    """Add what SPF says of the envelope's sender."""
    session, sender = facts.session, facts.envelope.sender
    if sender is None or not session.client_known:
        return facts
    found = await spf.check_mail_from(
        resolver,
        spf.Client(session.address, session.helo),
        sender,
        receiver=spf.Receiver(facts.house.host or "unknown", facts.now),
    )
    return replace(facts, spf=found)


async def authenticate_message(resolver: Resolver, facts: Facts) -> Facts:
    """Add what DKIM and ARC say of the message, and with them DMARC of its author."""
    message = facts.message
    if message is None:
        return facts
    fields = [field.raw for field in message.fields]
    signatures, chain = await ask_both(
        verify(fields, message.body, resolver, facts.now),
        validate(fields, message.body, resolver, facts.now),
    )
    evaluation = await dmarc.evaluate_from(
        resolver,
        author_domains(message),
        spf=_spf_identifier(facts),
        dkim=[
            dmarc.DkimIdentifier(checked.domain, checked.verdict.result.value, checked.selector)
            for checked in signatures.signatures
            # A domain that only tries DKIM asks to be treated as one that does not sign (RFC 6376 s3.6.1).
            if checked.from_covered and not checked.verdict.testing
        ],
    )
    return replace(facts, dkim=signatures, arc=chain, dmarc=evaluation)


def author_domains(message: Message) -> Sequence[str]:
    """Return the domain of each mailbox in the From field."""
    # Octets that are no UTF-8 belong to no domain, and no file takes them.
    return [author.domain.encode("utf-8", "replace").decode("utf-8") for author in message.authors]


def _spf_identifier(facts: Facts) -> dmarc.SpfIdentifier | None:
    found = facts.spf
    if found is None or found.identity is not spf.Identity.MAIL_FROM:
        return None
    return dmarc.SpfIdentifier(found.domain, found.result.value)
