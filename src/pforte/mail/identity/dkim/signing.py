"""Signatures of our own: for mail that we send, and for the sets of ARC."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from pforte.mail.identity.dkim.canonical import Form, canonical_field
from pforte.mail.identity.dkim.content import Content

SIGNED_ONCE_MORE = (
    b"from",
    b"subject",
    b"date",
    b"to",
    b"cc",
    b"message-id",
    b"mime-version",
    b"content-type",
)
"""Fields that nobody may add to a message after it was signed (RFC 6376 s8.15)."""
SIGNED_IF_THERE = (
    b"sender",
    b"reply-to",
    b"content-transfer-encoding",
    b"in-reply-to",
    b"references",
    b"list-id",
    b"list-help",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"list-subscribe",
    b"list-post",
    b"list-owner",
    b"list-archive",
)
"""Further fields with which the sender says something (RFC 6376 s5.4.1)."""

_LINE = 76
_SET = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs.

    Attributes:
        domain: the domain that vouches.
        selector: under which its key stands: ``selector._domainkey.domain``.
        key: the private key; an RSA key has at least 1024 bits and should have 2048 (RFC 8301 s3.2).
    """

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        """Return the algorithm that fits the key."""
        return "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a message is signed.

    Attributes:
        header_form: canonical form of the header fields.
        body_form: canonical form of the body.
        names: the fields to sign, in small letters and in their order; None takes what
            :func:`names_to_sign` finds.
        lifetime: after which the signature ends; None never.
    """

    header_form: Form = Form.RELAXED
    body_form: Form = Form.RELAXED
    names: tuple[bytes, ...] | None = None
    lifetime: timedelta | None = None


DEFAULT_MANNER = Manner()


def sign(
    fields: Sequence[bytes],
    body: bytes | memoryview,
    signer: Signer,
    now: datetime,
    manner: Manner = DEFAULT_MANNER,
) -> bytes:
    """Make a DKIM-Signature field for a message; it belongs above all its other fields.

    Args:
        fields: the header fields in their order, each with its name, colon and folding.
        body: what follows the empty line.
        signer: who signs.
        now: when, with its zone.
        manner: how.

    Raises:
        ValueError: the fields to sign do not include From (RFC 6376 s5.4).
    """
    content = Content(fields, body)
    names = names_to_sign(content) if manner.names is None else manner.names
    if b"from" not in names:
        raise ValueError("a signature must cover the From field: add it to the names")
    ends = [] if manner.lifetime is None else [("x", str(int((now + manner.lifetime).timestamp())))]
    tags = [
        ("v", "1"),
        ("a", signer.algorithm),
        ("c", f"{manner.header_form}/{manner.body_form}"),
        ("d", signer.domain),
        ("s", signer.selector),
        ("t", str(int(now.timestamp()))),
        *ends,
        ("h", b":".join(names).decode("ascii")),
        ("bh", encode(content.digest(manner.body_form, None).value)),
    ]
    signed = b"".join(content.select(names, manner.header_form))
    return complete(b"DKIM-Signature", tags, signed, manner.header_form, signer)


def names_to_sign(content: Content) -> tuple[bytes, ...]:
    """Return the names of all fields of a message that its sender vouches for, and some that must not be added."""
    there = [name for name in (*SIGNED_ONCE_MORE, *SIGNED_IF_THERE) for _ in range(len(content.places(name)))]
    return (*there, *SIGNED_ONCE_MORE)


def complete(
    name: bytes, tags: Iterable[tuple[str, str]], signed: bytes, form: Form, signer: Signer
) -> bytes:
    """Make a field that signs octets and itself (RFC 6376 s3.7).

    Args:
        name: its name.
        tags: its tags but ``b=``, in their order.
        signed: the canonical octets that it signs beside itself.
        form: the canonical form of header fields.
        signer: who signs.

    Returns:
        The field, folded, with its line end.
    """
    unsigned = _folded(name.decode("ascii") + ":", [f"{tag}={value};" for tag, value in tags]) + b"\r\n\tb="
    octets = signed + canonical_field(unsigned, form)
    if isinstance(signer.key, RSAPrivateKey):
        value = signer.key.sign(octets, PKCS1v15(), SHA256())
    else:
        value = signer.key.sign(sha256(octets).digest())
    encoded = encode(value)
    sets = [encoded[at : at + _SET] for at in range(0, len(encoded), _SET)]
    return unsigned + "\r\n\t".join(sets).encode("ascii") + b"\r\n"


def encode(octets: bytes) -> str:
    """Return octets as base64."""
    return base64.b64encode(octets).decode("ascii")


def _folded(line: str, specs: Iterable[str]) -> bytes:
    """Put tags behind one another in lines of at most _LINE characters; long lists of names are cut at colons."""
    lines = []
    for spec in specs:
        words = [word + ":" for word in spec.split(":")]
        words[-1] = words[-1][:-1]
        words[0] = " " + words[0]
        for word in words:
            if len(line) + len(word) > _LINE:
                lines.append(line)
                line = "\t" + word.lstrip(" ")
            else:
                line += word
    return "\r\n".join([*lines, line]).encode("ascii")
