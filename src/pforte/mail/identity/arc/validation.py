"""Whether the chain of a message holds (RFC 8617 s5.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pforte.dns.resolver import Resolver
from pforte.mail.identity.arc.chain import ArcSet, ChainError, read_chain
from pforte.mail.identity.dkim import signature as dkim
from pforte.mail.identity.dkim.canonical import Form, canonical_field
from pforte.mail.identity.dkim.content import Content
from pforte.mail.identity.dkim.keys import Keys
from pforte.mail.identity.dkim.signature import without_value
from pforte.mail.identity.dkim.verification import (
    DEFAULT_LIMITS,
    Limits,
    Verdict,
    judge_message,
    judge_signature,
)


class Result(StrEnum):
    """What becomes of a chain (RFC 8617 s4.4)."""

    NONE = "none"
    """Nobody sealed the message."""
    PASS = "pass"  # noqa: S105  a result's name in the standard
    FAIL = "fail"
    """There are sets, and they make no chain; this is worth as much as none."""
    TEMPERROR = "temperror"
    """A key could not be asked for just now. RFC 8617 s5.2.1 calls even this a fail, for those who seal; nobody
    should be judged by it."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """One of those who passed the message on.

    Attributes:
        instance: its number in the chain, from 1.
        domain: the domain that sealed; it alone vouches for the findings.
        findings: what it found of the message's identity, as an Authentication-Results field holds it.
    """

    instance: int
    domain: str
    findings: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What became of the chain of a message.

    Attributes:
        result: the result.
        why: the reason, as a clause.
        sealers: who sealed, from the first to the last; proven only where the chain passes, and empty where the
            sets cannot be read.
        oldest_pass: number of the oldest set whose message signature still fits, so that nobody after it changed
            the message; 0 where all fit; None where the chain does not pass or it was not asked.
    """

    result: Result
    why: str
    sealers: tuple[Sealer, ...] = ()
    oldest_pass: int | None = None


async def validate(
    fields: Sequence[bytes],
    body: bytes | memoryview,
    resolver: Resolver,
    now: datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> Validation:
    """Check the chain of a message.

    Args:
        fields: its header fields in their order, each with its name, colon and folding.
        body: what follows the empty line.
        resolver: answers where the keys stand.
        now: the time by which signatures end, with its zone.
        limits: what is accepted.
    """
    content, keys = Content(fields, body), Keys(resolver)
    try:
        sets = read_chain(content)
    except ChainError as error:
        return Validation(result=Result.FAIL, why=str(error))
    if not sets:
        return Validation(result=Result.NONE, why="nobody sealed the message")
    for one in sets:
        content.expect(one.signature.body_form, one.signature.length)
    sealers = tuple(Sealer(one.instance, one.seal.domain, one.findings) for one in sets)
    newest = await _judge_message(content, sets[-1], keys, now, limits)
    if newest.result is not dkim.Result.PASS:
        return _broken(f"message signature {len(sets)}", newest, sealers)
    for one, signed in reversed(list(zip(sets, _sealed(sets), strict=True))):
        verdict = await judge_signature(one.seal, signed, keys, limits)
        if verdict.result is not dkim.Result.PASS:
            return _broken(f"seal {one.instance}", verdict, sealers)
    oldest = await _oldest_pass(content, sets, keys, now, limits)
    why = f"all {len(sets)} seals fit" if len(sets) > 1 else "the seal fits"
    return Validation(result=Result.PASS, why=why, sealers=sealers, oldest_pass=oldest)


async def _judge_message(content: Content, one: ArcSet, keys: Keys, now: datetime, limits: Limits) -> Verdict:
    return await judge_message(content, one.signature_at, one.signature, keys, now, limits)


async def _oldest_pass(
    content: Content, sets: Sequence[ArcSet], keys: Keys, now: datetime, limits: Limits
) -> int:
    """Return the lowest number whose message signature fits, with all after it; 0 for all (RFC 8617 s5.2)."""
    for one in reversed(sets[:-1]):
        verdict = await _judge_message(content, one, keys, now, limits)
        if verdict.result is not dkim.Result.PASS:
            return one.instance + 1
    return 0


def _sealed(sets: Sequence[ArcSet]) -> Iterator[bytes]:
    """Return what each seal signs: all sets up to its own, in order (RFC 8617 s5.1.1)."""
    before = b""
    for one in sets:
        before += _relaxed(one.results) + b"\r\n" + _relaxed(one.signature.raw) + b"\r\n"
        yield before + _relaxed(without_value(one.seal.raw))
        before += _relaxed(one.seal.raw) + b"\r\n"


def _relaxed(raw: bytes) -> bytes:
    return canonical_field(raw, Form.RELAXED)


def _broken(what: str, verdict: Verdict, sealers: tuple[Sealer, ...]) -> Validation:
    trouble = verdict.result is dkim.Result.TEMPERROR
    return Validation(
        result=Result.TEMPERROR if trouble else Result.FAIL, why=f"{what}: {verdict.why}", sealers=sealers
    )
