"""Whether the signatures of a message fit it (RFC 6376 s6)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pforte.dns.resolver import Resolver
from pforte.mail.identity.dkim.canonical import canonical_field
from pforte.mail.identity.dkim.content import Content
from pforte.mail.identity.dkim.keys import Key, Keys, key_name
from pforte.mail.identity.dkim.signature import (
    MessageSignature,
    Result,
    Signature,
    SignatureError,
    domain_of,
    is_host_name,
    parse_signature,
    read_tags,
    signature_start,
    without_value,
)

FIELD = b"dkim-signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a verifier accepts.

    Attributes:
        most_signatures: signatures of a message that are looked at, from the top.
        least_rsa_bits: smaller RSA keys prove nothing; RFC 8301 s3.2 allows none under 1024.
        most_rsa_bits: larger RSA keys are not used; RFC 8301 s3.2 demands 4096.
        clock_skew: how far clocks may differ where a signature says when it ends.
    """

    most_signatures: int = 8
    least_rsa_bits: int = 1024
    most_rsa_bits: int = 8192
    clock_skew: timedelta = timedelta(minutes=5)


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a signature, or of a seal of ARC.

    Attributes:
        result: its result.
        why: the reason, as a clause.
        key_bits: size of the key; 0 where none was found.
        testing: whether the key's record says that the domain only tries DKIM: then the mail must be treated
            like mail without this signature, whatever the result (RFC 6376 s3.6.1).
    """

    result: Result
    why: str
    key_bits: int = 0
    testing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One signature of a message, with all that an Authentication-Results field says of it.

    Attributes:
        verdict: what became of it.
        domain: whose it is (header.d); "" where it cannot be read.
        selector: which of the domain's keys made it (header.s); "" where it cannot be read.
        identity: for whom it was made (header.i); "" where it cannot be read.
        algorithm: how it was made (header.a); "" where it cannot be read.
        start: the first characters of it (header.b).
        from_covered: whether every From field of the message is signed.
        whole_body: whether all of the body is signed; False where ``l=`` leaves some of it open to anybody
            (RFC 6376 s8.2).
    """

    verdict: Verdict
    domain: str = ""
    selector: str = ""
    identity: str = ""
    algorithm: str = ""
    start: str = ""
    from_covered: bool = False
    whole_body: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    """All signatures of a message.

    Attributes:
        signatures: those that were looked at, from the top; empty where there are none.
        left_out: how many more there are.
    """

    signatures: tuple[Checked, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Reading:
    """A field that holds a signature, read as far as it goes."""

    place: int
    tags: Mapping[str, str]
    signature: MessageSignature | SignatureError


async def verify(
    fields: Sequence[bytes],
    body: bytes | memoryview,
    resolver: Resolver,
    now: datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> Verification:
    """Check the DKIM signatures of a message.

    Args:
        fields: its header fields in their order, each with its name, colon and folding.
        body: what follows the empty line.
        resolver: answers where the keys stand.
        now: the time by which signatures end, with its zone.
        limits: what is accepted.
    """
    content, keys = Content(fields, body), Keys(resolver)
    places = content.places(FIELD)
    readings = [_read(content, place) for place in places[: limits.most_signatures]]
    for reading in readings:
        if isinstance(reading.signature, MessageSignature):
            content.expect(reading.signature.body_form, reading.signature.length)
    checked = [await _check(content, reading, keys, now, limits) for reading in readings]
    return Verification(tuple(checked), len(places) - len(readings))


async def judge_message(
    content: Content, place: int, signature: MessageSignature, keys: Keys, now: datetime, limits: Limits
) -> Verdict:
    """Say whether a signature fits a message (RFC 6376 s6.1.3).

    The body is checked first: where it was changed, nobody needs to be asked for the key.

    Args:
        content: the message.
        place: where among its fields the signature stands.
        signature: the signature.
        keys: finds its key.
        now: the time by which it may have ended.
        limits: what is accepted.
    """
    if signature.expires_at is not None and signature.expires_at < (now - limits.clock_skew).timestamp():
        return Verdict(result=Result.POLICY, why="the signature has ended (x=)")
    body = content.digest(signature.body_form, signature.length)
    if body.missing:
        return Verdict(result=Result.FAIL, why="the body is shorter than what was signed (l=)")
    if body.value != signature.body_hash:
        return Verdict(result=Result.FAIL, why="the body is not the one that was signed")
    signed = b"".join(content.select(signature.names, signature.header_form, place))
    signed += canonical_field(without_value(signature.raw), signature.header_form)
    return await judge_signature(signature, signed, keys, limits)


async def judge_signature(signature: Signature, signed: bytes, keys: Keys, limits: Limits) -> Verdict:
    """Say whether a signature is its domain's over these octets.

    Where several keys stand under the name, one that fits is enough (RFC 6376 s6.1.2).
    """
    name = key_name(signature.selector, signature.domain)
    found = await keys.find(name)
    verdicts = [_try(key, signature, signed, limits) for key in found.keys]
    for verdict in verdicts:
        if verdict.result is Result.PASS:
            return verdict
    if found.trouble:
        return Verdict(
            result=Result.TEMPERROR, why=f"the key at {name} could not be asked for: {found.trouble}"
        )
    if verdicts:
        return verdicts[0]
    if found.faults:
        return Verdict(result=Result.PERMERROR, why=f"{found.faults[0]}, at {name}")
    return Verdict(result=Result.PERMERROR, why=f"there is no key at {name}")


def _try(key: Key, signature: Signature, signed: bytes, limits: Limits) -> Verdict:
    verdict = Verdict(
        result=Result.PASS, why="the signature fits the message", key_bits=key.bits, testing=key.testing
    )
    if key.algorithm != signature.algorithm:
        why = "the key is of another kind than the signature (k= and a=)"
        return replace(verdict, result=Result.PERMERROR, why=why)
    if key.strict and isinstance(signature, MessageSignature) and _is_below(signature):
        why = "the key is for the domain itself and not for i= below it (t=s)"
        return replace(verdict, result=Result.PERMERROR, why=why)
    if signature.algorithm == "rsa-sha256":  # RFC 8301 s3.2
        if key.bits < limits.least_rsa_bits:
            why = f"a key of {key.bits} bits proves nothing; {limits.least_rsa_bits} are the least"
            return replace(verdict, result=Result.POLICY, why=why)
        if key.bits > limits.most_rsa_bits:
            why = f"a key of {key.bits} bits is not used; {limits.most_rsa_bits} are the most"
            return replace(verdict, result=Result.POLICY, why=why)
    if not key.fits(signature.value, signed):
        why = "the header is not the one that was signed, or another key signed it"
        return replace(verdict, result=Result.FAIL, why=why)
    return verdict


def _is_below(signature: MessageSignature) -> bool:
    return bool(signature.identity) and signature.identity.rpartition("@")[2] != signature.domain


def _read(content: Content, place: int) -> _Reading:
    tags: Mapping[str, str] = {}
    try:
        tags = read_tags(content.fields[place])
        return _Reading(place, tags, parse_signature(content.fields[place], tags))
    except SignatureError as error:
        return _Reading(place, tags, error)


async def _check(content: Content, reading: _Reading, keys: Keys, now: datetime, limits: Limits) -> Checked:
    signature = reading.signature
    if isinstance(signature, SignatureError):
        return _described(reading.tags, Verdict(result=signature.result, why=signature.why))
    verdict = await judge_message(content, reading.place, signature, keys, now, limits)
    return replace(
        _described(reading.tags, verdict),
        identity=signature.identity,
        from_covered=Counter(signature.names)[b"from"] >= len(content.places(b"from")) > 0,
        whole_body=content.digest(signature.body_form, signature.length).whole,
    )


def _described(tags: Mapping[str, str], verdict: Verdict) -> Checked:
    """Name a signature by those of its tags that can be read."""
    selector = tags.get("s", "")
    algorithm = tags.get("a", "").lower()
    return Checked(
        verdict=verdict,
        domain=domain_of(tags.get("d", "")),
        selector=selector if is_host_name(selector) else "",
        algorithm=algorithm if is_host_name(algorithm) else "",
        start=signature_start(tags),
    )
