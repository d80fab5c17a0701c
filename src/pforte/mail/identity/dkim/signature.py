"""The fields that hold signatures, read and checked as far as that goes without key and message."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pforte.mail.identity.dkim.canonical import Form
from pforte.mail.identity.dkim.tags import TagListError, parse_tags, without_white

MOST_OCTETS = 16_384
"""Octets of a field that holds a signature; real ones have fewer than 2,000."""

_LABEL = re.compile(r"[A-Za-z0-9_-]{1,63}")
_FIELD_NAME = re.compile(r"[!-9<-~]+")  # RFC 5322 s3.6.8; a semicolon cannot stand in a tag
_BASE64 = re.compile(r"[A-Za-z0-9+/=]*")
_SHOWN = 8
_QUOTED = re.compile(r"=([0-9A-F]{2})")
_SECONDS = re.compile(r"[0-9]{1,12}")
_LENGTH = re.compile(r"[0-9]{1,76}")
_ALGORITHMS = ("rsa-sha256", "ed25519-sha256")  # RFC 8463 s3
_WITHDRAWN = "rsa-sha1"


class Result(StrEnum):
    """What becomes of a signature (RFC 8601 s2.7.1)."""

    PASS = "pass"  # noqa: S105  a result's name in the standard
    FAIL = "fail"
    """It could be checked, and it does not fit the message."""
    POLICY = "policy"
    """It is not looked at or not accepted: an old algorithm, a weak key, a time that is over."""
    NEUTRAL = "neutral"
    """The field that holds it cannot be read."""
    TEMPERROR = "temperror"
    """The key could not be asked for just now; try again later and judge nobody by it."""
    PERMERROR = "permerror"
    """It can never be checked: there is no key, or what must be signed is not."""


class SignatureError(ValueError):
    """A signature that needs no key to be worth nothing.

    Attributes:
        result: what becomes of it.
        why: the reason, as a clause.
    """

    def __init__(self, why: str, result: Result = Result.NEUTRAL) -> None:
        super().__init__(why)
        self.result = result
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What every signature has (RFC 6376 s3.5), in ARC's seals too.

    Attributes:
        raw: the field that holds it, lines ended by CRLF.
        domain: whose it is (``d=``), in small letters.
        selector: which of the domain's keys it was made with (``s=``).
        algorithm: ``rsa-sha256`` or ``ed25519-sha256`` (``a=``).
        value: the signature itself (``b=``).
        signed_at: when it was made by its own word (``t=``), in seconds since 1970; None where it is silent.
    """

    raw: bytes
    domain: str
    selector: str
    algorithm: str
    value: bytes
    signed_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSignature(Signature):
    """A signature over header fields and body.

    Attributes:
        identity: for whom it was made (``i=``), ``@`` and the domain where it is silent; "" in ARC.
        header_form: canonical form of the header fields (``c=``).
        body_form: canonical form of the body.
        names: the header fields that are signed, in small letters and in their order (``h=``).
        body_hash: hash of the body (``bh=``).
        length: octets of the canonical body that are signed (``l=``); None is all.
        expires_at: when it ends (``x=``), in seconds since 1970; None where it does not.
    """

    identity: str
    header_form: Form
    body_form: Form
    names: tuple[bytes, ...]
    body_hash: bytes
    length: int | None
    expires_at: int | None


def read_tags(raw: bytes) -> dict[str, str]:
    """Return the tags of a field that holds a signature.

    Raises:
        SignatureError: it is too long, or it holds no tags.
    """
    if len(raw) > MOST_OCTETS:
        raise SignatureError(f"the signature has more than {MOST_OCTETS} octets")
    try:
        return parse_tags(raw.partition(b":")[2].decode("latin-1"))
    except TagListError as error:
        raise SignatureError(f"the signature cannot be read: {error}") from error


def parse_signature(raw: bytes, tags: Mapping[str, str]) -> MessageSignature:
    """Read a DKIM-Signature field (RFC 6376 s3.5, RFC 6376 s6.1.1).

    Args:
        raw: the field, lines ended by CRLF.
        tags: its tags, as :func:`read_tags` returns them.

    Raises:
        SignatureError: it breaks the standard or is of a kind that must not be accepted.
    """
    if _tag(tags, "v") != "1":
        raise SignatureError("the signature's version is not 1")
    return read_message_signature(raw, tags, _identity(tags))


def read_message_signature(raw: bytes, tags: Mapping[str, str], identity: str) -> MessageSignature:
    """Read what signatures of DKIM and ARC have in common (RFC 6376 s3.5, RFC 8617 s4.1.2).

    Args:
        raw: the field, lines ended by CRLF.
        tags: its tags.
        identity: for whom the signature was made.

    Raises:
        SignatureError: it breaks the standard or is of a kind that must not be accepted.
    """
    seal = read_signature(raw, tags)
    header_form, body_form = _forms(tags.get("c", "simple/simple"))
    if "dns/txt" not in without_white(tags.get("q", "dns/txt")).split(":"):
        raise SignatureError("q= names no way to the key that is known")
    expires_at = _number(tags, "x", _SECONDS)
    if expires_at is not None and seal.signed_at is not None and expires_at <= seal.signed_at:
        raise SignatureError("the signature ends before it was made (x= and t=)")
    return MessageSignature(
        raw=raw,
        domain=seal.domain,
        selector=seal.selector,
        algorithm=seal.algorithm,
        value=seal.value,
        signed_at=seal.signed_at,
        identity=identity,
        header_form=header_form,
        body_form=body_form,
        names=_names(tags),
        body_hash=_base64(tags, "bh"),
        length=_number(tags, "l", _LENGTH),
        expires_at=expires_at,
    )


def read_signature(raw: bytes, tags: Mapping[str, str]) -> Signature:
    """Read the tags that every signature has.

    Raises:
        SignatureError: one is missing or broken, or the algorithm must not be accepted.
    """
    algorithm = _tag(tags, "a").lower()
    domain, selector = domain_of(_tag(tags, "d")), _tag(tags, "s")
    if not domain:
        raise SignatureError("d= is no domain name")
    if not is_host_name(selector):
        raise SignatureError("s= is no selector")
    if algorithm == _WITHDRAWN:  # RFC 8301 s3.1
        raise SignatureError("rsa-sha1 proves nothing any more", Result.POLICY)
    if algorithm not in _ALGORITHMS:
        raise SignatureError("a= names an algorithm that is not known")
    return Signature(
        raw=raw,
        domain=domain,
        selector=selector,
        algorithm=algorithm,
        value=_base64(tags, "b"),
        signed_at=_number(tags, "t", _SECONDS),
    )


def without_value(raw: bytes) -> bytes:
    """Return a field that holds a signature as it was when it was made: with nothing in ``b=`` (RFC 6376 s3.7)."""
    name, _, listed = raw.removesuffix(b"\r\n").partition(b":")
    specs = listed.split(b";")
    for place, spec in enumerate(specs):
        tag, _, _ = spec.partition(b"=")
        if tag.strip(b" \t\r\n") == b"b":
            specs[place] = tag + b"="
    return name + b":" + b";".join(specs)


def domain_of(text: str) -> str:
    """Return a domain name in small letters, or "" where a text is none."""
    return text.lower() if "." in text and is_host_name(text) else ""


def is_host_name(text: str) -> bool:
    """Say whether a text is labels with points between; underscores stand in many selectors."""
    return len(text) <= 253 and all(map(_LABEL.fullmatch, text.split(".")))


def signature_start(tags: Mapping[str, str]) -> str:
    """Return the characters that tell a signature from others (RFC 6008 s4), "" where they are no base64."""
    start = without_white(tags.get("b", ""))[:_SHOWN]
    return start if _BASE64.fullmatch(start) else ""


def _tag(tags: Mapping[str, str], name: str) -> str:
    if name not in tags:
        raise SignatureError(f"the signature lacks {name}=")
    return tags[name]


def _base64(tags: Mapping[str, str], name: str) -> bytes:
    encoded = without_white(_tag(tags, name))
    try:
        value = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise SignatureError(f"{name}= is no base64") from error
    if not value:
        raise SignatureError(f"{name}= is empty")
    return value


def _number(tags: Mapping[str, str], name: str, form: re.Pattern[str]) -> int | None:
    if name not in tags:
        return None
    if not form.fullmatch(tags[name]):
        raise SignatureError(f"{name}= is no number")
    return int(tags[name])


def _forms(text: str) -> tuple[Form, Form]:
    header, slash, body = text.lower().partition("/")
    try:
        return Form(header), Form(body) if slash else Form.SIMPLE
    except ValueError as error:
        raise SignatureError("c= names a canonical form that is not known") from error


def _names(tags: Mapping[str, str]) -> tuple[bytes, ...]:
    names = without_white(_tag(tags, "h")).lower().split(":")
    if not all(map(_FIELD_NAME.fullmatch, names)):
        raise SignatureError("h= is no list of field names")
    if "from" not in names:  # RFC 6376 s5.4
        raise SignatureError("the From field is not signed", Result.PERMERROR)
    return tuple(name.encode("ascii") for name in names)


def _identity(tags: Mapping[str, str]) -> str:
    """Return the ``i=`` tag, which must lie in the domain that signs (RFC 6376 s3.5, RFC 6376 s6.1.1)."""
    domain = _tag(tags, "d").lower()
    if "i" not in tags:
        return f"@{domain}"
    identity = _QUOTED.sub(lambda found: chr(int(found[1], 16)), without_white(tags["i"]))
    local, _, of = identity.rpartition("@")
    of = domain_of(of)
    if not of or not identity.isprintable():
        raise SignatureError("i= is no address")
    if of != domain and not of.endswith(f".{domain}"):
        raise SignatureError("i= does not lie in the domain of d=", Result.PERMERROR)
    return f"{local}@{of}"
