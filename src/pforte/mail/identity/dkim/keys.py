"""Public keys as they stand in the DNS (RFC 6376 s3.6, RFC 8463 s4)."""

import base64
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from pforte.dns.resolver import Resolver, Status
from pforte.mail.identity.dkim.tags import TagListError, parse_tags, without_white

MOST_RECORDS = 4
"""Records of one name that are tried; the standard knows only one (RFC 6376 s3.6.2.2)."""
MOST_TROUBLES = 2
"""Look-ups of one message that may end in trouble before no other key is asked for."""

_ED25519_BITS = 256
_RSA_PADDING = PKCS1v15()
_SHA256 = SHA256()


class KeyRecordError(ValueError):
    """A record that holds no key for us; the error says why, as a clause about "the key record"."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key with what its record says of it.

    Attributes:
        public: the key.
        testing: ``t=y``: the domain only tries DKIM, and its mail must be treated like mail without a signature.
        strict: ``t=s``: the identity must be of the domain itself and not of one below it.
    """

    public: RSAPublicKey | Ed25519PublicKey
    testing: bool
    strict: bool

    @property
    def algorithm(self) -> str:
        """Return the only algorithm of signatures that this key may check."""
        return "rsa-sha256" if isinstance(self.public, RSAPublicKey) else "ed25519-sha256"

    @property
    def bits(self) -> int:
        """Return the size of the key."""
        return self.public.key_size if isinstance(self.public, RSAPublicKey) else _ED25519_BITS

    def fits(self, value: bytes, signed: bytes) -> bool:
        """Say whether a signature is this key's over exactly these octets."""
        try:
            if isinstance(self.public, RSAPublicKey):
                self.public.verify(value, signed, _RSA_PADDING, _SHA256)
            else:
                # What Ed25519 signs is the hash (RFC 8463 s3).
                self.public.verify(value, sha256(signed).digest())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Found:
    """What stands under the name of a key.

    Attributes:
        keys: the keys; mostly one.
        faults: why other records there hold none.
        trouble: what went wrong when asking; "" where nothing did.
    """

    keys: tuple[Key, ...] = ()
    faults: tuple[str, ...] = ()
    trouble: str = ""


class Keys:
    """Asks for the keys of one message; the same name is asked for once.

    Args:
        resolver: answers questions to the DNS.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._found: dict[str, Found] = {}
        self._troubles = 0

    async def find(self, name: str) -> Found:
        """Return what stands under the name of a key, such as ``mail._domainkey.example.org``."""
        if name not in self._found:
            self._found[name] = await self._ask(name)
        return self._found[name]

    async def _ask(self, name: str) -> Found:
        if self._troubles >= MOST_TROUBLES:
            return Found(trouble="the DNS did not answer for other keys of this message")
        answer = await self._resolver.records(name, "TXT")
        keys, faults = [], []
        for text in answer.values[:MOST_RECORDS]:
            try:
                keys.append(parse_key(text))
            except KeyRecordError as error:
                faults.append(str(error))
        if answer.status is not Status.TROUBLE:
            return Found(tuple(keys), tuple(faults))
        self._troubles += 1
        return Found(tuple(keys), tuple(faults), answer.trouble or "the DNS did not answer")


def key_name(selector: str, domain: str) -> str:
    """Return the name under which a key stands (RFC 6376 s3.6.2.1)."""
    return f"{selector}._domainkey.{domain}"


@lru_cache(maxsize=256)
def parse_key(text: str) -> Key:
    """Read a key record.

    Args:
        text: the TXT record, one character for each byte (latin-1).

    Raises:
        KeyRecordError: it holds no key that may be used for signatures of mail with SHA-256.
    """
    try:
        tags = parse_tags(text)
    except TagListError as error:
        raise KeyRecordError(f"the key record cannot be read: {error}") from error
    if "v" in tags and (next(iter(tags)) != "v" or tags["v"] != "DKIM1"):  # RFC 6376 s3.6.1
        raise KeyRecordError("the record is of another kind (v=)")
    if not {"*", "email"} & _listed(tags, "s", "*"):
        raise KeyRecordError("the key record is not for mail (s=)")
    if "sha256" not in _listed(tags, "h", "sha256"):
        raise KeyRecordError("the key record forbids SHA-256 (h=)")
    flags = _listed(tags, "t", "")
    return Key(_public_key(tags), testing="y" in flags, strict="s" in flags)


def _listed(tags: dict[str, str], name: str, default: str) -> set[str]:
    return set(without_white(tags.get(name, default)).lower().split(":"))


def _public_key(tags: dict[str, str]) -> RSAPublicKey | Ed25519PublicKey:
    if "p" not in tags:
        raise KeyRecordError("the key record has no key (p=)")
    encoded = without_white(tags["p"])
    if not encoded:
        raise KeyRecordError("the key is withdrawn (p= is empty)")
    kind = tags.get("k", "rsa").lower()
    if kind not in ("rsa", "ed25519"):
        raise KeyRecordError("the key is of a kind that is not known (k=)")
    try:
        octets = base64.b64decode(encoded, validate=True)
        # RFC 8463 s4.2: an Ed25519 key is bare.
        public = load_der_public_key(octets) if kind == "rsa" else Ed25519PublicKey.from_public_bytes(octets)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRecordError("the key cannot be read (p=)") from error
    if not isinstance(public, RSAPublicKey | Ed25519PublicKey) or (kind == "rsa") is not isinstance(
        public, RSAPublicKey
    ):
        raise KeyRecordError("the key is of another kind than its record says (k=)")
    return public
