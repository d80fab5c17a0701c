"""Sets of our own for mail that is passed on (RFC 8617 s5.1)."""

from collections.abc import Sequence
from datetime import datetime

from pforte.mail.identity.arc.chain import MOST_SETS, ChainError, has_ended, places_by_instance, read_chain
from pforte.mail.identity.arc.validation import Result
from pforte.mail.identity.dkim.canonical import Form, canonical_field
from pforte.mail.identity.dkim.content import Content
from pforte.mail.identity.dkim.signing import Signer, complete, encode, names_to_sign

_FORM = Form.RELAXED


class SealError(ValueError):
    """The message cannot be sealed; the error says why."""


def seal(
    fields: Sequence[bytes],
    body: bytes | memoryview,
    signer: Signer,
    now: datetime,
    state: Result,
    findings: bytes,
) -> tuple[bytes, bytes, bytes]:
    """Make the set of three fields for a message that is passed on; they belong above all its other fields.

    Args:
        fields: the header fields in their order, each with its name, colon and folding, after all changes.
        body: what follows the empty line, after all changes.
        signer: who seals.
        now: when, with its zone.
        state: what :func:`pforte.mail.identity.arc.validation.validate` found when the message came in.
        findings: what was found of its identity, as an Authentication-Results field holds it: our name,
            a semicolon, results.

    Returns:
        The ARC-Seal, the ARC-Message-Signature and the ARC-Authentication-Results field, in the order in which
        they are put above the others.

    Raises:
        SealError: the chain has ended or is full, or nobody knows what it is worth.
    """
    content = Content(fields, body)
    instance = _next_instance(content, state)
    number = ("i", str(instance))
    results = b"ARC-Authentication-Results: i=%d; %b\r\n" % (instance, findings.strip(b" \t\r\n"))
    names = (*names_to_sign(content), *[b"dkim-signature"] * len(content.places(b"dkim-signature")))
    who = [("d", signer.domain), ("s", signer.selector), ("t", str(int(now.timestamp())))]
    tags = [
        number,
        ("a", signer.algorithm),
        ("c", f"{_FORM}/{_FORM}"),
        *who,
        ("h", b":".join(names).decode("ascii")),
        ("bh", encode(content.digest(_FORM, None).value)),
    ]
    signed = b"".join(content.select(names, _FORM))
    signature = complete(b"ARC-Message-Signature", tags, signed, _FORM, signer)
    before = b"" if state is Result.FAIL else _before(content)  # RFC 8617 s5.1.2
    sealed = before + _line(results) + _line(signature)
    tags = [number, ("a", signer.algorithm), ("cv", state.value), *who]
    return complete(b"ARC-Seal", tags, sealed, _FORM, signer), signature, results


def _next_instance(content: Content, state: Result) -> int:
    if state is Result.TEMPERROR:
        raise SealError("the chain could not be checked; check it again before sealing")
    found = places_by_instance(content)
    if state is not Result.FAIL and bool(found) is not (state is Result.PASS):
        raise SealError(f"the message has {len(found)} sets, which does not fit the result {state}")
    if state is Result.FAIL and has_ended(content, found):
        raise SealError("the chain has ended: its last seal says that it is broken")
    instance = max(found, default=0) + 1
    if instance > MOST_SETS:
        raise SealError(f"the chain has {MOST_SETS} sets, and no more are allowed")
    return instance


def _before(content: Content) -> bytes:
    """Return the canonical sets that are there, all of which a seal signs (RFC 8617 s5.1.1)."""
    try:
        sets = read_chain(content)
    except ChainError as error:
        raise SealError(f"the sets are no chain, so it cannot be sealed as one: {error}") from error
    return b"".join(_line(one.results) + _line(one.signature.raw) + _line(one.seal.raw) for one in sets)


def _line(raw: bytes) -> bytes:
    return canonical_field(raw, _FORM) + b"\r\n"
