"""Keys of example domains, with the zone in which they stand, and a message to sign."""

import asyncio
import base64
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.identity.dkim.signing import Signer, sign

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RSA_KEY = generate_private_key(65_537, 1024)
ED25519_KEY = Ed25519PrivateKey.generate()
RSA = Signer(domain="example.org", selector="rsa", key=RSA_KEY)
ED25519 = Signer(domain="example.org", selector="ed", key=ED25519_KEY)
FIELDS = (
    b"Received: from a by b\r\n",
    b"Received: from b by c;\r\n\tTue, 24 Nov 2026 11:59:00 +0000\r\n",
    b"From: Joe SixPack <joe@example.org>\r\n",
    b"To: Suzie Q <suzie@example.net>\r\n",
    b"Subject: Is   dinner\r\n ready?\r\n",
    b"Date: Tue, 24 Nov 2026 11:58:00 +0000\r\n",
    b"Message-ID: <1@example.org>\r\n",
)
BODY = b"Hi.\r\n\r\nWe lost  the game. \t Are you hungry yet?  \r\n\r\nJoe.\r\n\r\n\r\n"


def public_text(key: RSAPrivateKey | Ed25519PrivateKey) -> str:
    """Return a public key as p= of a key record holds it."""
    if isinstance(key, RSAPrivateKey):
        octets = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        octets = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(octets).decode("ascii")


def private_text(key: RSAPrivateKey | Ed25519PrivateKey) -> bytes:
    """Return a private key as dkimpy takes it."""
    if isinstance(key, RSAPrivateKey):
        return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return base64.b64encode(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))


RSA_RECORD = f"v=DKIM1; k=rsa; p={public_text(RSA_KEY)}"
ED25519_RECORD = f"v=DKIM1; k=ed25519; p={public_text(ED25519_KEY)}"


def zone(records, **options):
    """Make a resolver of TXT records by name; several texts under one name are several records."""
    lines = []
    for name, texts in records.items():
        for text in (texts,) if isinstance(texts, str) else texts:
            strings = " ".join(f'"{text[at : at + 250]}"' for at in range(0, len(text), 250))
            lines.append(f"{name}. 3600 IN TXT {strings}")
    return ZoneFileResolver("\n".join(lines) + "\n", **options)


KEYS = zone({"rsa._domainkey.example.org": RSA_RECORD, "ed._domainkey.example.org": ED25519_RECORD})


def run(awaitable):
    """Wait for an answer."""
    return asyncio.run(awaitable)


def sign_example():
    """Return a DKIM signature of the example message."""
    return sign(FIELDS, BODY, RSA, NOW)
