"""Findings that are offences as well, on their way to the ladder."""

from collections.abc import Callable, Iterator
from hashlib import blake2b

from pforte.bans.offence import Mode, Offence
from pforte.mail.facts import Facts
from pforte.mail.verdict import Judged, Verdict
from pforte.net.addresses import Address, Network


def offences_of(
    facts: Facts, verdict: Verdict, source: str, charge: Callable[[Address], Network]
) -> Iterator[Offence]:
    """Yield the offences in a verdict. One that is only watched or marked climbs no ladder.

    Args:
        facts: what was judged.
        verdict: what was found.
        source: name of the gate.
        charge: returns the network that an address is charged to.
    """
    for judged in verdict.judged:
        if judged.check.kind is None or judged.finding.temporary:
            continue
        yield Offence(
            network=charge(facts.session.address),
            address=facts.session.address,
            kind=judged.check.kind,
            check=judged.check.id,
            at=facts.now,
            service="smtp",
            source=source,
            line=None,
            evidence=_evidence(facts, judged),
            mode=Mode.ENFORCE if judged.refuses else Mode.WATCH,
            act=_act(facts),
            observed=judged.check.said(judged.finding),
        )


def _evidence(facts: Facts, judged: Judged) -> bytes:
    sender = "" if facts.envelope.sender is None else f" from=<{facts.envelope.sender}>"
    head = f"helo=<{facts.session.helo}>{sender}: ".encode("utf-8", "backslashreplace")
    return head + judged.finding.observed


def _act(facts: Facts) -> str:
    """Return what a retry of the same mail has in common with it (REGULATION R9), or ""."""
    envelope = facts.envelope
    if envelope.sender is None or not envelope.recipients:
        return ""
    parts = (envelope.sender, *sorted(envelope.recipients))
    return blake2b("\0".join(parts).lower().encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
