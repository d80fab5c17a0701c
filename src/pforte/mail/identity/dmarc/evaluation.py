"""Whether a mail passes DMARC, and what its author's domain asks for if not (RFC 9989 s5.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pforte.dns.names import ascii_name
from pforte.dns.resolver import Resolver, Status
from pforte.mail.identity.dmarc.identifier import (
    PASS,
    TEMPERROR,
    Alignment,
    DkimIdentifier,
    Identifier,
    Mechanism,
    SpfIdentifier,
)
from pforte.mail.identity.dmarc.record import Mode, Policy, Record
from pforte.mail.identity.dmarc.tree_walk import Found, Walker, organizational_domain, policy_record

_SHOWN = 4


class Result(StrEnum):
    """The result, in the words of RFC 9989 s9.2."""

    PASS = "pass"  # noqa: S105  a result, not a password
    FAIL = "fail"
    NONE = "none"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is asked for one mail.

    Attributes:
        most_walks: walks for domains under alignment; domains beyond count as not aligned.
    """

    most_walks: int = 10


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What DMARC says of a mail.

    Attributes:
        result: the result.
        author_domain: the domain that was judged (header.from), in ASCII and small letters.
        why: the reason, as a clause, with record and domain that decided.
        record: the record that applies, or None.
        policy_domain: the domain where it was found, or "".
        policy: what the record asks for this author's domain, before testing is minded; None without a record.
        policy_tag: the tag that says so: p, sp or np; "" without a record.
        disposition: what is asked to be done with this mail after all options (policy.dmarc); ``none`` unless the
            result is fail.
        organizational_domain: of the author's domain; None where nobody had to know it.
        alignments: each domain that SPF and DKIM looked at.
    """

    result: Result
    author_domain: str
    why: str
    record: Record | None = None
    policy_domain: str = ""
    policy: Policy | None = None
    policy_tag: str = ""
    disposition: Policy = Policy.NONE
    organizational_domain: str | None = None
    alignments: tuple[Alignment, ...] = ()


async def evaluate_from(
    resolver: Resolver,
    domains: Sequence[str],
    *,
    spf: SpfIdentifier | None = None,
    dkim: Sequence[DkimIdentifier] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> Evaluation:
    """Judge a mail by all domains of its From field; with none, or more than one, it cannot be (RFC 9989 s5.3.1).

    Args:
        resolver: answers what stands in the DNS.
        domains: the domain of each mailbox of the field.
        spf: what SPF said of the envelope's sender.
        dkim: what DKIM said of each signature.
        limits: how much is asked.
    """
    different = tuple(dict.fromkeys(_named(domain) for domain in domains))
    if len(different) == 1:
        return await evaluate(resolver, different[0], spf=spf, dkim=dkim, limits=limits)
    if not different:
        return _unjudged("", "the From field names no domain, so nobody's policy applies")
    shown = ", ".join(different[:_SHOWN]) + (", ..." if len(different) > _SHOWN else "")
    return _unjudged(
        "", f"the From field names {len(different)} domains ({shown}), so nobody's policy applies"
    )


async def evaluate(
    resolver: Resolver,
    author_domain: str,
    *,
    spf: SpfIdentifier | None = None,
    dkim: Sequence[DkimIdentifier] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> Evaluation:
    """Judge a mail by the one domain of its From field.

    Args:
        resolver: answers what stands in the DNS.
        author_domain: that domain; labels outside ASCII are converted (RFC 9989 s5.3.1).
        spf: what SPF said of the envelope's sender.
        dkim: what DKIM said of each signature.
        limits: how much is asked.
    """
    author = ascii_name(author_domain)
    if author is None:
        return _unjudged(author_domain, "the From field names no domain that can stand in the DNS")
    walker = Walker(resolver)
    found = await _discover(walker, author)
    if isinstance(found, Evaluation):
        return found
    if _spoiled(found.record):
        return Evaluation(
            result=Result.PERMERROR,
            author_domain=author,
            why=f"the DMARC record of {found.domain} holds no valid policy and no address for reports, so it does"
            " not apply",
            record=found.record,
            policy_domain=found.domain,
        )
    judging = _Judging(walker, author, found, limits)
    identifiers: list[Identifier] = [*([] if spf is None else [spf]), *dkim]
    alignments = tuple([await judging.align(identifier) for identifier in identifiers])
    exists = await _existence(resolver, author, found)
    return _conclude(judging, alignments, exists)


def _unjudged(author: str, why: str) -> Evaluation:
    return Evaluation(result=Result.PERMERROR, author_domain=author, why=why)


def _named(domain: str) -> str:
    return ascii_name(domain) or domain.lower()


async def _discover(walker: Walker, author: str) -> Found | Evaluation:
    """Find the record that applies (RFC 9989 s4.10.1), or the result where there is none."""
    own = await walker.look_up(author)
    if own.record is not None:
        return Found(author, own.record)
    walk = await walker.walk(author)
    if walk.trouble:
        why = f"the DMARC record could not be looked up ({walk.trouble})"
        return Evaluation(result=Result.TEMPERROR, author_domain=author, why=why)
    found = policy_record(walk)
    if found is None:
        why = f"neither {author} nor a domain above it has a DMARC record"
        if walk.surplus:
            why += f"; {walk.surplus[0]} has more than one, which counts as none"
        return Evaluation(result=Result.NONE, author_domain=author, why=why)
    return found


def _spoiled(record: Record) -> bool:
    """Say whether a record applies to nothing, because it has neither a sound policy nor an address for reports."""
    return (record.p is None or record.policy_spoiled) and not record.rua


async def _existence(resolver: Resolver, author: str, found: Found) -> bool | None:
    """Say whether the author's domain exists (RFC 9989 s3.2.13); None where nobody knows. Asked only if it matters."""
    record = found.record
    if found.domain == author or record.policy_spoiled or record.np in (None, record.sp or record.p):
        return True
    answer = await resolver.records(author, "A")
    return None if answer.status is Status.TROUBLE else not answer.nonexistent


def _choose(author: str, found: Found, *, exists: bool) -> tuple[str, Policy]:
    """Return the tag that holds the policy for the author's domain and the policy (RFC 9989 s4.10.1)."""
    record = found.record
    if record.p is None or record.policy_spoiled:
        return "p", Policy.NONE
    if author != found.domain and not exists and record.np is not None:
        return "np", record.np
    if author != found.domain and record.sp is not None:
        return "sp", record.sp
    return "p", record.p


class _Judging:
    """Finds out which domains are aligned with the author's (RFC 9989 s4.10.2)."""

    def __init__(self, walker: Walker, author: str, found: Found, limits: Limits) -> None:
        self.author = author
        self.found = found
        self.organization: str | None = None
        self.trouble = ""
        self._walker = walker
        self._walks_left = limits.most_walks
        self._walked: dict[str, bool | None] = {}

    async def align(self, identifier: Identifier) -> Alignment:
        """Say how a domain stands to the author's; only one that passed, or still might, is looked at."""
        is_dkim = isinstance(identifier, DkimIdentifier)
        record = self.found.record
        mode = record.adkim if is_dkim else record.aspf
        domain = ascii_name(identifier.domain)
        matters = identifier.result in (PASS, TEMPERROR)
        return Alignment(
            mechanism=Mechanism.DKIM if is_dkim else Mechanism.SPF,
            domain=domain or identifier.domain,
            result=str(identifier.result),
            selector=identifier.selector if isinstance(identifier, DkimIdentifier) else "",
            mode=mode,
            aligned=await self._is_aligned(domain, mode) if matters else None,
        )

    async def _is_aligned(self, domain: str | None, mode: Mode) -> bool | None:
        if domain == self.author:
            return True
        # No organisation is above both where not even the last label is the same.
        if (
            domain is None
            or mode is Mode.STRICT
            or domain.rpartition(".")[2] != self.author.rpartition(".")[2]
        ):
            return False
        if domain not in self._walked:
            self._walked[domain] = await self._share_organization(domain)
        return self._walked[domain]

    async def _share_organization(self, domain: str) -> bool | None:
        if self.organization is None and not self.trouble:
            walk = await self._walker.walk(self.author)
            self.trouble = walk.trouble
            self.organization = None if walk.trouble else organizational_domain(walk)
        if self.organization is None:
            return None
        if not _is_at_or_below(domain, self.organization) or not self._walks_left:
            return False
        self._walks_left -= 1
        walk = await self._walker.walk(domain)
        if walk.trouble:
            self.trouble = walk.trouble
            return None
        return organizational_domain(walk) == self.organization


def _is_at_or_below(domain: str, above: str) -> bool:
    return domain == above or domain.endswith(f".{above}")


def _conclude(judging: _Judging, alignments: tuple[Alignment, ...], exists: bool | None) -> Evaluation:  # noqa: FBT001  three states
    author, found = judging.author, judging.found
    tag, policy = _choose(author, found, exists=exists is not False)
    # RFC 9989 s5.3.5: one aligned identifier suffices; RFC 9989 s5.3.6: what did not end decides nothing.
    passed = next((each for each in alignments if each.result == PASS and each.aligned), None)
    open_ones = [each for each in alignments if _is_open(each)]
    disposition = Policy.NONE
    if passed is not None:
        result, why = Result.PASS, _why_passed(passed, author)
    elif open_ones:
        result, why = Result.TEMPERROR, _why_open(open_ones[0], author, judging.trouble)
    elif exists is None:
        result, why = (
            Result.TEMPERROR,
            f"whether {author} exists could not be looked up, and its policy hangs on it",
        )
    else:
        result = Result.FAIL
        disposition = policy.tested if found.record.testing else policy
        why = _why_failed(alignments, found, f"{tag}={policy}")
    return Evaluation(
        result=result,
        author_domain=author,
        why=why,
        record=found.record,
        policy_domain=found.domain,
        policy=policy,
        policy_tag=tag,
        disposition=disposition,
        organizational_domain=judging.organization,
        alignments=alignments,
    )


def _is_open(alignment: Alignment) -> bool:
    """Say whether a later try might let this domain pass: it passed but nobody knows how near it is, or the other way."""
    if alignment.result == PASS:
        return alignment.aligned is None
    return alignment.result == TEMPERROR and alignment.aligned is not False


def _why_passed(passed: Alignment, author: str) -> str:
    if passed.domain == author:
        return f"{passed} is the author's domain"
    return f"{passed} is of the same organisation as the author's domain {author}"


def _why_open(alignment: Alignment, author: str, trouble: str) -> str:
    if alignment.result == PASS:
        return f"whether {alignment} is aligned with {author} could not be looked up ({trouble})"
    return f"{alignment} might yet pass for {author}"


def _why_failed(alignments: Iterable[Alignment], found: Found, policy: str) -> str:
    tried = [f"{each} is not aligned" if each.aligned is False else str(each) for each in alignments]
    shown = "; ".join(tried[:_SHOWN]) + ("; ..." if len(tried) > _SHOWN else "")
    testing = ", and says that it is only tested" if found.record.testing else ""
    return (
        f"the DMARC record of {found.domain} asks for {policy}{testing}, and nothing passed that is aligned"
        + (f": {shown}" if shown else ": neither SPF nor DKIM named a domain")
    )
