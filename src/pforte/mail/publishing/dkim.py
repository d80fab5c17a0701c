"""The keys that DKIM signatures are checked with (RFC 6376 s3.6)."""

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pforte.dns.resolver import Resolver
from pforte.mail.identity.dkim.keys import Key, KeyRecordError, key_name, parse_key
from pforte.mail.publishing.part import Entry, Finding, Part, State, texts_of
from pforte.mail.publishing.plan import DkimKey, Plan

RECOMMENDED_RSA_BITS = 2048
"""RFC 8301 s3.2."""


async def inspect_dkim(resolver: Resolver, plan: Plan) -> Part:
    """Say whether each given key is published."""
    if not plan.dkim:
        why = "no key was given, so none was looked for"
        remedy = "Give each key that your mail is signed with: --dkim SELECTOR=FILE."
        return Part((), (_finding(State.ADVICE, f"_domainkey.{plan.domain}", why, remedy),))
    parts = [await _inspect_key(resolver, plan, key) for key in plan.dkim]
    return Part(
        tuple(entry for part in parts for entry in part.entries),
        tuple(finding for part in parts for finding in part.findings),
    )


async def _inspect_key(resolver: Resolver, plan: Plan, wanted: DkimKey) -> Part:
    name = key_name(wanted.selector, plan.domain)
    entry = Entry(name, "TXT", wanted.record)
    texts = await texts_of(resolver, name, lambda _: True)
    if texts.trouble:
        return Part((entry,), (_finding(State.UNKNOWN, name, f"it could not be looked up: {texts.trouble}"),))
    if not texts.values:
        why, remedy = "there is no key", "Publish the record as proposed."
        return Part((entry,), (_finding(State.MISSING, name, why, remedy),))
    if len(texts.values) > 1:
        why = f"there are {len(texts.values)} records, and one only may be"
        finding = _finding(State.WRONG, name, why, "Leave the one as proposed.", "RFC 6376 s3.6.2.2")
        return Part((entry,), (finding,))
    return _compare(name, entry, texts.values[0])


def _compare(name: str, entry: Entry, text: str) -> Part:
    try:
        present = parse_key(text)
    except KeyRecordError as error:
        return Part((entry,), (_finding(State.WRONG, name, str(error), "Publish the record as proposed."),))
    if _octets(present) != _octets(parse_key(entry.value)):
        why = "the key there is another one, so signatures made with yours fail"
        return Part((entry,), (_finding(State.WRONG, name, why, "Publish the record as proposed."),))
    findings = [
        _finding(State.THERE, name, f"the key is published ({present.algorithm}, {present.bits} bits)")
    ]
    if present.testing:
        why = "t=y says that signatures are only tried"
        findings.append(
            _finding(State.ADVICE, name, why, "Take t=y away once all goes well.", "RFC 6376 s3.6.1")
        )
    if present.algorithm == "rsa-sha256" and present.bits < RECOMMENDED_RSA_BITS:
        remedy = f"Make one of {RECOMMENDED_RSA_BITS} bits under a new selector."
        findings.append(_finding(State.ADVICE, name, "the key is short", remedy, "RFC 8301 s3.2"))
    return Part((Entry(name, "TXT", text),), tuple(findings))


def _octets(key: Key) -> bytes:
    return key.public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _finding(
    state: State, name: str, why: str, remedy: str = "", standard: str = "RFC 6376 s3.6.1"
) -> Finding:
    return Finding(state=state, topic="DKIM", name=name, why=why, standard=standard, remedy=remedy)
