"""DANE: the DNS says which certificate a mail server has (RFC 7672, RFC 6698). It needs a zone signed with DNSSEC."""

from dataclasses import dataclass

from pforte.dns.resolver import Resolver, Status
from pforte.mail.publishing.mail_hosts import Hosts
from pforte.mail.publishing.part import Entry, Finding, Part, State
from pforte.mail.publishing.plan import Plan

STANDARD = "RFC 7672 s3.1"
_PUBLIC_KEY_SHA256 = ("3", "1", "1")  # DANE-EE, the public key, SHA-256
_USAGES = ("2", "3")  # RFC 7672 s3.1.3: 0 and 1 are not for mail servers


@dataclass(frozen=True, slots=True)
class Tlsa:
    """One TLSA record (RFC 6698 s2.1)."""

    usage: str
    selector: str
    matching: str
    data: str


def parse_tlsa(text: str) -> Tlsa | None:
    """Read a record as a zone file has it; None is none."""
    parts = text.lower().split()
    if len(parts) < 4:
        return None
    usage, selector, matching, *data = parts
    return Tlsa(usage, selector, matching, "".join(data))


async def inspect_dane(resolver: Resolver, plan: Plan, hosts: Hosts) -> Part:
    """Say for each mail server whether a TLSA record fits its certificate."""
    entries: list[Entry] = []
    findings: list[Finding] = []
    for host in hosts.names:
        part = await _inspect_host(resolver, plan, host)
        entries += part.entries
        findings += part.findings
    return Part(tuple(entries), tuple(findings))


async def _inspect_host(resolver: Resolver, plan: Plan, host: str) -> Part:
    name = f"_25._tcp.{host}"
    answer = await resolver.records(name, "TLSA")
    wanted = [certificate.fingerprint for certificate in plan.certificates if certificate.covers(host)]
    proposed = tuple(Entry(name, "TLSA", " ".join([*_PUBLIC_KEY_SHA256, each])) for each in wanted)
    if answer.status is Status.TROUBLE:
        return Part(
            proposed, (_finding(State.UNKNOWN, name, f"it could not be looked up: {answer.trouble}"),)
        )
    present = [record for record in map(parse_tlsa, answer.values) if record is not None]
    kept = tuple(Entry(name, "TLSA", value) for value in answer.values)
    useless = [record for record in present if record.usage not in _USAGES]
    if useless:
        remedy = (
            "Publish 3 1 1 records as proposed."
            if wanted
            else "Publish records with the usage 3, and 1 1 behind it."
        )
        why = f"usage {useless[0].usage} is not for mail servers"
        return Part(proposed or kept, (_finding(State.WRONG, name, why, remedy, "RFC 7672 s3.1.3"),))
    if not wanted:
        return Part(kept, (_without_certificate(plan, name, host, present),))
    if not present:
        remedy = "Publish the record as proposed, if your zone is signed with DNSSEC: without it, it means nothing."
        return Part(proposed, (_finding(State.MISSING, name, "there is no TLSA record", remedy),))
    lacking = [each for each in wanted if (*_PUBLIC_KEY_SHA256, each) not in map(_fields, present)]
    if lacking:
        why = (
            "no TLSA record fits the given certificate"
            if len(lacking) == len(wanted)
            else "a certificate has no record"
        )
        remedy = "Publish the new record beside the old one two TTLs before the server takes the certificate."
        return Part((*kept, *proposed), (_finding(State.WRONG, name, why, remedy, "RFC 7672 s8.1"),))
    return Part(kept, (_finding(State.THERE, name, "a TLSA record fits the given certificate"),))


def _without_certificate(plan: Plan, name: str, host: str, present: list[Tlsa]) -> Finding:
    if plan.certificates:
        why, remedy = (
            f"no given certificate is for {host}",
            f"Give the certificate of {host}: --certificate FILE.",
        )
        return _finding(State.WRONG, name, why, remedy)
    remedy = "Give the server's certificate: --certificate FILE."
    if present:
        why = f"there are {len(present)} TLSA records; whether one fits was not looked at"
        return _finding(State.ADVICE, name, why, remedy)
    return _finding(
        State.ADVICE, name, "there is no TLSA record", f"{remedy} Your zone must be signed with DNSSEC."
    )


def _fields(record: Tlsa) -> tuple[str, str, str, str]:
    return record.usage, record.selector, record.matching, record.data


def _finding(state: State, name: str, why: str, remedy: str = "", standard: str = STANDARD) -> Finding:
    return Finding(state=state, topic="DANE", name=name, why=why, standard=standard, remedy=remedy)
