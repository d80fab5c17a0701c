"""All that a check may ask: facts of session, envelope, names, identity and message. What is not known yet is None."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pforte.dns.forward_confirmed import Confirmation
from pforte.dns.resolver import Status
from pforte.mail.identity.arc.validation import Result as ArcResult
from pforte.mail.identity.arc.validation import Validation
from pforte.mail.identity.dkim.signature import Result as DkimResult
from pforte.mail.identity.dkim.verification import Verification
from pforte.mail.identity.dmarc import Evaluation as DmarcEvaluation
from pforte.mail.identity.spf import Evaluation as SpfEvaluation
from pforte.mail.message import Message
from pforte.mail.session import Envelope, Session

NOTHING_YET = Envelope()


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Whose mail is guarded.

    Attributes:
        host: name of the mail server, such as ``mx.example.org``.
        domains: the operator's own mail domains, as ``canonical_name`` has them.
        names: further names of our own hosts that no client may call itself by.
        sealers: domains whose seals (ARC) are believed, in the same form.
    """

    host: str = "localhost"
    domains: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    sealers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainFacts:
    """What the DNS says of a mail domain (RFC 5321 s5.1, RFC 7505).

    Attributes:
        name: the domain.
        takes_mail: FOUND if it has an MX that is none or an address; NONE if not; TROUBLE where nobody knows.
        null_mx: whether it says that it takes no mail.
        trouble: why nobody knows, or "".
    """

    name: str
    takes_mail: Status
    null_mx: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a DNS block list says of the client's address (RFC 5782).

    Attributes:
        zone: the list.
        codes: its answers, such as ``127.0.0.2``.
        reason: its TXT record, or "".
    """

    zone: str
    codes: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """The ban that shuts the client out.

    Attributes:
        reference: its public code.
        ends: first moment at liberty, UTC.
        reason: slug of the check that saw the offence, or "" for a ban by hand.
    """

    reference: str
    ends: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """What the client's network did lately (rates, see ``[mail.rates]``).

    Attributes:
        over: names of the limits that are exceeded, with what was counted, such as ``{"connections": "31 in 60 s"}``.
        wait: seconds for which this client, sender and recipient must still wait (greylisting, RFC 6647); 0 is none.
    """

    over: Mapping[str, str] = field(default_factory=dict)
    wait: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything known at the stage that is judged.

    Attributes:
        now: when the mail is judged, UTC.
        house: whose mail is guarded.
        session: the connection.
        envelope: sender and recipients until now; for RECIPIENT the last one is the one asked about.
        shut: the ban that shuts the client out, or None.
        names: whether names of the address point back to it (FCrDNS).
        helo_matches: whether the name that the client called itself by has its address; None where that is not known.
        sender_domain: of the envelope's sender.
        spf: what SPF says of the envelope's sender.
        author_domain: of the From field.
        listings: block lists that name the address.
        conduct: rates and greylisting.
        message: the message, once it is here.
        dkim: its signatures.
        arc: who passed it on.
        dmarc: whether the author's domain stands behind it.
    """

    now: datetime
    house: House
    session: Session
    envelope: Envelope = NOTHING_YET
    shut: Shut | None = None
    names: Confirmation | None = None
    helo_matches: bool | None = None
    sender_domain: DomainFacts | None = None
    spf: SpfEvaluation | None = None
    author_domain: DomainFacts | None = None
    listings: tuple[Listing, ...] = ()
    conduct: Conduct | None = None
    message: Message | None = None
    dkim: Verification | None = None
    arc: Validation | None = None
    dmarc: DmarcEvaluation | None = None

    @property
    def proven_author(self) -> str:
        """Return the author's domain if a signature (DKIM) of it, or of a domain above or below it, holds, or "".

        Unlike DMARC this needs no record of the author's domain. With several From fields nobody is proven: which of
        them readers see is not known (RFC 6376 s8.15).
        """
        author = self.dmarc.author_domain if self.dmarc else ""
        if not author or self.message is None or len(self.message.all(b"from")) != 1:
            return ""
        return author if any(_are_related(author, signer) for signer in self.signers) else ""

    @property
    def may_be_proven(self) -> bool:
        """Say whether a signature of the author, or a believed seal, could not be checked for trouble with the DNS.

        Until it can be, nothing that it would excuse is a verdict.
        """
        author = self.dmarc.author_domain if self.dmarc else ""
        if author and any(_are_related(author, each) for each in self._signed_with(DkimResult.TEMPERROR)):
            return True
        chain = self.arc
        return (
            chain is not None and chain.result is ArcResult.TEMPERROR and bool(self._newest_believed(chain))
        )

    @property
    def signers(self) -> tuple[str, ...]:
        """Return the domains whose signature (DKIM) holds for author and text: all From fields, the whole body."""
        return self._signed_with(DkimResult.PASS)

    def _signed_with(self, result: DkimResult) -> tuple[str, ...]:
        checked = () if self.dkim is None else self.dkim.signatures
        return tuple(
            each.domain
            for each in checked
            if each.verdict.result is result
            and not each.verdict.testing
            and each.from_covered
            and each.whole_body
        )

    @property
    def trusted_sealer(self) -> str:
        """Return the believed domain that sealed a chain (ARC) that holds, or "".

        Only the newest sealer says what the message is like as it came here: whoever seals last can have changed all
        of it, and the sets before his stand there for anybody to copy (RFC 8617 s9.4). So a set of a believed
        domain below one of a stranger counts for nothing.
        """
        if self.arc is None or self.arc.result is not ArcResult.PASS:
            return ""
        return self._newest_believed(self.arc)

    def _newest_believed(self, chain: Validation) -> str:
        newest = chain.sealers[-1].domain if chain.sealers else ""
        return newest if newest in self.house.sealers else ""


def _are_related(author: str, signer: str) -> bool:
    return f".{author}".endswith(f".{signer}") or f".{signer}".endswith(f".{author}")
