"""The sets of three fields that those who passed a message on left in it (RFC 8617 s4.2)."""

import re
from dataclasses import dataclass

from pforte.mail.identity.dkim.content import Content
from pforte.mail.identity.dkim.signature import (
    MessageSignature,
    Signature,
    SignatureError,
    read_message_signature,
    read_signature,
    read_tags,
)

RESULTS = b"arc-authentication-results"
MESSAGE_SIGNATURE = b"arc-message-signature"
SEAL = b"arc-seal"
MOST_SETS = 50
"""Sets of a chain (RFC 8617 s4.2.1)."""

_INSTANCE = re.compile(r"[0-9]{1,2}")
_RESULTS_INSTANCE = re.compile(rb"[^:]*:[ \t\r\n]*i[ \t\r\n]*=[ \t\r\n]*([0-9]{1,2})[ \t\r\n]*;")
_STATES = ("none", "fail", "pass")


class ChainError(ValueError):
    """The fields make no chain; the error says why, as a clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal(Signature):
    """An ARC-Seal field.

    Attributes:
        state: what its sealer found of the chain before it (``cv=``): ``none``, ``fail`` or ``pass``.
    """

    state: str


@dataclass(frozen=True, slots=True)
class ArcSet:
    """What one of those who passed the message on left in it.

    Attributes:
        instance: its number in the chain, from 1.
        results: the ARC-Authentication-Results field: what it found of the message's identity.
        signature: the ARC-Message-Signature field: what the message was like.
        signature_at: where that field stands among all fields.
        seal: the ARC-Seal field over the fields of this set and those before it.
    """

    instance: int
    results: bytes
    signature: MessageSignature
    signature_at: int
    seal: Seal

    @property
    def findings(self) -> bytes:
        """Return the results without the instance, as an Authentication-Results field would hold them."""
        return self.results.partition(b";")[2].strip(b" \t\r\n")


def places_by_instance(content: Content) -> dict[int, dict[bytes, list[int]]]:
    """Return where the fields of each set stand, by instance and name; those that tell none stand under 0."""
    found: dict[int, dict[bytes, list[int]]] = {}
    for name in (RESULTS, MESSAGE_SIGNATURE, SEAL):
        for place in content.places(name):
            instance = _instance(name, content.fields[place])
            found.setdefault(instance, {}).setdefault(name, []).append(place)
    return found


def read_chain(content: Content) -> tuple[ArcSet, ...]:
    """Read all sets of a message from the first to the last and check their structure (RFC 8617 s5.2).

    Raises:
        ChainError: they make no chain, or the last sealer found that the one before is none.
    """
    found = places_by_instance(content)
    if not found:
        return ()
    if 0 in found:
        name = next(iter(found[0])).decode("ascii")
        raise ChainError(f"a field {name} does not say to which set it belongs, from 1 to {MOST_SETS} (i=)")
    last = max(found)
    if has_ended(content, found):
        raise ChainError(f"sealer {last} found that the chain before it is broken")
    if sorted(found) != list(range(1, last + 1)):
        raise ChainError("a number is missing among the sets")
    sets = tuple(_read_set(content, instance, found[instance]) for instance in range(1, last + 1))
    for one in sets:
        if one.seal.state != ("none" if one.instance == 1 else "pass"):
            raise ChainError(f"seal {one.instance} says cv={one.seal.state}, which cannot be there")
    return sets


def has_ended(content: Content, found: dict[int, dict[bytes, list[int]]]) -> bool:
    """Say whether the last sealer found no chain, after which nobody seals any more (RFC 8617 s5.1)."""
    seals = found[max(found)].get(SEAL, ()) if found else ()
    return any(_seal(content.fields[place]).state == "fail" for place in seals)


def _read_set(content: Content, instance: int, places: dict[bytes, list[int]]) -> ArcSet:
    for name in (RESULTS, MESSAGE_SIGNATURE, SEAL):
        count = len(places.get(name, ()))
        if count != 1:
            raise ChainError(f"set {instance} has {count} fields {name.decode()} instead of one")
    signature_at = places[MESSAGE_SIGNATURE][0]
    return ArcSet(
        instance,
        content.fields[places[RESULTS][0]],
        _message_signature(content.fields[signature_at], instance),
        signature_at,
        _seal(content.fields[places[SEAL][0]]),
    )


def _instance(name: bytes, raw: bytes) -> int:
    """Return the number of the set that a field belongs to, or 0 where it tells none (RFC 8617 s4.2.1)."""
    if name == RESULTS:
        matched = _RESULTS_INSTANCE.match(raw)
        text = matched[1].decode("ascii") if matched else ""
    else:
        try:
            text = read_tags(raw).get("i", "")
        except SignatureError:
            return 0
    number = int(text) if _INSTANCE.fullmatch(text) else 0
    return number if number <= MOST_SETS else 0


def _message_signature(raw: bytes, instance: int) -> MessageSignature:
    try:
        signature = read_message_signature(raw, read_tags(raw), identity="")
    except SignatureError as error:
        raise ChainError(f"message signature {instance}: {error.why}") from error
    if SEAL in signature.names:  # RFC 8617 s4.1.2
        raise ChainError(f"message signature {instance} signs a seal, which it must not")
    return signature


def _seal(raw: bytes) -> Seal:
    """Read a seal (RFC 8617 s4.1.3)."""
    try:
        tags = read_tags(raw)
        signature = read_signature(raw, tags)
    except SignatureError as error:
        raise ChainError(f"a seal cannot be used: {error.why}") from error
    if "h" in tags:
        raise ChainError("a seal has h=, which it must not")
    state = tags.get("cv", "").lower()
    if state not in _STATES:
        raise ChainError("a seal does not say what became of the chain before it (cv=)")
    return Seal(
        raw=raw,
        domain=signature.domain,
        selector=signature.selector,
        algorithm=signature.algorithm,
        value=signature.value,
        signed_at=signature.signed_at,
        state=state,
    )
